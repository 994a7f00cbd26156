import type { Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import type { DisclosureRule } from '../domain/disclosure/rule.ts'
import { DIGITAL_CLASSES } from '../domain/kpi/definition.ts'
import { decideBreakdowns } from './decide-breakdowns.ts'
import { decideTotals } from './decide-totals.ts'
import type { Candidates } from './dates.ts'
import type { Draw } from './draw.ts'
import { breakdownFigures, QUARTER, TOTAL, type Figure } from './figures.ts'
import { Publication } from './publication.ts'
import { WHOLE_WARD, type YearShape } from './released-year.ts'
import type { ReleasedCount, ReleaseKey } from './store/releases.ts'
import type { Size } from './deciding.ts'
import type { Audit } from './until-wide.ts'
import type { YearCounts } from './year-counts.ts'

export interface YearToDecide {
  directory: Directory
  key: ReleaseKey
  rule: DisclosureRule
  candidates: Candidates
  counts: YearCounts
  exists: (unit: number, gap: number) => boolean
  /** Whether an earlier release knew a ward or street. */
  isListed: (unit: number) => boolean
  /** What is published already. */
  published: readonly ReleasedCount[]
  draw: Draw
  audit: Audit
}

export interface Decided extends Size { counts: ReleasedCount[], figures: YearShape['figures'] }

/** A threshold that no count is below: everything is published. */
const NO_THRESHOLD = 1

/** Decides what of a financial year's wards is published at the dates that are open: totals first, then breakdowns. */
export async function decideWards (input: YearToDecide): Promise<Decided> {
  const { counts, published, candidates: { dates, weights, order, open }, rule, exists, isListed, draw, audit } = input
  const threshold = rule.threshold ?? NO_THRESHOLD
  const dateOf = new Map(dates.map((day, i) => [day, i]))
  const totals = new Publication()
  for (const { ward, street, figure, day } of published) {
    const date = dateOf.get(day)
    if (street === WHOLE_WARD && figure === TOTAL && date !== undefined) totals.add(ward, TOTAL, date, 'earlier')
  }
  const audits: Size['audits'] = [{
    of: `totals from ${formatDay(dates[(open[0] ?? 1) - 1] ?? 0)}`,
    ...await decideTotals({
      counts,
      publication: totals,
      threshold,
      order,
      dates: open,
      isListed,
      exists,
      draw: draw.of('totals'),
      audit
    })
  }]
  const found = [...totals.added()].map(({ unit, date }): ReleasedCount => ({
    ward: unit, street: WHOLE_WARD, figure: TOTAL, day: dates[date] ?? 0, count: counts.sum(unit, counts.all, 0, date)
  }))
  let [cells, suppressed] = sizeOf(counts.units, [TOTAL], open, totals)
  const shapes: YearShape['figures'] = []
  for (const { first, last } of quartersOf(weights, open)) {
    const all = breakdownFigures(counts, classesOf(input.directory, input.key, dates[first] ?? 0))
    const figures = all.filter(({ same }) => same === undefined)
    const publication = new Publication()
    for (const { ward, street, figure, day } of published) {
      const date = dateOf.get(day)
      if (street !== WHOLE_WARD || figure === TOTAL || date === undefined || date <= first || date > last) continue
      publication.add(ward, figure, date, 'earlier')
    }
    const ofQuarter = open.filter((date) => date > first && date <= last)
    const of = `breakdowns from ${formatDay(dates[first] ?? 0)}`
    audits.push({
      of,
      ...await decideBreakdowns({
        counts,
        publication,
        totals,
        figures,
        threshold,
        weights,
        order,
        first,
        dates: ofQuarter,
        exists,
        draw: draw.of(`breakdowns ${dates[first] ?? 0}`),
        audit
      })
    })
    const groupsOf = new Map(figures.map(({ code, groups }) => [code, groups]))
    for (const { unit, figure, date } of publication.added()) {
      found.push({
        ward: unit,
        street: WHOLE_WARD,
        figure,
        day: dates[date] ?? 0,
        count: counts.sum(unit, groupsOf.get(figure) ?? [], first, date)
      })
    }
    const [some, hidden] = sizeOf(counts.units, figures.map(({ code }) => code), ofQuarter, publication)
    cells += some
    suppressed += hidden
    shapes.push([dates[first] ?? 0, shapeOf(all)])
  }
  return { counts: found, figures: shapes, cells, suppressed, audits }
}

/**
 * Decides about the streets of one ward. Streets have totals alone, and none at dates at which their ward's is
 * suppressed: together they would say it.
 */
export async function decideStreets (
  { counts, published, candidates: { dates, order, open }, rule, isListed, draw, audit }: YearToDecide,
  ward: number,
  wardIsPublic: (day: number) => boolean
): Promise<Decided> {
  const dateOf = new Map(dates.map((day, i) => [day, i]))
  const publication = new Publication()
  for (const { ward: of, street, day } of published) {
    const date = dateOf.get(day)
    if (of === ward && street !== WHOLE_WARD && date !== undefined) publication.add(street, TOTAL, date, 'earlier')
  }
  const audited = await decideTotals({
    counts,
    publication,
    threshold: rule.threshold ?? NO_THRESHOLD,
    order,
    dates: open,
    isOpen: (date) => wardIsPublic(dates[date] ?? 0),
    isListed,
    exists: () => true,
    draw,
    audit
  })
  const [cells, suppressed] = sizeOf(counts.units, [TOTAL], open, publication)
  return {
    counts: [...publication.added()].map(({ unit, date }) => ({
      ward, street: unit, figure: TOTAL, day: dates[date] ?? 0, count: counts.sum(unit, counts.all, 0, date)
    })),
    figures: [],
    cells,
    suppressed,
    audits: [{ of: `streets of ward ${ward}`, ...audited }]
  }
}

/** The quarters that have open dates, by index: a quarter's last date is the next one's first. */
export function quartersOf (
  weights: readonly number[], open: readonly number[]
): Array<{ first: number, last: number }> {
  const firsts = weights.flatMap((weight, i) => i === 0 || weight >= QUARTER ? [i] : [])
  return firsts.map((first, i) => ({ first, last: firsts[i + 1] ?? weights.length - 1 }))
    .filter(({ first, last }) => open.some((date) => date > first && date <= last))
}

function sizeOf (
  units: readonly number[], figures: readonly number[], dates: readonly number[], publication: Publication
): [cells: number, suppressed: number] {
  let suppressed = 0
  for (const unit of units) {
    for (const figure of figures) for (const date of dates) if (!publication.has(unit, figure, date)) suppressed++
  }
  return [units.length * figures.length * dates.length, suppressed]
}

/** Figures as they are stored for readers. */
export const shapeOf = (figures: readonly Figure[]): YearShape['figures'][number][1] =>
  figures.map(({ code, groups, same = code }) => [code, groups, same])

/** Numbers the digital class of channels on a day. */
export function classesOf (directory: Directory, key: ReleaseKey, day: number): (channel: number) => number {
  return (id) => {
    const channel = directory.channelById.get(id)
    if (channel === undefined) return 0
    return DIGITAL_CLASSES.indexOf(directory.kpis.classOn(channel, key.serviceId, key.authorityId, day)) + 1
  }
}
