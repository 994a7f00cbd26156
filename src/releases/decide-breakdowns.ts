import { isSmall } from '../domain/disclosure/rule.ts'
import { mapInSlices, Slices } from '../domain/slices.ts'
import type { Draw } from './draw.ts'
import { LEAST_WEIGHT, MONTH, rankOf, TOTAL, type Figure } from './figures.ts'
import { publishDates, type PrimaryInput } from './primary.ts'
import type { Publication } from './publication.ts'
import { Unknowns } from './unknowns.ts'
import { auditUntilWide, type Audit, type Audited, type AuditedModel } from './until-wide.ts'
import { gapsOf } from './year-counts.ts'

export interface BreakdownsInput extends PrimaryInput {
  /** Breakdowns, cumulated since the start of the quarter; the totals are in `totals`. */
  publication: Publication
  totals: Publication
  figures: readonly Figure[]
  /** The weight of each date: which families are kept by it. */
  weights: readonly number[]
  /** The index of the quarter's first day. */
  first: number
  /** The dates of the quarter to decide about (indices), ascending; all before them are decided. */
  dates: readonly number[]
  exists: (unit: number, gap: number) => boolean
  draw: Draw
  audit: Audit
}

/**
 * Decides which breakdowns of the units' totals are published in one quarter, cell by cell: a rare outcome of a ward
 * takes along a second cell of its ward and those of a second ward that hide it, not the ward.
 */
export async function decideBreakdowns (input: BreakdownsInput): Promise<Audited> {
  const { publication, audit, draw } = input
  const slices = new Slices()
  for (const figure of input.figures) {
    for (const unit of input.counts.units) {
      if (slices.over) await slices.pause()
      publishFigure(input, unit, figure)
    }
  }
  for (const date of input.dates) {
    if (slices.over) await slices.pause()
    protectCells(input, date)
  }
  return await auditUntilWide({ audit, draw, publication, model: async () => await breakdownsModel(input) })
}

/**
 * Publishes a figure of a unit where its total is public, at the quarter's first day as well: figures start there, and
 * would say what the total does not. At dates that are coarse enough for its family, and wherever the total says the
 * same because nothing else happened in the whole authority.
 */
function publishFigure (input: BreakdownsInput, unit: number, { code, family, groups }: Figure): void {
  const { counts, publication, totals, weights, first, dates } = input
  publication.add(unit, code, first, 'earlier') // nothing was counted yet
  if (!totals.has(unit, TOTAL, first)) return
  const rest = counts.all.filter((group) => !groups.includes(group))
  const shown = dates.filter((date) => totals.has(unit, TOTAL, date))
  for (const date of shown) {
    const before = publication.before(unit, code, date, first)
    if (before === undefined || !totals.has(unit, TOTAL, before)) continue
    if (counts.parent(rest, before, date) === 0) publication.add(unit, code, date, 'implied')
  }
  const own = shown.filter((date) =>
    !publication.has(unit, code, date) && (weights[date] ?? 0) >= LEAST_WEIGHT[family]
  )
  publishDates(input, { unit, figure: code, groups, first, last: dates.at(-1) ?? first }, own)
}

/** At a date, no suppressed cell may be the only one of its unit or of its figure. */
function protectCells ({ counts, publication, totals, figures, draw }: BreakdownsInput, date: number): void {
  const families = [...Map.groupBy(figures, ({ family }) => family).values()]
  type Cell = { unit: number, code: number }
  const isSuppressed = ({ unit, code }: Cell): boolean => !publication.has(unit, code, date)
  const takeOne = (cells: readonly Cell[], prefer: (open: readonly Cell[]) => readonly Cell[]): boolean => {
    if (cells.length === 1 || cells.filter(isSuppressed).length !== 1) return false
    const open = cells.filter(({ unit, code }) => publication.isNew(unit, code, date))
    const drawn = draw.one(prefer(open), ({ unit, code }) => `beside ${unit} ${code} ${date}`)
    if (drawn !== undefined) publication.takeBack(drawn.unit, drawn.code, date)
    return drawn !== undefined
  }
  const givenUpFirst = (open: readonly Cell[]): readonly Cell[] => {
    const least = Math.min(...open.map(({ code }) => rankOf(code)))
    return open.filter(({ code }) => rankOf(code) === least)
  }
  for (let changed = true; changed;) {
    changed = false
    for (const members of families) {
      for (const unit of counts.units) {
        if (!totals.has(unit, TOTAL, date)) continue
        if (takeOne(members.map(({ code }) => ({ unit, code })), givenUpFirst)) changed = true
      }
      // A unit that suppresses a figure of the family anyway needs no further one beside it.
      const suppressing = (open: readonly Cell[]): readonly Cell[] => {
        const some = open.filter(({ unit }) => members.some(({ code }) => isSuppressed({ unit, code })))
        return some.length > 0 ? some : open
      }
      for (const { code } of members) {
        if (takeOne(counts.units.map((unit) => ({ unit, code })), suppressing)) changed = true
      }
    }
  }
}

