import { breaksIn, brokenOn, ownerOf, type Break } from '../catalogue/breaks.ts'
import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { dayOf, dayParts } from '../domain/calendar.ts'
import { addPeriods, wholeRange, type Period, type Range } from '../domain/period.ts'
import type { Reader } from '../disclosure/reader.ts'
import { nameOf } from '../series/names.ts'
import { combine } from './combine.ts'
import type { KpiSeriesQuestion } from './parse.ts'
import type { KpiCell, Split } from './question.ts'
import { readKpiCells } from './read-cells.ts'

export type CompareWith = 'previous' | 'year-earlier'

export interface KpiValue {
  range: Range
  cell: KpiCell
  /** Set on the first period after which wards are not what they were. */
  brokenOn: number | undefined
  compared: { range: Range, cell: KpiCell | undefined } | undefined
}

export interface KpiSeries { group: Record<string, string>, values: KpiValue[] }

/** Reads a KPI by period and group, every period filled, groups in the order of their names. */
export async function readKpiSeries (
  reader: Reader, directory: Directory, question: KpiSeriesQuestion, compareWith: CompareWith | undefined
): Promise<{ series: KpiSeries[], breaks: Break[] }> {
  const earlier = compareWith && question.periods.map((range) => shifted(question.period, range, compareWith))
  // Read together, so that a channel or street of either is 0 in the other, not missing.
  const all = await readKpiCells(
    reader,
    directory,
    earlier === undefined
      ? question
      : { ...question, periods: [...earlier, ...question.periods], earlier: earlier.length }
  )
  const offset = earlier?.length ?? 0
  const cells = all.filter(({ period }) => period >= offset).map((cell) => ({ ...cell, period: cell.period - offset }))
  const before = all.filter(({ period }) => period < offset)
  const breaks = question.split === 'ward'
    ? breaksIn(directory, question.authorities, wholeRange(question.periods))
    : []
  const groups = groupCells(question, cells)
  const groupsBefore = groupCells(question, before)
  const series = [...groups].map(([key, byPeriod]) => {
    const [first] = byPeriod.values()
    const owner = ownerOf(directory, first?.member ?? 0, question.byAuthority ? first?.authorityId : undefined)
    return {
      group: nameGroup(directory, question, first),
      values: question.periods.flatMap((range, i): KpiValue[] => {
        const cell = byPeriod.get(i)
        if (cell === undefined) return []
        const compared = earlier?.[i] && { range: earlier[i], cell: groupsBefore.get(key)?.get(i) }
        return [{ range, cell, brokenOn: brokenOn(breaks, range, owner), compared }]
      })
    }
  })
  const sorted = sortSeries(question.split, series)
  return { series: question.split === 'street' ? sorted.slice(0, question.top) : sorted, breaks }
}

function groupCells ({ byAuthority }: KpiSeriesQuestion, cells: readonly KpiCell[]): Map<string, Map<number, KpiCell>> {
  const groups = Map.groupBy(cells, ({ authorityId, member }) => `${byAuthority ? authorityId : ''} ${member ?? ''}`)
  return new Map([...groups].map(([key, ofGroup]) => {
    const periods = Map.groupBy(ofGroup, ({ period }) => period)
    return [
      key,
      new Map([...periods].flatMap(([period, ofPeriod]) => {
        const cell = combine(ofPeriod)
        return cell === undefined ? [] : [[period, cell] as const]
      }))
    ]
  }))
}

function nameGroup (
  directory: Directory, { byAuthority, split }: KpiSeriesQuestion, cell: KpiCell | undefined
): Record<string, string> {
  return {
    ...(byAuthority && { authority: directory.authorityById.get(cell?.authorityId ?? 0)?.slug ?? UNKNOWN }),
    ...(split !== 'none' && { [split]: nameOf(directory, split, cell?.member ?? 0) })
  }
}

// Streets are asked for by how much there was, as far as it is published; everything else is found by its name.
function sortSeries (split: Split, series: KpiSeries[]): KpiSeries[] {
  const total = ({ values }: KpiSeries): number => values.reduce((sum, { cell }) => sum + (cell.numerator ?? 0), 0)
  const name = ({ group }: KpiSeries): string => Object.values(group).join(' ')
  const byName = (a: KpiSeries, b: KpiSeries): number => name(a) < name(b) ? -1 : 1
  return series.sort(split === 'street' ? (a, b) => total(b) - total(a) || byName(a, b) : byName)
}

/** The period before, or the one a year earlier: the same calendar period, or for weeks the one 52 weeks before. */
export function shifted (period: Period, range: Range, compareWith: CompareWith): Range {
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
