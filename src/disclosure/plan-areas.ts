import type { Directory } from '../catalogue/directory.ts'
import {
  candidateDates, cutAt, EVERYTHING, joinPlans, planDisclosure, type GroupCounts, type DisclosureLevel,
  type DisclosurePlan, type DisclosureRule, type ParentDay
} from '../domain/disclosure/index.ts'
import type { DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { PlaceCounts } from './store/place-counts.ts'
import type { AreaPlans } from './area-plans.ts'
import { BREAKDOWNS, STREET_BREAKDOWNS, viewOf } from './breakdown.ts'

/** Roughly the memory that plans take, for the cache. */
export function bytesOf ({ authority, wards, streets }: AreaPlans): number {
  return [authority, wards, ...streets?.values() ?? []].reduce((sum, plan) => sum + (plan?.bytes ?? 0), OVERHEAD)
}

const OVERHEAD = 500

/** What a plan is made for: one authority's service and type of event, down to a level, in one financial year. */
export interface Scope {
  directory: Directory
  authorityId: number
  serviceId: number
  level: DisclosureLevel
  year: DateRange
  today: number
}

/** The dates between which counts have to be known. */
export interface Grid { wards: number[], streets: number[] }

/** The counts of one authority between those dates. */
export interface AreaCounts { grid: Grid, wards: PlaceCounts[], streets: PlaceCounts[], days: ParentDay[] }

const ruleOf = ({ directory, authorityId, serviceId }: Scope, level: DisclosureLevel): DisclosureRule =>
  directory.disclosureRule(authorityId, serviceId, level)

export function gridOf (scope: Scope): Grid {
  const { year, level } = scope
  const dates = (range: DateRange, of: DisclosureLevel) =>
    [...candidateDates(range, ruleOf(scope, of).finest).map(({ day }) => day), range.end]
  const ofAuthority = ruleOf(scope, 'authority').threshold === null ? [] : dates(year, 'authority')
  const ofWards = level === 'authority' ? [] : wardRanges(scope).flatMap((range) => dates(range, 'ward'))
  return {
    wards: sorted([...ofAuthority, ...ofWards]), streets: level === 'street' ? sorted(dates(year, 'street')) : []
  }
}

/**
 * Makes the plan of every level of the scope. Wards get a plan for each range between two days on which they change:
 * see docs/disclosure-control.md.
 */
export function planAreas (scope: Scope, counts: AreaCounts): AreaPlans {
  const { year, level, today, directory } = scope
  const authority = planAuthority(scope, counts)
  if (level === 'authority') return { year, authority, wards: undefined, streets: undefined }
  // Where the authority's own figures may be suppressed, nobody can see which days are empty: count every day as
  // active.
  const days = authority === undefined ? counts.days : everyDay(year)
  const groups = toGroups(counts.wards, ({ ward }) => ward, wardPaths(directory))
  const wards = joinPlans(wardRanges(scope).map((range) => ({
    range,
    plan: planDisclosure({
      range,
      rule: ruleOf(scope, 'ward'),
      groups,
      starts: counts.grid.wards,
      views: BREAKDOWNS.length,
      parentDays: days,
      units: [0, ...wardsOf(scope, range)],
      today,
      ...(authority &&
        { parentLevel: (day: number) => Math.min(authority.levelOn(0, range.start), authority.levelOn(0, day)) })
    })
  })))
  return {
    year, authority, wards, streets: level === 'street' ? planStreets(scope, counts, wards, days) : undefined
  }
}

function planAuthority (scope: Scope, { wards, grid }: AreaCounts): DisclosurePlan | undefined {
  const { year, today, directory } = scope
  const rule = ruleOf(scope, 'authority')
  if (rule.threshold === null) return undefined
  const groups = toGroups(wards, () => 0, wardPaths(directory))
  return planDisclosure({
    range: year,
    rule,
    groups,
    starts: grid.wards,
    views: BREAKDOWNS.length,
    parentDays: everyDay(year),
    hasParent: false,
    today
  })
}

function planStreets (
  scope: Scope, { wards: wardCounts, streets, grid }: AreaCounts, wards: DisclosurePlan, days: ParentDay[]
): Map<number, DisclosurePlan> {
  const { year, today } = scope
  const least = leastByWard(wardCounts, grid.wards)
  const streetPaths = pathsOf(({ outcome }, avoidable) => [outcome, avoidable])
  const plans = new Map<number, DisclosurePlan>(
    [0, ...wardsOf(scope, year)].map((ward) => [ward, unnamedStreet(ward, wards)])
  )
  for (const [ward, counts] of Map.groupBy(streets, ({ ward }) => ward)) {
    plans.set(
      ward,
      planDisclosure({
        range: year,
        rule: ruleOf(scope, 'street'),
        groups: toGroups(counts, ({ street }) => street, streetPaths),
        starts: grid.streets,
        views: STREET_BREAKDOWNS.length,
        parentDays: days.map(({ day }) => ({ day, least: least(ward, day) })),
        units: [0],
        parentLevel: (day) => streetLevel(wards.levelOn(ward, day)),
        today
      })
    )
  }
  return plans
}

/**
 * The plan of a ward without events. Its only street is the unnamed one, which is the ward under another name, so it is
 * suppressed wherever the ward is: a public 0 would say that the ward has nothing, and so uncover another ward. There
 * are dozens of such wards: ask the wards' plan instead of storing one for each.
 */
function unnamedStreet (ward: number, wards: DisclosurePlan): DisclosurePlan {
  const isPublished = (street: number, range: DateRange, view: number): boolean =>
    street !== 0 || wards.isPublished(ward, range, viewOf('ward', STREET_BREAKDOWNS[view] ?? 'avoidable'))
  return {
    isPublished,
    levelOn: (street, day) => street === 0 ? streetLevel(wards.levelOn(ward, day)) : EVERYTHING,
    suppressedUnits: (range, view) => isPublished(0, range, view) ? [] : [0],
    bytes: 300
  }
}

// A ward that is published by outcome lets its streets be published by outcome; only a ward that is published in full
// lets them be published by avoidability.
function streetLevel (wardLevel: number): number {
  if (wardLevel >= BREAKDOWNS.length - 1) return EVERYTHING
  return Math.min(wardLevel, 1)
}

// Cut the year where wards change: everybody knows that a ward has nothing before it begins and after it ends, so
// suppressing it there would protect no other ward.
function wardRanges ({ directory, authorityId, year }: Scope): DateRange[] {
  const authority = directory.authorityById.get(authorityId)
  return cutAt(
    year, authority === undefined ? [] : directory.areasOf(authority).flatMap(({ from, to }) => [from, to + 1])
  )
}

function wardsOf ({ directory, authorityId }: Scope, { start, end }: DateRange): number[] {
  const authority = directory.authorityById.get(authorityId)
  return authority === undefined
    ? []
    : directory.areasOf(authority).filter((area) => area.from < end && area.to >= start).map(({ id }) => id)
}

/** The path of counts, avoidable (1) or not (0), as `GroupCounts` has it. */
type Paths = (of: PlaceCounts, avoidable: 0 | 1) => readonly number[]

function wardPaths ({ channelById }: Directory): Paths {
  const names = [...new Set([...channelById.values()].map(({ digital_class: name }) => name))]
  const classes = new Map(names.map((name, i) => [name, i + 1]))
  const classOf = (channel: number): number => classes.get(channelById.get(channel)?.digital_class ?? '') ?? 0
  return pathsOf(({ outcome, channel }, avoidable) => [outcome, classOf(channel), channel, avoidable])
}

// Thousands of places share a few paths: make each path once and share the array, so that it is numbered once too.
function pathsOf (make: Paths): Paths {
  const known = new Map<number, readonly number[]>()
  return (of, avoidable) => {
    const key = (of.channel * 32 + of.outcome) * 2 + avoidable
    let path = known.get(key)
    if (path === undefined) known.set(key, path = make(of, avoidable))
    return path
  }
}

function toGroups (places: readonly PlaceCounts[], unitOf: (of: PlaceCounts) => number, path: Paths): GroupCounts[] {
  return places.flatMap((place) => {
    const [unit, { counts, avoidable }] = [unitOf(place), place]
    if (avoidable === undefined) return [{ unit, path: path(place, 0), counts }]
    return [
      { unit, path: path(place, 1), counts: avoidable },
      { unit, path: path(place, 0), counts: counts.map((count, i) => count - (avoidable[i] ?? 0)) }
    ]
  })
}

function everyDay ({ start, end }: DateRange): ParentDay[] {
  return Array.from({ length: end - start }, (_, i) => ({ day: start + i, least: Infinity }))
}

// The ward's published count, by the gap in which a day lies: it is the smallest figure that a lone street would share.
function leastByWard (places: readonly PlaceCounts[], dates: readonly number[]): (ward: number, day: number) => number {
  const totals = new Map([...Map.groupBy(places, ({ ward }) => ward)].map(([ward, some]) =>
    [ward, dates.map((_, gap) => some.reduce((sum, { counts }) => sum + (counts[gap] ?? 0), 0))]
  ))
  // Look up each day once: every ward asks for the same days.
  const gapOf = remembered((day: number) => dates.findLastIndex((date) => date <= day))
  return (ward, day) => {
    const total = totals.get(ward)?.[gapOf(day)] ?? 0
    return total === 0 ? Infinity : total
  }
}

const sorted = (days: number[]): number[] => [...new Set(days)].sort((a, b) => a - b)
