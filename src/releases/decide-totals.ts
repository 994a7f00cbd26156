import { isSmall } from '../domain/disclosure/rule.ts'
import { mapInSlices, Slices } from '../domain/slices.ts'
import type { Draw } from './draw.ts'
import { TOTAL } from './figures.ts'
import { publishDates, type PrimaryInput } from './primary.ts'
import { auditUntilWide, type Audit, type Audited, type AuditedModel } from './until-wide.ts'
import { Unknowns } from './unknowns.ts'
import { gapsOf } from './year-counts.ts'

export interface TotalsInput extends PrimaryInput {
  /** The dates to decide about (indices), ascending; all before them are decided. */
  dates: readonly number[]
  /** Whether anything may be published at a date; left out: at every one. */
  isOpen?: (date: number) => boolean
  /** Whether an earlier release knew the unit. */
  isListed: (unit: number) => boolean
  /** Whether a unit exists in a gap: all others are known to have nothing. */
  exists: (unit: number, gap: number) => boolean
  draw: Draw
  audit: Audit
}

/**
 * Decides at which dates the totals of the units are published: primary suppression, then never one suppressed unit
 * alone at a date, then the audit.
 */
export async function decideTotals (input: TotalsInput): Promise<Audited> {
  const { counts, publication, dates, isOpen = () => true, draw } = input
  const open = dates.filter(isOpen)
  const slices = new Slices()
  for (const unit of counts.units) {
    if (slices.over) await slices.pause()
    publishStart(input, unit)
    publishDates(input, { unit, figure: TOTAL, groups: counts.all, first: 0, last: counts.gaps }, open)
  }
  for (const date of dates) {
    const shown = counts.units.filter((unit) => publication.has(unit, TOTAL, date))
    if (shown.length !== counts.units.length - 1) continue
    const drawn = draw.one(shown, (unit) => `beside ${unit} ${date}`)
    if (drawn !== undefined) publication.takeBack(drawn, TOTAL, date)
  }
  return await auditUntilWide({ audit: input.audit, draw, publication, model: async () => await totalsModel(input) })
}

// Before a unit is listed for the first time everybody knows that nothing was counted there.
function publishStart (
  { counts, publication, dates, isListed, isOpen = () => true }: TotalsInput, unit: number
): void {
  publication.add(unit, TOTAL, 0, 'earlier')
  if (isListed(unit)) return
  for (let date = 1; date < (dates[0] ?? 0) && counts.sum(unit, counts.all, 0, date) === 0; date++) {
    if (isOpen(date)) publication.add(unit, TOTAL, date, 'implied')
  }
}

/**
 * What follows from totals: the parent's count of each gap, taken to be known even where a ward hides its own, and each
 * unit's count between its published dates.
 */
export async function totalsModel (input: TotalsInput): Promise<AuditedModel> {
  const { counts, exists } = input
  const last = input.dates.at(-1) ?? 0
  const unknowns = new Unknowns()
  const cellsOf = (unit: number, from: number, to: number): number[] =>
    gapsOf(from, to).filter((gap) => exists(unit, gap)).map((gap) => unknowns.of([unit, gap]))
  const model: Pick<AuditedModel, 'equations' | 'rests'> & { equations: Array<AuditedModel['equations'][number]> } = {
    equations: [], rests: []
  }
  const shown = gapsOf(0, last).map(() => [] as number[]) // units whose count of the gap is public
  const open = gapsOf(0, last).map(() => [] as number[])
  const spans = counts.units.flatMap((unit) => spansOf(input, unit, last))
  const slices = new Slices()
  for (const { unit, from, to, ended } of spans) {
    if (slices.over) await slices.pause()
    if (ended && to === from + 1) {
      shown[from]?.push(unit)
      continue
    }
    for (const gap of gapsOf(from, to)) open[gap]?.push(unit)
    if (!ended) continue
    model.equations.push({ cells: cellsOf(unit, from, to), total: counts.sum(unit, counts.all, from, to) })
    model.rests.push([from, to].map((date) => ({ unit, figure: TOTAL, date })))
  }
  for (const [gap, units] of open.entries()) {
    if (slices.over) await slices.pause()
    if (units.length === 0) continue
    model.equations.push({
      cells: units.flatMap((unit) => cellsOf(unit, gap, gap + 1)),
      total: units.reduce((sum, unit) => sum + counts.sum(unit, counts.all, gap, gap + 1), 0)
    })
    model.rests.push((shown[gap] ?? []).flatMap((unit) =>
      [gap, gap + 1].map((date) => ({ unit, figure: TOTAL, date }))
    ))
  }
  const targets = await mapInSlices(
    spans.filter(({ to, from, ended }) => !ended || to > from + 1),
    ({ unit, from, to }) => smallWithin(input, unit, from, to).map(({ start, end, needed }) => ({
      cells: cellsOf(unit, start, end), needed, unit, from: start, to: end
    })),
    slices
  )
  return { ...model, targets: targets.flat(), unknowns: unknowns.count }
}

/** A unit's gaps between two published dates, or after the last one (not `ended`). */
interface Span { unit: number, from: number, to: number, ended: boolean }

function spansOf ({ publication }: TotalsInput, unit: number, last: number): Span[] {
  const dates = publication.dates(unit, TOTAL, 0, last)
  return dates.flatMap((from, i): Span[] => {
    const to = dates[i + 1]
    if (to === undefined) return from < last ? [{ unit, from, to: last, ended: false }] : []
    return [{ unit, from, to, ended: true }]
  })
}

/**
 * The counts of a unit between any two dates of a span that must not be worked out: small ones, and of gaps all of
 * them, since a count that follows gives its outcomes, channels and days away.
 */
function smallWithin (
  { counts, threshold }: TotalsInput, unit: number, from: number, to: number
): Array<{ start: number, end: number, needed: number }> {
  const found: Array<{ start: number, end: number, needed: number }> = []
  for (const start of gapsOf(from, to)) {
    let count = 0
    for (let end = start + 1; end <= to; end++) {
      count += counts.sum(unit, counts.all, end - 1, end)
      if (count === 0) continue
      if (end > start + 1 && !isSmall(count, threshold)) break // it only grows
      found.push({ start, end, needed: Math.min(threshold, counts.parent(counts.all, start, end)) })
    }
  }
  return found
}
