import { UNKNOWN, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { DataError } from '../data-error.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { FIRST_DAY, periodsIn, periodStart } from '../../domain/period.ts'
import { COUNT_ALL, type Released } from '../../releases/released-counts.ts'
import type { RecordRelation, TimeRange, TypedRelation } from '../store/relation.ts'
import { schemalessRecords } from '../store/schemaless.ts'
import { valueRecords, type ValueRecord } from '../store/value-records.ts'
import {
  openGate, publishedBySender, publishWhole, workedOut, type Kind, type Published
} from '../../disclosure/gate.ts'
import { publishesAsIs } from '../../disclosure/rules.ts'
import type { Session } from '../../disclosure/session.ts'
import { withheldDays } from '../../disclosure/withheld.ts'
import type { WithheldOf } from './blank.ts'
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
  /** Whose days are not published yet; undefined: nobody's. */
  withheld: WithheldOf | undefined
}

/**
 * A data set as its viewer may see it; no query can learn more than the records say. Counts by ward are one record a
 * week, null where suppressed; days that are not published yet for the viewer have no records. An authority with a
 * rule about its own figures does not show here at all, neither alone nor among others: `/v1` says what of it is
 * public. Throws `DataError`.
 */
export async function protect (
  session: Session, directory: Directory, { content }: ReadableDataSet, today: number
): Promise<VisibleData> {
  if ('schemaless' in content) return visible(publishedBySender(schemalessRecords(content.schemaless.id)), {})
  const { authority, service, shows, labels } = content.typed
  const leftOut = withheldDays(session.viewer, directory, service.id)
  const whole = (relation: TypedRelation) => publishWhole(session.viewer, directory, relation)
  if (authority !== undefined && shows === BY_WARD) {
    const records = whole(byWard(directory, { authority, service }, leftOut)) ??
      await wardRecords(session, directory, { authority, service, today })
    return visible(records, {
      typed: { authorityFields: [] }, withheld: { authorities: [authority], days: leftOut }
    })
  }
  const open = (authority === undefined ? directory.everyAuthority : [authority]).filter(({ id }) =>
    publishesAsIs(directory, session.viewer, id, service.id, 'authority')
  )
  const underControl = () =>
    new DataError(
      404,
      `Figures of ${(authority ?? service).slug} are under disclosure control and do not show here; read /v1/series`
    )
  const withheld = { authorities: open, days: leftOut }
  if (typeof shows !== 'string') {
    if (authority !== undefined && open.length === 0) throw underControl()
    const kpi = await openKpi({ session, directory, service, authorities: open, labels, today }, shows)
    return { records: async (range) => await kpiRecords(kpi, range), typed: kpi, withheld }
  }
  const records = whole(authority === undefined
    ? byAuthority(directory, service, open, leftOut)
    : byChannel(directory, { authority, service }, labels, leftOut))
  if (records === undefined) throw underControl()
  return visible(records, {
    typed: { authorityFields: authority === undefined ? AUTHORITY_FIELDS : [] }, withheld
  })
}

const visible = (
  relation: Published<RecordRelation>, { typed, withheld }: Partial<Omit<VisibleData, 'records'>>
): VisibleData => ({ records: async () => relation, typed, withheld })

// One record for each week, or what the rule's finest period is, as it was released.
async function wardRecords (
  session: Session,
  directory: Directory,
  { authority, service, today }: { authority: Authority, service: Service, today: number }
): Promise<Published<RecordRelation>> {
  const rule = directory.disclosureRule(authority.id, service.id, 'ward')
  const type = EVENT_TYPES.transaction
  const gate = await openGate(session, directory, {
    serviceId: service.id,
    types: [type],
    authorityIds: [authority.id],
    level: 'ward',
    range: { start: FIRST_DAY, end: today + 1 },
    listsYears: false,
    today
  })
  const years = gate.released(type, authority.id)
  const [first] = years.flatMap(({ shape }) => shape.reported)
  const last = years.at(-1)?.shape.dates.at(-1)
  if (first === undefined || last === undefined) return valueRecords([])
  const range = { start: periodStart(rule.finest, first), end: last }
  const wards = [...new Set(years.flatMap((year) => year.wards))]
  return valueRecords(periodsIn(rule.finest, range, MOST_PERIODS).flatMap((period): Array<Published<ValueRecord>> =>
    wards.flatMap((ward) => {
      const released = gate.count(type, authority.id, [{ ward }], period, COUNT_ALL)
      const { status } = released
      const count = 'value' in released ? released.value : null
      // A 0 is left out, as the old platform's senders left it out.
      if (status === 'not-yet' || status === 'nothing' || count === 0) return []
      const name = directory.areaById.get(ward)?.name ?? UNKNOWN
      const record = workedOut<Released, ValueRecord>([released], () => ({
        day: period.start,
        name,
        stands: period.end - period.start,
        body: { ward: name, count, period: rule.finest }
      }))
      return [gate.round(record, [authority.id], WARD_RECORD)]
    })
  ))
}

const withCount = (record: ValueRecord, count: number | null): ValueRecord => ({
  ...record, body: { ...record.body, count }
})
const WARD_RECORD: Kind<ValueRecord> = {
  withheld: (record) => withCount(record, null),
  isEmpty: ({ body }) => body['count'] === null,
  suppressed: (record) => withCount(record, null),
  rounded: (record, round) => withCount(record, round(Number(record.body['count'])))
}
