import { UNKNOWN, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { parseDay } from '../../domain/calendar.ts'
import { DataError } from '../data-error.ts'
import { rounded, type DisclosureLevel } from '../../domain/disclosure/index.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { addPeriods, periodsIn, periodStart } from '../../domain/period.ts'
import { readExtent } from '../../disclosure/store/disclosure.ts'
import { readWardCounts } from '../../disclosure/store/place-counts.ts'
import type { RecordRelation, TimeRange } from '../store/relation.ts'
import { schemalessRecords } from '../store/schemaless.ts'
import { valueRecords, type ValueRecord } from '../store/value-records.ts'
import { openDisclosure, publishesAsIs } from '../../disclosure/disclosures.ts'
import { atOneState, type Reader } from '../../disclosure/reader.ts'
import type { ReadableDataSet } from './data-set.ts'
import { kpiRecords, openKpi, type OpenKpi } from './kpi-records.ts'
import { byAuthority, byChannel, byWard, BY_WARD } from './typed.ts'

const MOST_PERIODS = 20_000 // more than fifty years of days

/** What of a data set a reader may see: made here alone, so that nothing is read past disclosure control. */
export interface VisibleData {
  /** The records of a range. */
  records: (range: TimeRange) => Promise<RecordRelation>
  /** What periods and groups say beyond the records in them; undefined: no more. */
  typed: 'counts' | OpenKpi | undefined
}

/**
 * A data set as this reader may see it; whatever a query then filters, sums or leaves out, it learns nothing that the
 * records do not say. Figures by ward are one record a week, null where suppressed. Where a rule is set for an
 * authority's own figures, their days and channels do not show here at all, and the authority is not among the others:
 * `/v1` says what of them is public. Throws `DataError`.
 */
export async function protect (
  reader: Reader, directory: Directory, { content }: ReadableDataSet, today: number
): Promise<VisibleData> {
  if ('schemaless' in content) return visible(schemalessRecords(content.schemaless.id))
  const { authority, service, shows, labels } = content.typed
  const guarded = (one: Authority, level: DisclosureLevel): boolean =>
    !publishesAsIs(directory, reader, one.id, service.id, level)
  const open = (authority === undefined ? directory.authorities : [authority]).filter((one) =>
    !guarded(one, 'authority')
  )
  if (authority !== undefined && shows === BY_WARD) {
    return guarded(authority, 'ward') || guarded(authority, 'authority')
      ? visible(
        await atOneState(
          reader, true, async (reader) => await wardRecords(reader, directory, { authority, service, today })
        ),
        'counts'
      )
      : visible(byWard(directory, { authority, service }), 'counts')
  }
  if (authority !== undefined && open.length === 0) {
    throw new DataError(
      404,
      `Figures of ${authority.slug} are under disclosure control and do not show here; read /v1/series`
    )
  }
  if (typeof shows !== 'string') {
    const kpi = await openKpi({ reader, directory, service, authorities: open, labels, today }, shows)
    return { records: async (range) => await kpiRecords(kpi, range), typed: kpi }
  }
  return authority === undefined
    ? visible(byAuthority(directory, service, open))
    : visible(byChannel(directory, { authority, service }, labels), 'counts')
}

const visible = (relation: RecordRelation, typed?: VisibleData['typed']): VisibleData => ({
  records: async () => relation, typed
})

// One record for each week, or what the rule's finest period is.
async function wardRecords (
  reader: Reader,
  directory: Directory,
  { authority, service, today }: { authority: Authority, service: Service, today: number }
): Promise<RecordRelation> {
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  const type = EVENT_TYPES.transaction
  const extent = await readExtent(reader.client, { authorityId: authority.id, serviceId: service.id, type })
  if (extent === undefined) return valueRecords([])
  // Whole periods: a week cut short by the last day with data would be another figure than the week.
  const [first, last] = [parseDay(extent.first) ?? 0, parseDay(extent.last) ?? 0]
  const range = {
    start: periodStart(rule.finest, first), end: addPeriods(rule.finest, periodStart(rule.finest, last), 1)
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
  return valueRecords(periods.flatMap((period, i): ValueRecord[] => {
    const hidden = new Set(disclosure.hiddenAreas(authority.id, period, 'total').map(({ ward }) => ward))
    return [...new Set([...wards, ...hidden])].flatMap((ward) => {
      const count = hidden.has(ward) ? null : totals.get(`${i} ${ward}`)
      if (count === undefined) return [] // 0, as the old platform's senders left it out
      const name = directory.areaById.get(ward)?.name ?? UNKNOWN
      return [{
        day: period.start,
        name,
        stands: period.end - period.start,
        body: { ward: name, count: count === null ? null : rounded(count, rule), period: rule.finest }
      }]
    })
  }))
}
