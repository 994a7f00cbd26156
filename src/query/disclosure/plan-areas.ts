import type { Directory } from '../../catalogue/directory.ts'
import {
  candidateDates, cutAt, EVERYTHING, joinPlans, planDisclosure,
  type DisclosureCell, type DisclosureLevel, type DisclosurePlan, type DisclosureRule, type ParentDay
} from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import type { CountedCell } from '../../store/place-counts.ts'
import { BREAKDOWNS, STREET_BREAKDOWNS } from './breakdown.ts'

/** What may be published of one authority in one financial year. Streets are planned for each ward of theirs. */
export interface AreaPlans {
  window: Range
  authority: DisclosurePlan | undefined
  wards: DisclosurePlan | undefined
  streets: Map<number, DisclosurePlan> | undefined
}

/** What is decided on: one authority's service and type of event, to a level, in one financial year. */
export interface Scope { directory: Directory, authorityId: number, serviceId: number, level: DisclosureLevel, window: Range, today: number }

/** The dates between which counts have to be known. */
export interface Grid { wards: number[], streets: number[] }

/** The counts themselves, of one authority. */
export interface Counted { grid: Grid, wards: CountedCell[], streets: CountedCell[], days: ParentDay[] }

const ruleOf = ({ directory, authorityId, serviceId }: Scope, level: DisclosureLevel): DisclosureRule => directory.disclosureRule(authorityId, serviceId, level)

export function gridOf (scope: Scope): Grid {
  const { window, level } = scope
  const dates = (range: Range, of: DisclosureLevel) => [...candidateDates(range, ruleOf(scope, of).finest).map(({ day }) => day), range.end]
  const ofAuthority = ruleOf(scope, 'authority').threshold === null ? [] : dates(window, 'authority')
  const ofWards = level === 'authority' ? [] : piecesOf(scope).flatMap((piece) => dates(piece, 'ward'))
  return { wards: sorted([...ofAuthority, ...ofWards]), streets: level === 'street' ? sorted(dates(window, 'street')) : [] }
}

/** Decides for every level of the scope. Wards are decided on between the days on which they change: see docs/disclosure-control.md. */
export function planAreas (scope: Scope, counted: Counted): AreaPlans {
  const { window, level, today, directory } = scope
  const authority = planAuthority(scope, counted)
  if (level === 'authority') return { window, authority, wards: undefined, streets: undefined }
  // Which days are empty is public only where the authority's own figures are.
  const days = authority === undefined ? counted.days : everyDay(window)
  const cells = toCells(counted.wards, counted.grid.wards, ({ ward }) => ward, wardPaths(directory))
  const wards = joinPlans(piecesOf(scope).map((piece) => ({
    window: piece,
    plan: planDisclosure({
      window: piece,
      rule: ruleOf(scope, 'ward'),
      cells: cells.filter(({ day }) => day >= piece.start && day < piece.end),
      views: BREAKDOWNS.length,
      parentDays: days,
      units: [0, ...wardsOf(scope, piece)],
      today,
      ...(authority && { parentLevel: (day: number) => Math.min(authority.levelOn(0, piece.start), authority.levelOn(0, day)) })
    })
  })))
  return { window, authority, wards, streets: level === 'street' ? planStreets(scope, counted, wards, days) : undefined }
}

function planAuthority (scope: Scope, { wards, grid }: Counted): DisclosurePlan | undefined {
  const { window, today, directory } = scope
  const rule = ruleOf(scope, 'authority')
  if (rule.threshold === null) return undefined
  const cells = toCells(wards, grid.wards, () => 0, wardPaths(directory))
  return planDisclosure({ window, rule, cells, views: BREAKDOWNS.length, parentDays: everyDay(window), hasParent: false, today })
}

