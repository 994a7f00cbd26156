import type { Directory } from '../catalogue/directory.ts'
import type { DisclosureRule } from '../domain/disclosure/rule.ts'
import type { DateRange } from '../domain/period.ts'
import { candidatesOf, type Candidates } from './dates.ts'
import type { Deciding } from './deciding.ts'
import { cutsCount, isReportedFrom, readLive, readObservedWards } from './live.ts'
import type { CountedYear, YearShape } from './released-year.ts'
import { readStreetMonths, type WardDay } from './store/live-counts.ts'
import { YearCounts, type Group } from './year-counts.ts'

interface Wards { year: DateRange, rule: DisclosureRule, shape: YearShape, counted: CountedYear }

/** The counts of a year with those of its open gaps, and what to store of them. */
export interface FrozenWards {
  candidates: Candidates
  counts: YearCounts
  exists: (unit: number, gap: number) => boolean
  shape: Pick<YearShape, 'reported' | 'byCounts' | 'groups' | 'wards' | 'missing'>
  counted: Pick<CountedYear, 'wards' | 'days'>
}

/**
 * Reads the live counts of the gaps that can be decided now; those of earlier releases stay as they were. Where
 * nothing was reported for a week, the days since wait: a council that sends once a month is late, not silent. It was
 * silent where it reported of a later day, even of a later year. Undefined where none is left.
 */
export async function freezeWards (
  deciding: Deciding, begun: number, { year, rule, shape, counted }: Wards
): Promise<FrozenWards | undefined> {
  const { directory, key, today } = deciding
  const due = candidatesOf(year, rule, shape.dates, today, begun)
  const range = { start: shape.dates.at(-1) ?? year.start, end: due.dates.at(-1) ?? year.start }
  const observed = await readObservedWards(deciding, range)
  const possible = candidatesOf(year, rule, shape.dates, today, begun, (day) => !cutsCount(observed, deciding, day))
  const live = await readLive(deciding, range, possible.dates, observed)
  const isLater = await isReportedFrom(deciding, range.end)
  const newest = Math.max(-Infinity, ...live.reported)
  const known = possible.open.filter((date) => {
    const [start, day] = [possible.dates[date - 1] ?? 0, possible.dates[date] ?? 0]
    return isLater || newest >= start || (newest >= day - SILENT_DAYS && !isCounted(deciding, { start, end: day }))
  })
  if (known.length === 0) return undefined
  const many = (known.at(-1) ?? 0) + 1
  const candidates = {
    dates: possible.dates.slice(0, many),
    weights: possible.weights.slice(0, many),
    order: possible.order.slice(0, many),
    open: known
  }
  const { dates } = candidates
  const last = dates.at(-1) ?? year.start
  const wards = wardsSince(directory, key.authorityId, year, shape, range)
  const units = [...new Set([0, ...wards.map(([ward]) => ward), ...live.counts.map(({ ward }) => ward)])]
    .sort((a, b) => a - b)
  const counts = countsOf(dates, units, counted, groupsOf(shape), live.counts)
  return {
    candidates,
    counts,
    exists: existsFrom(wards, counts),
    shape: {
      reported: [...shape.reported, ...[...live.reported].filter((day) => day < last).sort((a, b) => a - b)],
      byCounts: [...shape.byCounts, ...live.byCounts],
      missing: [...shape.missing, ...live.missing],
      groups: counts.groups.map(({ outcome, channel, avoidable }) => [outcome, channel, avoidable]),
      wards
    },
    counted: countedWards(counts)
  }
}

// Counts come when their week or month is over: where they stand for events, none is no silence yet.
const isCounted = ({ directory, key }: Deciding, range: DateRange): boolean =>
  directory.kpis.basisRanges(key.authorityId, key.serviceId, key.type, range).some(({ basis }) => basis === 'counts')

/** A service may have nothing to report for some days, on a weekend, over Easter; after a week it is late. */
const SILENT_DAYS = 7

const groupsOf = ({ groups }: Pick<YearShape, 'groups'>): Group[] =>
  groups.map(([outcome, channel, avoidable]) => ({ outcome, channel, avoidable }))

/** The counts of a year as they were released, with those of `live`; `groups` are numbered as they are stored. */
export function countsOf (
  dates: readonly number[],
  units: readonly number[],
  counted: CountedYear,
  groups: readonly Group[],
  live: readonly WardDay[] = []
): YearCounts {
  const groupOf = (index: number): Group => groups[index] ?? { outcome: 0, channel: 0, avoidable: 0 }
  return new YearCounts(
    dates,
    units,
    [
      ...counted.wards.map(([unit, day, group, count]) => ({ unit, day, count, ...groupOf(group) })),
      ...live.map((one) => ({ ...one, unit: one.ward }))
    ],
    [...counted.days.map(([day, group, count]) => ({ day, count, ...groupOf(group) })), ...live],
    groups
  )
}

