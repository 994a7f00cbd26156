import { financialYears } from './publication-dates.ts'
import { isSmall } from './rule.ts'
import { overlaps, type DateRange } from '../period.ts'

/** An observation: `ward` 0 stands for the authority's own, `channel` 0 for all channels together. */
export interface AreaObservation { ward: number, channel: number, range: DateRange, value: number }

/** Counts of 1 up to one less than these are suppressed; null: none is. */
export interface Thresholds { authority: number | null, ward: number | null }

/** The financial years, by first day, whose observations of a measure may not be published at a level. */
export interface SuppressedYears { authority: Set<number>, ward: Set<number> }

/**
 * Finds the financial years in which a measure is suppressed: all of its observations or none. They are public if each
 * one that overlaps the year is 0 or reaches the threshold, none overlaps another of its ward, and the authority's own
 * count less its wards is not small either. Otherwise the whole year is suppressed, so that nothing can be worked out
 * from the rest.
 */
export function suppressedYears (observations: readonly AreaObservation[], thresholds: Thresholds): SuppressedYears {
  const suppressed: SuppressedYears = { authority: new Set(), ward: new Set() }
  const years = Map.groupBy(
    observations.flatMap((observation) =>
      financialYears(observation.range).map(({ start }) => ({ year: start, observation }))
    ),
    ({ year }) => year
  )
  for (const [year, some] of years) {
    const [own, byWard] = [true, false].map((isOwn) =>
      some.map(({ observation }) => observation).filter(({ ward }) => (ward === 0) === isOwn)
    )
    if (own === undefined || byWard === undefined) continue
    if (!areLarge(own, thresholds.authority) || !areLarge(sumsByRange(byWard), thresholds.authority)) {
      suppressed.authority.add(year)
    }
    if (
      suppressed.authority.has(year) || !areLarge(byWard, thresholds.ward) || !leaveNoRest(own, byWard, thresholds.ward)
    ) suppressed.ward.add(year)
  }
  return suppressed
}

function areLarge (observations: readonly AreaObservation[], threshold: number | null): boolean {
  if (threshold === null) return true
  if (observations.some(({ value }) => isSmall(value, threshold))) return false
  return [...Map.groupBy(observations, ({ ward }) => ward).values()].every(areApart)
}

// Refuse overlaps: somebody could subtract channels from their total, or days from their week.
function areApart (observations: readonly AreaObservation[]): boolean {
  const byRange = [...Map.groupBy(observations, ({ range }) => `${range.start} ${range.end}`).values()]
  const ranges = byRange.flatMap(([first]) => first?.range ?? []).sort((a, b) => a.start - b.start)
  return ranges.every(({ start }, i) => i === 0 || start >= (ranges[i - 1]?.end ?? 0)) &&
    byRange.every((same) => same.length === 1 || same.every(({ channel }) => channel !== 0))
}

// Whether the authority's observation less those of its wards is not small. That rest lies in the unnamed ward, or in
// wards without an observation.
function leaveNoRest (
  own: readonly AreaObservation[], byWard: readonly AreaObservation[], threshold: number | null
): boolean {
  if (threshold === null) return true
  const wards = Map.groupBy(byWard, ({ range }) => `${range.start} ${range.end}`)
  const ranges = [...wards.values()].flatMap(([first]) => first?.range ?? [])
  const overlapping = own.filter(({ range }) => ranges.some((other) => overlaps(other, range)))
  return [...Map.groupBy(overlapping, ({ range }) => `${range.start} ${range.end}`)].every(([key, observations]) => {
    const parts = wards.get(key)
    if (parts === undefined) return false // the wards have other days: there are too many ways to subtract
    const rest = (channel?: number): number => total(observations, channel) - total(parts, channel)
    return !isSmall(rest(), threshold) &&
      observations.every(({ channel }) => channel === 0 || !isSmall(rest(channel), threshold))
  })
}

// Take the observation for all channels, or where there is none the sum of the channels.
function total (observations: readonly AreaObservation[], channel?: number): number {
  const wards = Map.groupBy(observations, ({ ward }) => ward)
  return [...wards.values()].reduce((sum, ofWard) => {
    const whole = ofWard.filter((observation) => observation.channel === 0)
    const counted = channel === undefined
      ? whole.length > 0 ? whole : ofWard
      : ofWard.filter((observation) => observation.channel === channel)
    return sum + counted.reduce((sum, { value }) => sum + value, 0)
  }, 0)
}

function sumsByRange (observations: readonly AreaObservation[]): AreaObservation[] {
  return [...Map.groupBy(observations, ({ range }) => `${range.start} ${range.end}`).values()]
    .flatMap((same) => same[0] === undefined ? [] : [{ ward: 0, channel: 0, range: same[0].range, value: total(same) }])
}
