import { disclosureWindows } from './publication-dates.ts'
import { overlaps, type Range } from '../period.ts'

/** A figure that was sent for some days: `ward` 0 is the authority's own, `channel` 0 all channels together. */
export interface AreaFigure { ward: number, channel: number, range: Range, value: number }

/** Counts of 1 up to one less than these are hidden; null: none is. */
export interface FigureThresholds { authority: number | null, ward: number | null }

/** Financial years, by their first day, whose figures of one measure and authority may not be published at a level. */
export interface HiddenYears { authority: Set<number>, ward: Set<number> }

/**
 * All or nothing: figures of a measure are public in a financial year if every one that touches the year is 0 or
 * reaches the threshold, none overlaps another of its ward, and what the wards leave of the authority's own figure is
 * no small number either. There is then nothing hidden to be worked out; and where they are hidden, no part of them is
 * public.
 */
export function hiddenFigureYears (figures: readonly AreaFigure[], thresholds: FigureThresholds): HiddenYears {
  const hidden: HiddenYears = { authority: new Set(), ward: new Set() }
  const years = Map.groupBy(
    figures.flatMap((figure) => disclosureWindows(figure.range).map(({ start }) => ({ year: start, figure }))),
    ({ year }) => year
  )
  for (const [year, some] of years) {
    const [own, byWard] = [some, some].map((all, i) =>
      all.map(({ figure }) => figure).filter(({ ward }) => (ward === 0) === (i === 0))
    )
    if (own === undefined || byWard === undefined) continue
    if (!areLarge(own, thresholds.authority) || !areLarge(sumsByRange(byWard), thresholds.authority)) {
      hidden.authority.add(year)
    }
    if (
      hidden.authority.has(year) || !areLarge(byWard, thresholds.ward) || !leaveNoRest(own, byWard, thresholds.ward)
    ) hidden.ward.add(year)
  }
  return hidden
}

const isSmall = (count: number, threshold: number): boolean => count > 0 && count < threshold

function areLarge (figures: readonly AreaFigure[], threshold: number | null): boolean {
  if (threshold === null) return true
  if (figures.some(({ value }) => isSmall(value, threshold))) return false
  return [...Map.groupBy(figures, ({ ward }) => ward).values()].every(areApart)
}

// A total beside its channels, or a week beside its days, can be subtracted.
function areApart (figures: readonly AreaFigure[]): boolean {
  const byRange = [...Map.groupBy(figures, ({ range }) => `${range.start} ${range.end}`).values()]
  const ranges = byRange.flatMap(([first]) => first?.range ?? []).sort((a, b) => a.start - b.start)
  return ranges.every(({ start }, i) => i === 0 || start >= (ranges[i - 1]?.end ?? 0)) &&
    byRange.every((same) => same.length === 1 || same.every(({ channel }) => channel !== 0))
}

// What no ward has of the authority's figure is the unnamed ward's, or that of wards without a figure.
function leaveNoRest (own: readonly AreaFigure[], byWard: readonly AreaFigure[], threshold: number | null): boolean {
  if (threshold === null) return true
  const wards = Map.groupBy(byWard, ({ range }) => `${range.start} ${range.end}`)
  const ranges = [...wards.values()].flatMap(([first]) => first?.range ?? [])
  const overlapping = own.filter(({ range }) => ranges.some((other) => overlaps(other, range)))
  return [...Map.groupBy(overlapping, ({ range }) => `${range.start} ${range.end}`)].every(([key, figures]) => {
    const parts = wards.get(key)
    if (parts === undefined) return false // other days than the wards' figures: too many ways to subtract
    const rest = (channel?: number): number => total(figures, channel) - total(parts, channel)
    return !isSmall(rest(), threshold) &&
      figures.every(({ channel }) => channel === 0 || !isSmall(rest(channel), threshold))
  })
}

// A figure for all channels holds; where there is none, the channels make it up.
function total (figures: readonly AreaFigure[], channel?: number): number {
  const wards = Map.groupBy(figures, ({ ward }) => ward)
  return [...wards.values()].reduce((sum, ofWard) => {
    const whole = ofWard.filter((figure) => figure.channel === 0)
    const counted = channel === undefined
      ? whole.length > 0 ? whole : ofWard
      : ofWard.filter((figure) => figure.channel === channel)
    return sum + counted.reduce((sum, { value }) => sum + value, 0)
  }, 0)
}

function sumsByRange (figures: readonly AreaFigure[]): AreaFigure[] {
  return [...Map.groupBy(figures, ({ range }) => `${range.start} ${range.end}`).values()]
    .flatMap((same) => same[0] === undefined ? [] : [{ ward: 0, channel: 0, range: same[0].range, value: total(same) }])
}