function planStreets (scope: Scope, { wards: wardCounts, streets, grid }: Counted, wards: DisclosurePlan, days: ParentDay[]): Map<number, DisclosurePlan> {
  const { window, today } = scope
  const least = leastByWard(wardCounts, grid.wards)
  const streetPaths = pathsOf(({ outcome }, avoidable) => [outcome, avoidable])
  return new Map([...Map.groupBy(streets, ({ ward }) => ward)].map(([ward, counts]) => [ward, planDisclosure({
    window,
    rule: ruleOf(scope, 'street'),
    cells: toCells(counts, grid.streets, ({ street }) => street, streetPaths),
    views: STREET_BREAKDOWNS.length,
    parentDays: days.map(({ day }) => ({ day, least: least(ward, day) })),
    units: [0],
    parentLevel: (day) => streetLevel(wards.levelOn(ward, day)),
    today
  })]))
}

// A ward that publishes by outcome publishes the streets' second view, and the third only with everything.
function streetLevel (wardLevel: number): number {
  if (wardLevel >= BREAKDOWNS.length - 1) return EVERYTHING
  return Math.min(wardLevel, 1)
}

// A ward is known to have nothing before it begins and after it ends: it would be no disguise for another one there.
function piecesOf ({ directory, authorityId, window }: Scope): Range[] {
  const authority = directory.authorityById.get(authorityId)
  return cutAt(window, authority === undefined ? [] : directory.areasOf(authority).flatMap(({ from, to }) => [from, to + 1]))
}

function wardsOf ({ directory, authorityId }: Scope, { start, end }: Range): number[] {
  const authority = directory.authorityById.get(authorityId)
  return authority === undefined ? [] : directory.areasOf(authority).filter((area) => area.from < end && area.to >= start).map(({ id }) => id)
}

/** The path of a cell's counts, avoidable (1) or not (0), as `DisclosureCell` has it. */
type Paths = (cell: CountedCell, avoidable: 0 | 1) => readonly number[]

function wardPaths ({ channelById }: Directory): Paths {
  const classes = new Map([...new Set([...channelById.values()].map(({ digital_class: name }) => name))].map((name, i) => [name, i + 1]))
  return pathsOf(({ outcome, channel }, avoidable) => [outcome, classes.get(channelById.get(channel)?.digital_class ?? '') ?? 0, channel, avoidable])
}

// Few paths for many cells: each is made once, and the same one where it comes again.
function pathsOf (make: Paths): Paths {
  const known = new Map<number, readonly number[]>()
  return (cell, avoidable) => {
    const key = (cell.channel * 32 + cell.outcome) * 2 + avoidable
    let path = known.get(key)
    if (path === undefined) known.set(key, path = make(cell, avoidable))
    return path
  }
}

function toCells (counts: CountedCell[], dates: number[], unit: (cell: CountedCell) => number, path: Paths): DisclosureCell[] {
  const cells: DisclosureCell[] = []
  for (const cell of counts) {
    const [of, day, rest] = [unit(cell), dates[cell.stretch] ?? 0, cell.count - cell.avoidable]
    if (cell.avoidable > 0) cells.push({ unit: of, day, count: cell.avoidable, path: path(cell, 1) })
    if (rest > 0) cells.push({ unit: of, day, count: rest, path: path(cell, 0) })
  }
  return cells
}

function everyDay ({ start, end }: Range): ParentDay[] {
  return Array.from({ length: end - start }, (_, i) => ({ day: start + i, least: Infinity }))
}

// What the ward shows of itself, by the stretch a day lies in: the smallest figure that a lone street would share.
function leastByWard (counts: CountedCell[], dates: number[]): (ward: number, day: number) => number {
  const totals = new Map<number, Map<number, number>>()
  for (const { ward, stretch, count } of counts) {
    let ofWard = totals.get(ward)
    if (ofWard === undefined) totals.set(ward, ofWard = new Map<number, number>())
    ofWard.set(stretch, (ofWard.get(stretch) ?? 0) + count)
  }
  const stretches = new Map<number, number>() // of a day: every ward asks for the same ones
  return (ward, day) => {
    let stretch = stretches.get(day)
    if (stretch === undefined) stretches.set(day, stretch = dates.findLastIndex((date) => date <= day))
    return totals.get(ward)?.get(stretch) ?? Infinity
  }
}

const sorted = (days: number[]): number[] => [...new Set(days)].sort((a, b) => a - b)
