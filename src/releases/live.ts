import type { DateRange } from '../domain/period.ts'
import { TYPE_OF_CODE, OUTCOMES } from '../domain/event.ts'
import { lengthOf } from '../domain/kpi/cover.ts'
import { countMeasures, type CountMeasure } from '../observations/count-measures.ts'
import { ObservationIndex } from '../observations/observation-index.ts'
import { readFirstOfWards, readObservations } from '../observations/store/read.ts'
import { readExtent } from '../rollups/index.ts'
import type { Deciding } from './deciding.ts'
import { readWardDays, type WardDay } from './store/live-counts.ts'

/** What is counted by ward as of now. A count that councils send for a gap counts as its first day. */
export interface Live {
  counts: WardDay[]
  /** Days on which anything was reported. */
  reported: Set<number>
  /** The first days of gaps for which counts stand. */
  byCounts: number[]
  /** Wards that sent no count of a gap for which others did. */
  missing: Array<[ward: number, day: number]>
}

/** Counts by ward that councils send in place of events. */
export interface ObservedWards { book: ObservationIndex, measures: CountMeasure[] }

/** The first day with anything to release; Infinity where there is none. */
export async function firstDay (deciding: Deciding): Promise<number> {
  const { client, key } = deciding
  const measureIds = measuresOf(deciding).map(({ measure }) => measure.id)
  const [extent, observed] = [
    await readExtent(client, { authorityIds: [key.authorityId], serviceId: key.serviceId, type: key.type }),
    await readFirstOfWards(client, { authorityIds: [key.authorityId], serviceId: key.serviceId, measureIds })
  ]
  return Math.min(extent?.start ?? Infinity, observed ?? Infinity)
}

/** Whether there are events on a day or after it. */
export async function isReportedFrom ({ client, key }: Deciding, day: number): Promise<boolean> {
  const extent = await readExtent(client, {
    authorityIds: [key.authorityId], serviceId: key.serviceId, type: key.type
  })
  return extent !== undefined && extent.end > day
}

function measuresOf ({ directory, key }: Deciding): CountMeasure[] {
  const service = directory.serviceById.get(key.serviceId)
  const type = TYPE_OF_CODE.get(key.type)
  return service === undefined || type === undefined ? [] : countMeasures(directory, service, type)
}

/** The counts by ward that touch a range; undefined where there are none. */
export async function readObservedWards (deciding: Deciding, range: DateRange): Promise<ObservedWards | undefined> {
  const { client, directory, key } = deciding
  const measures = measuresOf(deciding)
  const stored = await readObservations(client, {
    authorityIds: [key.authorityId],
    serviceId: key.serviceId,
    measureIds: measures.map(({ measure }) => measure.id),
    from: range.start,
    to: range.end
  })
  const byWard = stored.filter(({ wardId }) => wardId !== 0)
  return byWard.length === 0 ? undefined : { book: new ObservationIndex(directory, byWard), measures }
}

/** Reads what there is in the gaps between `dates` within a range: events, or the counts that stand for them. */
export async function readLive (
  deciding: Deciding, range: DateRange, dates: readonly number[], observed?: ObservedWards
): Promise<Live> {
  const { client, directory, key } = deciding
  const events = await readWardDays(client, key, range)
  const found = observed ?? await readObservedWards(deciding, range)
  if (found === undefined) return { ...events, byCounts: [], missing: [] }
  const live: Live = { counts: [], reported: new Set(), byCounts: [], missing: [] }
  for (const [i, start] of dates.entries()) {
    const end = dates[i + 1]
    if (end === undefined || start < range.start || end > range.end) continue
    for (const part of directory.kpis.basisRanges(key.authorityId, key.serviceId, key.type, { start, end })) {
      const days = [...events.reported].filter((day) => day >= part.start && day < part.end)
      if (part.basis === 'events' || (part.basis === 'undeclared' && days.length > 0)) {
        for (const day of days) live.reported.add(day)
        live.counts.push(...events.counts.filter(({ day }) => day >= part.start && day < part.end))
      } else addObserved(live, deciding, found, part)
    }
  }
  return live
}

/** Adds the counts of every ward over a range. A part of a total (confirmed misses) is taken out of the rest of it. */
function addObserved (
  live: Live, { directory, key }: Deciding, { book, measures }: ObservedWards, range: DateRange
): void {
  const authority = directory.authorityById.get(key.authorityId)
  if (authority === undefined) return
  const wards = new Set(measures.flatMap(({ measure }) => book.wardsOf(authority, measure)))
  for (const { id, from, to } of directory.areasOf(authority)) if (from < range.end && to >= range.start) wards.add(id)
  const rows: Array<WardDay & { ward: number }> = []
  const silent: number[] = []
  for (const ward of wards) {
    const values = measures.map((one) => {
      const { value, covered } = book.over(authority, one.measure, { kind: 'ward', id: ward }, range)
      return { ...one, value: lengthOf(covered) === lengthOf([range]) ? value : null }
    })
    if (values.every(({ inTotal, value }) => !inTotal || value === null)) {
      silent.push(ward)
      continue
    }
    const parts = values.filter(({ inTotal }) => !inTotal).reduce((sum, { value }) => sum + (value ?? 0), 0)
    for (const { value, inTotal, outcome = OUTCOMES.reported } of values) {
      const count = Math.max(0, (value ?? 0) - (inTotal && outcome === OUTCOMES.reported ? parts : 0))
      if (count > 0) rows.push({ ward, day: range.start, outcome, channel: 0, avoidable: 0, count })
    }
  }
  if (silent.length === wards.size) return
  for (let day = range.start; day < range.end; day++) live.reported.add(day)
  live.byCounts.push(range.start)
  live.counts.push(...rows)
  live.missing.push(...silent.map((ward): [number, number] => [ward, range.start]))
}

/** Whether a day lies within a count, which cannot be cut there. */
export function cutsCount (observed: ObservedWards | undefined, { directory, key }: Deciding, day: number): boolean {
  const authority = directory.authorityById.get(key.authorityId)
  if (observed === undefined || authority === undefined) return false
  return observed.measures.some(({ measure }) =>
    observed.book.all(authority, measure).some(({ range }) => range.start < day && day < range.end)
  )
}
