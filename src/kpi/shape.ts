import { breaksIn, brokenOn, mergersIn, ownerOf, type Break } from '../catalogue/breaks.ts'
import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import type { Published } from '../disclosure/gate.ts'
import { dayOf, dayParts } from '../domain/calendar.ts'
import { addPeriods, wholeRange, type DateRange, type Period } from '../domain/period.ts'
import { mapInSlices, Slices } from '../domain/slices.ts'
import { nameOf } from '../series/names.ts'
import { combine } from './combine.ts'
import type { CompareWith, KpiSeriesQuery } from './parse.ts'
import type { KpiQuestion, KpiValue, Split } from './question.ts'

export interface KpiSeriesValue {
  range: DateRange
  figure: Published<KpiValue>
  /** Set on the first period after which wards are not what they were. */
  brokenOn: number | undefined
  compared: { range: DateRange, figure: Published<KpiValue> | undefined } | undefined
}

export interface KpiSeries { group: Record<string, string>, values: KpiSeriesValue[] }
export interface KpiSeriesAnswer { series: KpiSeries[], breaks: Break[] }

/**
 * The question with the periods to compare with before its own. They are read together, so that a channel or street of
 * either is 0 in the other, not missing.
 */
export function withEarlier (query: KpiSeriesQuery): KpiQuestion {
  const earlier = earlierPeriods(query)
  return earlier.length === 0 ? query : { ...query, periods: [...earlier, ...query.periods], earlier: earlier.length }
}

/** By group and period, every period filled, groups in the order of their names, or of their size where by street. */
export async function shape (
  directory: Directory, query: KpiSeriesQuery, figures: ReadonlyArray<Published<KpiValue>>
): Promise<KpiSeriesAnswer> {
  const { authorities, byAuthority, periods, split, top } = query
  const earlier = earlierPeriods(query)
  const range = wholeRange(periods)
  const breaks = [
    ...mergersIn(directory, query, range), ...split === 'ward' ? breaksIn(directory, authorities, range) : []
  ]
  const groups = await groupFigures(query, figures.filter(({ period }) => period >= earlier.length))
  const before = await groupFigures(query, figures.filter(({ period }) => period < earlier.length))
  const series = await mapInSlices(groups, ([key, byPeriod]) => {
    const [first] = byPeriod.values()
    const owner = ownerOf(directory, first?.member ?? 0, byAuthority ? groupOf(key) : undefined, authorities)
    return {
      group: nameGroup(directory, query, groupOf(key), first),
      values: periods.flatMap((range, i): KpiSeriesValue[] => {
        const figure = byPeriod.get(earlier.length + i)
        if (figure === undefined) return []
        const compared = earlier[i] && { range: earlier[i], figure: before.get(key)?.get(i) }
        return [{ range, figure, brokenOn: brokenOn(breaks, range, owner), compared }]
      })
    }
  })
  const sorted = sortSeries(split, series)
  return { series: split === 'street' ? sorted.slice(0, top) : sorted, breaks }
}

function earlierPeriods ({ compareWith, period, periods }: KpiSeriesQuery): DateRange[] {
  return compareWith === undefined ? [] : periods.map((range) => shifted(period, range, compareWith))
}

const groupOf = (key: string): number => Number(key.split(' ')[0])

/** By group and period, authorities added up where they are not told apart, or where one gave way to another. */
async function groupFigures (
  { byAuthority, isNamed, merging }: KpiSeriesQuery, figures: ReadonlyArray<Published<KpiValue>>
): Promise<Map<string, Map<number, Published<KpiValue>>>> {
  const groups = new Map<string, Array<Published<KpiValue>>>()
  const slices = new Slices()
  for (const figure of figures) {
    for (const group of byAuthority ? merging.groupsOf(figure.authorityId) : ['']) {
      const key = `${group} ${figure.member ?? ''}`
      const ofGroup = groups.get(key)
      if (ofGroup === undefined) groups.set(key, [figure])
      else ofGroup.push(figure)
    }
    if (slices.over) await slices.pause()
  }
  // Of a service that nobody is known to deliver, those who reported it are listed, unless others are asked for.
  const shown = groups.entries().filter(([, some]) => isNamed || some.some(({ reason }) => reason !== 'not-declared'))
  return new Map(await mapInSlices(shown, ([key, ofGroup]) => {
    const periods = Map.groupBy(ofGroup, ({ period }) => period)
    return [
      key,
      new Map([...periods].flatMap(([period, ofPeriod]) => {
        const figure = combine(ofPeriod)
        return figure === undefined ? [] : [[period, figure] as const]
      }))
    ] as const
  }))
}

function nameGroup (
  directory: Directory, { byAuthority, split }: KpiSeriesQuery, group: number, figure: KpiValue | undefined
): Record<string, string> {
  return {
    ...(byAuthority && { authority: directory.authorityById.get(group)?.slug ?? UNKNOWN }),
    ...(split !== 'none' && { [split]: nameOf(directory, split, figure?.member ?? 0) })
  }
}

// Streets are asked for by how much there was, as far as it is published; everything else is found by its name.
function sortSeries (split: Split, series: KpiSeries[]): KpiSeries[] {
  const total = ({ values }: KpiSeries): number => values.reduce((sum, { figure }) => sum + (figure.numerator ?? 0), 0)
  const name = ({ group }: KpiSeries): string => Object.values(group).join(' ')
  const byName = (a: KpiSeries, b: KpiSeries): number => name(a) < name(b) ? -1 : 1
  return series.sort(split === 'street' ? (a, b) => total(b) - total(a) || byName(a, b) : byName)
}

/** The period before, or the one a year earlier: the same calendar period, or for weeks the one 52 weeks before. */
function shifted (period: Period, range: DateRange, compareWith: CompareWith): DateRange {
  if (compareWith === 'previous') return { start: addPeriods(period, range.start, -1), end: range.start }
  if (period === 'week') return { start: range.start - 364, end: range.end - 364 }
  const start = yearBefore(range.start)
  return { start, end: period === 'day' ? start + 1 : addPeriods(period, start, 1) }
}

// 29 February is compared with 28 February.
function yearBefore (day: number): number {
  const { year, month } = dayParts(day)
  const dayOfMonth = day - dayOf(year, month, 1) + 1
  return Math.min(dayOf(year - 1, month, dayOfMonth), dayOf(year - 1, month + 1, 1) - 1)
}