/** Whether a unit exists in a gap: a ward on any of its days, or anything that was counted. */
export function existsFrom (wards: YearShape['wards'], counts: YearCounts): (unit: number, gap: number) => boolean {
  const days = new Map(wards.map(([ward, from, to]) => [ward, { from, to }]))
  return (unit, gap) => {
    const known = days.get(unit)
    const [start, end] = [counts.dates[gap] ?? 0, counts.dates[gap + 1] ?? 0]
    return known === undefined || (known.from < end && known.to > start) ||
      counts.sum(unit, counts.all, gap, gap + 1) > 0
  }
}

/** Counts as they are stored. */
export function countedWards (counts: YearCounts): Pick<CountedYear, 'wards' | 'days'> {
  const { dates, units, all, range } = counts
  return {
    wards: units.flatMap((unit) =>
      dates.slice(0, -1).flatMap((day, gap) =>
        all.flatMap((group): CountedYear['wards'] => {
          const count = counts.sum(unit, [group], gap, gap + 1)
          return count === 0 ? [] : [[unit, day, group, count]]
        })
      )
    ),
    days: all.flatMap((group) =>
      Array.from({ length: range.end - range.start }, (_, i) => range.start + i)
        .flatMap((day): CountedYear['days'] => {
          const count = counts.parentOn([group], day)
          return count === 0 ? [] : [[day, group, count]]
        })
    )
  }
}

/** The wards of a year as they are now. */
export function wardsOf (directory: Directory, authorityId: number, year: DateRange): YearShape['wards'] {
  const authority = directory.authorityById.get(authorityId)
  return (authority === undefined ? [] : directory.areasOf(authority))
    .filter(({ from, to }) => from < year.end && to >= year.start)
    .map(({ id, from, to }) => [id, Math.max(from, year.start), Math.min(to + 1, year.end)])
}

/** The wards of a year as they were when its days were first released, and of the days released now as they are. */
function wardsSince (
  directory: Directory, authorityId: number, year: DateRange, shape: YearShape, open: DateRange
): YearShape['wards'] {
  const before = new Map(shape.wards.map((ward) => [ward[0], ward]))
  for (const [id, from, to] of wardsOf(directory, authorityId, year)) {
    const known = before.get(id)
    if (known === undefined) before.set(id, [id, Math.max(from, open.start), to])
    else if (known[2] >= open.start) before.set(id, [id, known[1], to])
  }
  return [...before.values()]
}

/**
 * The counts of streets by ward, with those of the months that are decided now. Every ward has its unnamed street at
 * least: one that is not listed would be known to have nothing.
 */
export async function freezeStreets (
  { client, key }: Deciding,
  { candidates: { dates, open }, counted, wardIds }: {
    candidates: Candidates, counted: CountedYear, wardIds: readonly number[]
  }
): Promise<{ byWard: Map<number, YearCounts>, streets: CountedYear['streets'] }> {
  const range = { start: dates[(open[0] ?? 1) - 1] ?? 0, end: dates.at(-1) ?? 0 }
  const live = await readStreetMonths(client, key, range)
  const streets: CountedYear['streets'] = [
    ...counted.streets,
    ...live.map(({ ward, street, day, count }): CountedYear['streets'][number] => [ward, street, day, count])
  ]
  const found = Map.groupBy(streets, ([ward]) => ward)
  const byWard = new Map([...new Set([...wardIds, ...found.keys()])].map((ward) => {
    const some = found.get(ward) ?? []
    const units = [...new Set([0, ...some.map(([, street]) => street)])].sort((a, b) => a - b)
    return [ward, streetCounts(dates, units, some)]
  }))
  return { byWard, streets }
}

const ALL: Group = { outcome: 0, channel: 0, avoidable: 0 }

/** The counts of one ward's streets. */
export function streetCounts (
  dates: readonly number[], streets: readonly number[], counted: CountedYear['streets']
): YearCounts {
  return new YearCounts(
    dates,
    streets,
    counted.map(([, unit, day, count]) => ({ unit, day, count, ...ALL })),
    counted.map(([, , day, count]) => ({ day, count, ...ALL }))
  )
}
