import { UNKNOWN, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { DataError } from '../data-error.ts'
import type { DisclosureLevel } from '../../domain/disclosure/rule.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { addPeriods, periodsIn, periodStart } from '../../domain/period.ts'
import { readExtent } from '../../rollups/index.ts'
import { readWardCounts } from '../../disclosure/store/place-counts.ts'
import type { RecordRelation } from '../store/relation.ts'
import { typedPieces, type Piece } from '../store/typed-pieces.ts'
import { openGate, type Kind, type Published } from '../../disclosure/gate.ts'
import { publishesAsIs } from '../../disclosure/rules.ts'
import { atOneState, type Session } from '../../disclosure/session.ts'
import type { ReadableDataSet } from './data-set.ts'
import { byAuthority } from './typed.ts'

const MOST_PERIODS = 20_000 // more than fifty years of days

/**
 * The data set as its viewer may see it; whatever a query then filters, sums or leaves out, it learns nothing that the
 * records do not say. Figures by ward are one record a week, null where suppressed. Where a rule is set for an
 * authority's own figures, their days and channels do not show here at all, and the authority is not among the others:
 * `/v1` says what of them is public. Throws `DataError`.
 */
export async function protect (
  session: Session, directory: Directory, set: ReadableDataSet, today: number
): Promise<ReadableDataSet> {
  const { typed } = set
  if (typed === undefined) return set
  const { authority, service, byWard } = typed
  const guarded = (one: Authority, level: DisclosureLevel): boolean =>
    !publishesAsIs(directory, session.viewer, one.id, service.id, level)
  if (authority === undefined) {
    const leftOut = directory.authorities.filter((one) => guarded(one, 'authority'))
    return leftOut.length === 0
      ? set
      : { ...set, records: byAuthority(directory, service.slug, leftOut) ?? set.records }
  }
  if (byWard) {
    return guarded(authority, 'ward') || guarded(authority, 'authority')
      ? {
          ...set,
          records: await atOneState(
            session, true, async (session) => await wardRecords(session, directory, { authority, service, today })
          )
        }
      : set
  }
  if (guarded(authority, 'authority')) {
    throw new DataError(
      404,
      `Figures of ${authority.slug} are under disclosure control and do not show here; read /v1/series`
    )
  }
  return set
}

// One record for each week, or what the rule's finest period is.
async function wardRecords (
  session: Session,
  directory: Directory,
  { authority, service, today }: { authority: Authority, service: Service, today: number }
): Promise<RecordRelation> {
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  const type = EVENT_TYPES.transaction
  const extent = await readExtent(session.client, { authorityIds: [authority.id], serviceId: service.id, type })
  if (extent === undefined) return typedPieces([], rule.finest)
  // Whole periods: a week cut short by the last day with data would be another figure than the week.
  const range = {
    start: periodStart(rule.finest, extent.start),
    end: addPeriods(rule.finest, periodStart(rule.finest, extent.end - 1), 1)
  }
  const periods = periodsIn(rule.finest, range, MOST_PERIODS)
  const [gate, counts] = await Promise.all([
    openGate(session, directory, {
      serviceId: service.id, types: [type], authorityIds: [authority.id], level: 'ward', range, today
    }),
    readWardCounts(session.client, { authorityIds: [authority.id], serviceId: service.id, type }, [
      ...periods.map(({ start }) => start), range.end
    ])
  ])
  const totals = new Map<string, number>()
  for (const { ward, counts: byPeriod } of counts) {
    for (const [i, count] of byPeriod.entries()) {
      if (count > 0) totals.set(`${i} ${ward}`, (totals.get(`${i} ${ward}`) ?? 0) + count)
    }
  }
  const owners = [authority.id]
  const wards = [0, ...directory.areasOf(authority).map(({ id }) => id)]
  return typedPieces(
    periods.flatMap((period, i): Array<Published<Piece>> => {
      const suppressed = gate.suppressedAreas(type, authority.id, period, 'total').map(({ ward }) => ward)
      return [...new Set([...wards, ...suppressed])].flatMap((ward) => {
        const count = totals.get(`${i} ${ward}`) ?? 0
        if (count === 0 && !suppressed.includes(ward)) return [] // as the old platform's senders left it out
        const label = directory.areaById.get(ward)?.name ?? UNKNOWN
        return [gate.publish({ day: period.start, days: period.end - period.start, label, count }, {
          owners,
          events: [{ type, authorityIds: owners, areas: { wards: [ward] }, range: period, breakdown: 'total' }],
          observations: []
        }, WARD_RECORD)]
      })
    }),
    rule.finest
  )
}

const WARD_RECORD: Kind<Piece> = {
  isEmpty: ({ count }) => count === null,
  suppressed: (record) => ({ ...record, count: null }),
  rounded: (record, round) => ({ ...record, count: record.count === null ? null : round(record.count) })
}
