import { UNKNOWN, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { DataError } from '../data-error.ts'
import { rounded, type DisclosureLevel } from '../../domain/disclosure/index.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { addPeriods, periodsIn, periodStart } from '../../domain/period.ts'
import { readExtent } from '../../rollups/index.ts'
import { readWardCounts } from '../../disclosure/store/place-counts.ts'
import type { RecordRelation } from '../store/relation.ts'
import { typedPieces, type Piece } from '../store/typed-pieces.ts'
import { openDisclosure, publishesAsIs } from '../../disclosure/disclosures.ts'
import { atOneState, type Reader } from '../../disclosure/reader.ts'
import type { ReadableDataSet } from './data-set.ts'
import { byAuthority } from './typed.ts'

const MOST_PERIODS = 20_000 // more than fifty years of days

/**
 * The data set as this reader may see it; whatever a query then filters, sums or leaves out, it learns nothing that the
 * records do not say. Figures by ward are one record a week, null where suppressed. Where a rule is set for an
 * authority's own figures, their days and channels do not show here at all, and the authority is not among the others:
 * `/v1` says what of them is public. Throws `DataError`.
 */
export async function protect (
  reader: Reader, directory: Directory, set: ReadableDataSet, today: number
): Promise<ReadableDataSet> {
  const { typed } = set
  if (typed === undefined) return set
  const { authority, service, byWard } = typed
  const guarded = (one: Authority, level: DisclosureLevel): boolean =>
    !publishesAsIs(directory, reader, one.id, service.id, level)
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
            reader, true, async (reader) => await wardRecords(reader, directory, { authority, service, today })
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
  reader: Reader,
  directory: Directory,
  { authority, service, today }: { authority: Authority, service: Service, today: number }
): Promise<RecordRelation> {
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  const type = EVENT_TYPES.transaction
  const extent = await readExtent(reader.client, { authorityIds: [authority.id], serviceId: service.id, type })
  if (extent === undefined) return typedPieces([], rule.finest)
  // Whole periods: a week cut short by the last day with data would be another figure than the week.
  const range = {
    start: periodStart(rule.finest, extent.start),
    end: addPeriods(rule.finest, periodStart(rule.finest, extent.end - 1), 1)
  }
  const periods = periodsIn(rule.finest, range, MOST_PERIODS)
  const [disclosure, counts] = await Promise.all([
    openDisclosure(reader, directory, {
      serviceId: service.id, type, authorityIds: [authority.id], level: 'ward', range, today
    }),
    readWardCounts(reader.client, { authorityIds: [authority.id], serviceId: service.id, type }, [
      ...periods.map(({ start }) => start), range.end
    ])
  ])
  const totals = new Map<string, number>()
  for (const { ward, counts: byPeriod } of counts) {
    for (const [i, count] of byPeriod.entries()) {
      if (count > 0) totals.set(`${i} ${ward}`, (totals.get(`${i} ${ward}`) ?? 0) + count)
    }
  }
  const wards = [0, ...directory.areasOf(authority).map(({ id }) => id)]
  return typedPieces(
    periods.flatMap((period, i): Piece[] => {
      const hidden = new Set(disclosure.hiddenAreas(authority.id, period, 'total').map(({ ward }) => ward))
      return [...new Set([...wards, ...hidden])].flatMap((ward) => {
        const count = hidden.has(ward) ? null : totals.get(`${i} ${ward}`)
        if (count === undefined) return [] // 0, as the old platform's senders left it out
        return [{
          day: period.start,
          days: period.end - period.start,
          label: directory.areaById.get(ward)?.name ?? UNKNOWN,
          count: count === null ? null : rounded(count, rule)
        }]
      })
    }),
    rule.finest
  )
}
