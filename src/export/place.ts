import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from '../domain/event.ts'
import { periodsIn, wholeRange, type DateRange, type Period } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'
import type { Session } from '../disclosure/session.ts'
import { countMeasures } from '../observations/count-measures.ts'
import { readExtent } from '../rollups/index.ts'
import { askSeries } from '../series/answer.ts'
import { observedExtent } from './store/places.ts'

/** An authority and one of its services. */
export interface Place { authority: Authority, service: Service }

/** A fact: the value of one period of one member of a dimension. */
export interface Fact {
  type: EventType
  range: DateRange
  /** `whole` has no members. */
  dimension: 'whole' | ExportedDimension
  member: string | null
  value: number | null
  status: Status
}

const DIMENSIONS = ['channel', 'outcome', 'ward'] as const
type ExportedDimension = typeof DIMENSIONS[number]

/** What facts are asked of, and how. */
export interface FactQuestion { session: Session, directory: Directory, period: Period, now: number }

/** The days on which there is anything of a place, by type of event. */
export type Extents = ReadonlyMap<EventType, DateRange>

/** Values of one question, and periods at most in any export. */
const [MOST_VALUES, MOST_PERIODS] = [100_000, 100_000]
/** Members of a dimension beside the wards. */
const OTHER_MEMBERS = 50

/** The days on which anything was reported of a place, by type: events, or observations that may stand for them. */
export async function extentsOf (
  { session, directory }: Pick<FactQuestion, 'session' | 'directory'>, { authority, service }: Place
): Promise<Extents> {
  const client = session.pool.within({ authorityIds: [authority.id] })
  const found = new Map<EventType, DateRange>()
  for (const type of EVENT_TYPE_NAMES) {
    const measureIds = countMeasures(directory, service, type).map(({ measure }) => measure.id)
    const [sent, observed] = await Promise.all([
      readExtent(client, { authorityIds: [authority.id], serviceId: service.id, type: EVENT_TYPES[type] }),
      observedExtent(client, { authorityId: authority.id, serviceId: service.id, measureIds })
    ])
    const some = [sent ?? [], observed ?? []].flat()
    if (some.length > 0) found.set(type, union(some))
  }
  return found
}

const union = (ranges: readonly DateRange[]): DateRange => ({
  start: Math.min(...ranges.map(({ start }) => start)), end: Math.max(...ranges.map(({ end }) => end))
})

/**
 * Every fact of a place that /v1/series answers, some at a time: from the first period that has a value or is
 * suppressed to the last. What is before and after says nothing, and may not even say that it is there: it depends on
 * published values alone.
 */
export async function * factsOf (question: FactQuestion, place: Place, extents: Extents): AsyncGenerator<Fact[]> {
  for (const [type, extent] of extents) {
    const ask = async (range: DateRange, dimension?: ExportedDimension): Promise<Fact[][]> =>
      await groupsOf(question, place, { type, range, dimension })
    const whole: Fact[] = []
    for (const block of blocksOf(question.period, extent, 1)) whole.push(...(await ask(block)).flat())
    const from = whole.findIndex(tells)
    if (from === -1) continue
    const told = whole.slice(from, whole.findLastIndex(tells) + 1)
    yield told
    const range = wholeRange(told.map((fact) => fact.range))
    for (const dimension of DIMENSIONS) {
      const members = OTHER_MEMBERS + (dimension === 'ward' ? question.directory.areasOf(place.authority).length : 0)
      for (const block of blocksOf(question.period, range, members)) {
        for (const facts of await ask(block, dimension)) if (facts.some(tells)) yield facts
      }
    }
  }
}

/** Whether a fact is one, or says that there is one which is too small to publish. */
const tells = ({ value, status }: Fact): boolean => value !== null || status === 'suppressed'

/** One question to /v1/series, as it answers it: the facts of each group. */
async function groupsOf (
  { session, directory, period, now }: FactQuestion,
  { authority, service }: Place,
  { type, range, dimension }: { type: EventType, range: DateRange, dimension: ExportedDimension | undefined }
): Promise<Fact[][]> {
  const name = [authority.gss, authority.slug].find((one) => one !== null && directory.authority(one) === authority)
  if (name == null) return [] // the catalogue was changed meanwhile
  const { answer } = askSeries(directory, {
    authority: [name],
    service: service.slug,
    type,
    period,
    start_on: formatDay(range.start),
    end_on: formatDay(range.end - 1),
    ...(dimension !== undefined && { group_by: [dimension] })
  }, now)
  const { series } = await answer(session)
  return series.map(({ group, values }) => values.map(({ range, value, status }) => ({
    type,
    range,
    dimension: dimension ?? 'whole',
    member: dimension === undefined ? null : group[dimension] ?? null,
    value,
    status
  })))
}

/** Whole periods that have days in a range, as many together as one question may ask for. */
function blocksOf (period: Period, range: DateRange, members: number): DateRange[] {
  const periods = periodsIn(period, range, MOST_PERIODS)
  const most = Math.max(1, Math.min(4000, Math.floor(MOST_VALUES / members)))
  return Array.from({ length: Math.ceil(periods.length / most) }, (_, n) =>
    wholeRange(periods.slice(n * most, (n + 1) * most)))
}