/** What follows from totals and breakdowns of a quarter, with the authority's own figures of each gap and group. */
export async function breakdownsModel (input: BreakdownsInput): Promise<AuditedModel> {
  const { counts, publication, totals, figures, exists, first } = input
  const last = input.dates.at(-1) ?? first
  const unknowns = new Unknowns()
  const slices = new Slices()
  const cellsOf = (unit: number, groups: readonly number[], from: number, to: number): number[] =>
    gapsOf(Math.max(from, first), Math.min(to, last)).filter((gap) => exists(unit, gap)).flatMap((gap) =>
      groups.filter((group) => counts.parent([group], gap, gap + 1) > 0).map((group) => unknowns.of([unit, gap, group]))
    )
  const equations: Array<AuditedModel['equations'][number]> = []
  const rests: AuditedModel['rests'] = []
  const add = (equation: AuditedModel['equations'][number], places: AuditedModel['rests'][number]): void => {
    if (equation.cells.length === 0) return
    equations.push(equation)
    rests.push(places)
  }
  for (const gap of gapsOf(first, last)) {
    for (const group of counts.all) {
      if (slices.over) await slices.pause()
      const cells = counts.units.flatMap((unit) => cellsOf(unit, [group], gap, gap + 1))
      add({ cells, total: counts.parent([group], gap, gap + 1) }, [])
    }
  }
  for (const unit of counts.units) {
    for (const [from, to] of pairs(totals.dates(unit, TOTAL, 0, counts.gaps))) {
      if (to <= first || from >= last) continue
      const atMost = from < first || to > last // a part of it lies outside
      const total = counts.sum(unit, counts.all, from, to)
      add({ cells: cellsOf(unit, counts.all, from, to), total, ...(atMost && { atMost }) }, [])
    }
    for (const { code, groups } of figures) {
      if (slices.over) await slices.pause()
      for (const [from, to] of pairs(publication.dates(unit, code, first, last))) {
        add(
          { cells: cellsOf(unit, groups, from, to), total: counts.sum(unit, groups, from, to) },
          [from, to].map((date) => ({ unit, figure: code, date }))
        )
      }
    }
  }
  const small = await mapInSlices(counts.units, (unit) => smallOf(input, unit, last), slices)
  const targets = (await mapInSlices(small.flat(), ({ unit, groups, from, to, needed }) => ({
    cells: cellsOf(unit, groups, from, to), needed, unit, from, to
  }), slices)).filter(({ cells }) => cells.length > 0)
  return { equations, rests, targets, unknowns: unknowns.count }
}

interface Target { unit: number, groups: readonly number[], from: number, to: number, needed: number }

/** Above so many unknowns an audit of every gap and span of months takes minutes: only own periods are looked at. */
const FEW_UNKNOWNS = 2000

/**
 * Suppressed counts that must not be worked out. Of totals every one of a gap, since one that follows gives its days,
 * outcomes and channels away. Of figures the small ones in the periods of their family, and where there are few
 * unknowns by gap and over several months as well: with few events most is hidden, and what is left says more.
 */
function smallOf (
  { counts, publication, totals, figures, weights, threshold, first }: BreakdownsInput, unit: number, last: number
): Target[] {
  const target = (groups: readonly number[], from: number, to: number): Target => ({
    unit, groups, from, to, needed: Math.min(threshold, counts.parent(groups, from, to))
  })
  const gaps = gapsOf(first, last)
  const ofTotals = gaps.filter((gap) => !totals.has(unit, TOTAL, gap) || !totals.has(unit, TOTAL, gap + 1))
    .filter((gap) => counts.sum(unit, counts.all, gap, gap + 1) > 0)
    .map((gap) => target(counts.all, gap, gap + 1))
  const datesFrom = (weight: number): number[] =>
    [first, ...gaps.slice(1).filter((date) => (weights[date] ?? 0) >= weight), last]
  const months = datesFrom(MONTH)
  const spans = counts.units.length * gaps.length * counts.groups.length > FEW_UNKNOWNS
    ? undefined
    : [...pairs(datesFrom(0)), ...months.flatMap((from, i) => months.slice(i + 1).map((to) => [from, to] as const))]
  const ofFigures = figures.flatMap(({ code, groups, family }) =>
    (spans ?? pairs(datesFrom(LEAST_WEIGHT[family]))).flatMap(([from, to]) =>
      isSmall(counts.sum(unit, groups, from, to), threshold) &&
        !(publication.has(unit, code, from) && publication.has(unit, code, to))
        ? [target(groups, from, to)]
        : []
    )
  )
  return [...ofTotals, ...ofFigures]
}

const pairs = (dates: readonly number[]): Array<[number, number]> =>
  dates.slice(1).map((to, i) => [dates[i] ?? 0, to])
