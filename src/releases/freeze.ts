import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import type { DateRange } from '../domain/period.ts'
import type { Candidates } from './dates.ts'
import type { CountedYear, YearShape } from './released-year.ts'
import { readStreetMonths, readWardDays } from './store/live-counts.ts'
import type { ReleaseKey } from './store/releases.ts'
import { YearCounts, type Group } from './year-counts.ts'

interface Wards {
  directory: Directory
  key: ReleaseKey
  year: DateRange
  candidates: Candidates
  shape: YearShape
  counted: CountedYear
}

/** The counts of a year with those of its open gaps, and what to store of them. */
export interface FrozenWards {
  counts: YearCounts
  exists: (unit: number, gap: number) => boolean
  shape: Pick<YearShape, 'reported' | 'groups' | 'wards'>
  counted: Pick<CountedYear, 'wards' | 'days'>
}

/** Reads the live counts of the gaps that are decided now; those of earlier releases stay as they were. */
export async function freezeWards (
  client: pg.ClientBase, { directory, key, year, candidates: { dates, open }, shape, counted }: Wards
): Promise<FrozenWards> {
  const range = { start: dates[(open[0] ?? 1) - 1] ?? year.start, end: dates.at(-1) ?? year.start }
  const live = await readWardDays(client, key, range)
  const groups = shape.groups.map(([outcome, channel, avoidable]): Group => ({ outcome, channel, avoidable }))
  const groupOf = (index: number): Group => groups[index] ?? { outcome: 0, channel: 0, avoidable: 0 }
  const wards = wardsOf(directory, key.authorityId, year, shape, range)
  const units = [...new Set([0, ...wards.map(([ward]) => ward), ...live.counts.map(({ ward }) => ward)])]
    .sort((a, b) => a - b)
  const counts = new YearCounts(
    dates,
    units,
    [
      ...counted.wards.map(([unit, day, group, count]) => ({ unit, day, count, ...groupOf(group) })),
      ...live.counts.map((one) => ({ ...one, unit: one.ward }))
    ],
    [...counted.days.map(([day, group, count]) => ({ day, count, ...groupOf(group) })), ...live.counts],
    groups
  )
  const gaps = dates.slice(0, -1)
  const days = new Map(wards.map(([ward, from, to]) => [ward, { from, to }]))
  return {
    counts,
    exists: (unit, gap) => {
      const known = days.get(unit)
      const [start, end] = [dates[gap] ?? 0, dates[gap + 1] ?? 0]
      return known === undefined || (known.from < end && known.to > start) ||
        counts.sum(unit, counts.all, gap, gap + 1) > 0
    },
    shape: {
      reported: gaps.filter((start, gap) =>
        shape.reported.includes(start) ||
        [...live.reported].some((day) => day >= start && day < (dates[gap + 1] ?? 0))
      ),
      groups: counts.groups.map(({ outcome, channel, avoidable }) => [outcome, channel, avoidable]),
      wards
    },
    counted: {
      wards: units.flatMap((unit) =>
        gaps.flatMap((day, gap) =>
          counts.all.flatMap((group): CountedYear['wards'] => {
            const count = counts.sum(unit, [group], gap, gap + 1)
            return count === 0 ? [] : [[unit, day, group, count]]
          })
        )
      ),
      days: counts.all.flatMap((group) =>
        Array.from({ length: (dates.at(-1) ?? 0) - year.start }, (_, i) => year.start + i)
          .flatMap((day): CountedYear['days'] => {
            const count = counts.parentOn([group], day)
            return count === 0 ? [] : [[day, group, count]]
          })
      )
    }
  }
}

/** The wards of a year as they were when its days were first released, and of the days released now as they are. */
function wardsOf (
  directory: Directory, authorityId: number, year: DateRange, shape: YearShape, open: DateRange
): YearShape['wards'] {
  const authority = directory.authorityById.get(authorityId)
  const current = authority === undefined
    ? []
    : directory.areasOf(authority).filter(({ from, to }) => from < year.end && to >= year.start)
  const before = new Map(shape.wards.map((ward) => [ward[0], ward]))
  for (const { id, from, to } of current) {
    const known = before.get(id)
    if (known === undefined) before.set(id, [id, Math.max(from, open.start), Math.min(to + 1, year.end)])
    else if (known[2] >= open.start) before.set(id, [id, known[1], Math.min(to + 1, year.end)])
  }
  return [...before.values()]
}

/** The counts of streets by ward, with those of the months that are decided now. */
export async function freezeStreets (
  client: pg.ClientBase, { key, candidates: { dates, open }, counted }: Pick<Wards, 'key' | 'candidates' | 'counted'>
): Promise<{ byWard: Map<number, YearCounts>, streets: CountedYear['streets'] }> {
  const range = { start: dates[(open[0] ?? 1) - 1] ?? 0, end: dates.at(-1) ?? 0 }
  const live = await readStreetMonths(client, key, range)
  const streets: CountedYear['streets'] = [
    ...counted.streets,
    ...live.map(({ ward, street, day, count }): CountedYear['streets'][number] => [ward, street, day, count])
  ]
  const ALL: Group = { outcome: 0, channel: 0, avoidable: 0 }
  const byWard = new Map([...Map.groupBy(streets, ([ward]) => ward)].map(([ward, some]) => [
    ward,
    new YearCounts(
      dates,
      [...new Set([0, ...some.map(([, street]) => street)])].sort((a, b) => a - b),
      some.map(([, unit, day, count]) => ({ unit, day, count, ...ALL })),
      some.map(([, , day, count]) => ({ day, count, ...ALL }))
    )
  ]))
  return { byWard, streets }
}
