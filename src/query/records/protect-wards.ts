import type pg from 'pg'
import { UNKNOWN, type Directory } from '../../catalogue/directory.ts'
import { parseDay } from '../../domain/calendar.ts'
import { rounded } from '../../domain/disclosure/index.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { addPeriods, periodsIn, periodStart } from '../../domain/period.ts'
import { readExtent, readWardCounts } from '../../store/disclosure.ts'
import { typedPieces, type Piece } from '../../store/records/typed-pieces.ts'
import { openDisclosure } from '../disclosure/open.ts'
import type { ReadableDataSet } from './data-set.ts'

const MOST_PERIODS = 20_000 // more than fifty years of days

interface Reader { today: number, seesAll: (authorityId: number) => boolean }

/**
 * The data set as this reader may see it. Typed data by ward come as one record for each week (or what the
 * rule's finest period is), with a null count where it is suppressed; whatever a query then filters, sums or
 * leaves out, it learns nothing that the records do not say.
 */
export async function protectWards (pool: pg.Pool, directory: Directory, set: ReadableDataSet, { today, seesAll }: Reader): Promise<ReadableDataSet> {
  const subject = set.byWard
  if (subject === undefined) return set
  const { authority, service } = subject
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  if (seesAll(authority.id) || (rule.threshold === null && directory.disclosureRule(authority.id, service.id, 'authority').threshold === null)) return set
  const key = { authorityId: authority.id, serviceId: service.id, type: EVENT_TYPES.transaction }
  const extent = await readExtent(pool, key)
  const pieces: Piece[] = []
  if (extent !== undefined) {
    // Whole periods: a week cut short by the last day with data would be another figure than the week.
    const [first, last] = [parseDay(extent.first) ?? 0, parseDay(extent.last) ?? 0]
    const range = { start: periodStart(rule.finest, first), end: addPeriods(rule.finest, periodStart(rule.finest, last), 1) }
    const disclosure = await openDisclosure(pool, directory, {
      serviceId: service.id, type: key.type, authorityIds: [authority.id], level: 'ward', breakdown: 'total', range, today, seesAll
    })
    const periods = periodsIn(rule.finest, range, MOST_PERIODS)
    const totals = new Map<string, number>()
    for (const { stretch, ward, count } of await readWardCounts(pool, key, [...periods.map(({ start }) => start), periods.at(-1)?.end ?? 0])) {
      totals.set(`${stretch} ${ward}`, (totals.get(`${stretch} ${ward}`) ?? 0) + count)
    }
    const wards = [0, ...directory.areasOf(authority).map(({ id }) => id)]
    for (const [i, period] of periods.entries()) {
      const hidden = new Set(disclosure.hiddenAreas(authority.id, period).map(({ ward }) => ward))
      for (const ward of new Set([...wards, ...hidden])) {
        const count = hidden.has(ward) ? null : totals.get(`${i} ${ward}`)
        if (count === undefined) continue // 0, as the old platform's senders left it out
        const days = period.end - period.start
        pieces.push({ day: period.start, days, label: directory.areaById.get(ward)?.name ?? UNKNOWN, count: count === null ? null : rounded(count, rule) })
      }
    }
  }
  return { ...set, records: typedPieces(pieces, rule.finest) }
}
