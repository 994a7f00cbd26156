import { UNKNOWN, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { DataError } from '../data-error.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { addPeriods, periodsIn, periodStart } from '../../domain/period.ts'
import { readExtent } from '../../rollups/index.ts'
import { readWardCounts } from '../../disclosure/store/place-counts.ts'
import type { RecordRelation, TimeRange, TypedRelation } from '../store/relation.ts'
import { schemalessRecords } from '../store/schemaless.ts'
import { valueRecords, type ValueRecord } from '../store/value-records.ts'
import { openGate, publishedBySender, publishWhole, type Kind, type Published } from '../../disclosure/gate.ts'
import { publishesAsIs } from '../../disclosure/rules.ts'
import { atOneState, type Session } from '../../disclosure/session.ts'
import type { ReadableDataSet } from './data-set.ts'
import { kpiRecords, openKpi, type OpenKpi } from './kpi-records.ts'
import { AUTHORITY_FIELDS, byAuthority, byChannel, byWard, BY_WARD } from './typed.ts'
import type { Counts } from './zeros.ts'

const MOST_PERIODS = 20_000 // more than fifty years of days

/** What of a data set its viewer may see. */
export interface VisibleData {
  /** The records of a range. */
  records: (range: TimeRange) => Promise<Published<RecordRelation>>
  /** What periods and groups say beyond the records in them; undefined: no more. */
  typed: Counts | OpenKpi | undefined
}

/**
 * A data set as its viewer may see it; no query can learn more than the records say. Counts by ward are one record a
 * week, null where suppressed. An authority with a rule about its own figures does not show here at all, neither alone
 * nor among others: `/v1` says what of it is public. Throws `DataError`.
 */
export async function protect (
  session: Session, directory: Directory, { content }: ReadableDataSet, today: number
): Promise<VisibleData> {
  if ('schemaless' in content) return visible(publishedBySender(schemalessRecords(content.schemaless.id)), undefined)
  const { authority, service, shows, labels } = content.typed
  const whole = (relation: TypedRelation) => publishWhole(session.viewer, directory, relation)
  if (authority !== undefined && shows === BY_WARD) {
    const records = whole(byWard(directory, { authority, service })) ?? await atOneState(
      session, true, async (session) => await wardRecords(session, directory, { authority, service, today })
    )
    return visible(records, { authorityFields: [] })
  }
  const open = (authority === undefined ? directory.authorities : [authority]).filter(({ id }) =>
    publishesAsIs(directory, session.viewer, id, service.id, 'authority')
  )
  const underControl = () =>
    new DataError(
      404,
      `Figures of ${(authority ?? service).slug} are under disclosure control and do not show here; read /v1/series`
    )
  if (typeof shows !== 'string') {
    if (authority !== undefined && open.length === 0) throw underControl()
    const kpi = await openKpi({ session, directory, service, authorities: open, labels, today }, shows)
    return { records: async (range) => await kpiRecords(kpi, range), typed: kpi }
  }
  const records = whole(authority === undefined
    ? byAuthority(directory, service, open)
    : byChannel(directory, { authority, service }, labels))
  if (records === undefined) throw underControl()
  return visible(records, { authorityFields: authority === undefined ? AUTHORITY_FIELDS : [] })
}

const visible = (relation: Published<RecordRelation>, typed: VisibleData['typed']): VisibleData => ({
  records: async () => relation, typed
})

// One record for each week, or what the rule's finest period is.
async function wardRecords (
  session: Session,
  directory: Directory,
  { authority, service, today }: { authority: Authority, service: Service, today: number }
): Promise<Published<RecordRelation>> {
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  const type = EVENT_TYPES.transaction
  const extent = await readExtent(session.client, { authorityIds: [authority.id], serviceId: service.id, type })
  if (extent === undefined) return valueRecords([])
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
  return valueRecords(periods.flatMap((period, i): Array<Published<ValueRecord>> => {
    const suppressed = gate.suppressedAreas(type, authority.id, period, 'total').map(({ ward }) => ward)
    return [...new Set([...wards, ...suppressed])].flatMap((ward) => {
      const count = totals.get(`${i} ${ward}`) ?? 0
      if (count === 0 && !suppressed.includes(ward)) return [] // as the old platform's senders left it out
      const name = directory.areaById.get(ward)?.name ?? UNKNOWN
      const stands = period.end - period.start
      return [gate.publish({ day: period.start, name, stands, body: { ward: name, count, period: rule.finest } }, {
        owners,
        events: [{ type, authorityIds: owners, areas: { wards: [ward] }, range: period, breakdown: 'total' }],
        observations: []
      }, WARD_RECORD)]
    })
  }))
}

const withCount = (record: ValueRecord, count: number | null): ValueRecord => ({
  ...record, body: { ...record.body, count }
})
const WARD_RECORD: Kind<ValueRecord> = {
  isEmpty: () => false,
  suppressed: (record) => withCount(record, null),
  rounded: (record, round) => withCount(record, round(Number(record.body['count'])))
}
