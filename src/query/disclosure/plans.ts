import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import {
  candidateDates, disclosureWindows, EVERYTHING, planDisclosure,
  type DisclosureCell, type DisclosureLevel, type DisclosurePlan, type ParentDay
} from '../../domain/disclosure/index.ts'
import type { Range } from '../../domain/period.ts'
import { readActiveDays, readStreetCounts, readWardCounts, type CountedCell, type CountedKey } from '../../store/disclosure.ts'

/** How finely a figure is broken down beside its area. Each includes the ones before it. */
export const BREAKDOWNS = ['total', 'outcome', 'digital-class', 'channel', 'avoidable'] as const
export type Breakdown = typeof BREAKDOWNS[number]

/** What may be published of one authority in one financial year. Streets are planned for each ward of theirs. */
export interface AreaPlans {
  window: Range
  authority: DisclosurePlan | undefined
  wards: DisclosurePlan | undefined
  streets: Map<number, DisclosurePlan> | undefined
}

interface Ask { pool: pg.Pool, directory: Directory, today: number, key: CountedKey, level: DisclosureLevel }

const STREET_BREAKDOWNS: readonly Breakdown[] = ['total', 'outcome', 'avoidable']

/** The view number of a breakdown at a level. Streets have no channels. */
export function viewOf (level: DisclosureLevel, breakdown: Breakdown): number {
  const view = (level === 'street' ? STREET_BREAKDOWNS : BREAKDOWNS).indexOf(breakdown)
  if (view < 0) throw new RangeError(`no ${breakdown} by ${level}`)
  return view
}

/** The plans for every financial year that `range` touches; an empty list where nothing is ever hidden at the level. */
export async function readPlans (ask: Ask, range: Range): Promise<AreaPlans[]> {
  const { directory, key, level } = ask
  const above: DisclosureLevel[] = level === 'authority' ? ['authority'] : level === 'ward' ? ['authority', 'ward'] : ['authority', 'ward', 'street']
  if (above.every((one) => directory.disclosureRule(key.authorityId, key.serviceId, one).threshold === null)) return []
  const plans: AreaPlans[] = []
  for (const window of disclosureWindows(range)) plans.push(await readPlan(ask, window))
  return plans
}

async function readPlan ({ pool, directory, today, key, level }: Ask, window: Range): Promise<AreaPlans> {
  const rule = (one: DisclosureLevel) => directory.disclosureRule(key.authorityId, key.serviceId, one)
  const datesOf = (one: DisclosureLevel) => [...new Set([...candidateDates(window, rule(one).finest).map(({ day }) => day), window.end])]
  const cellsOf = (counts: CountedCell[], dates: number[], unit: (cell: CountedCell) => number) => toCells(counts, dates, unit, directory)

  let authority: DisclosurePlan | undefined
  if (rule('authority').threshold !== null) {
    const dates = datesOf('authority')
    const cells = cellsOf(await readWardCounts(pool, key, dates), dates, () => 0)
    authority = planDisclosure({ window, rule: rule('authority'), cells, views: BREAKDOWNS.length, parentDays: everyDay(window), hasParent: false, today })
  }
  if (level === 'authority') return { window, authority, wards: undefined, streets: undefined }

  const wardDates = datesOf('ward')
  // Which days are empty is public only where the authority's own figures are.
  const [wardCounts, days] = await Promise.all([
    readWardCounts(pool, key, wardDates),
    authority === undefined ? readActiveDays(pool, key, [window.start, window.end]) : everyDay(window)
  ])
  const ofAuthority = authority
  const wards = planDisclosure({
    window,
    rule: rule('ward'),
    cells: cellsOf(wardCounts, wardDates, ({ ward }) => ward),
    views: BREAKDOWNS.length,
    parentDays: days,
    units: [0, ...wardsOf(directory, key.authorityId, window)],
    today,
    ...(ofAuthority && { parentLevel: (day: number) => ofAuthority.levelOn(0, day) })
  })
  if (level === 'ward') return { window, authority, wards, streets: undefined }
  return { window, authority, wards, streets: await readStreetPlans(key, wards, wardCounts, wardDates, days) }

  async function readStreetPlans (
    key: CountedKey, wards: DisclosurePlan, wardCounts: CountedCell[], wardDates: number[], days: ParentDay[]
  ): Promise<Map<number, DisclosurePlan>> {
    const dates = datesOf('street')
    const byWard = Map.groupBy(await readStreetCounts(pool, key, dates), ({ ward }) => ward)
    const least = leastByWard(wardCounts, wardDates)
    return new Map([...byWard].map(([ward, counts]) => [ward, planDisclosure({
      window,
      rule: rule('street'),
      cells: toCells(counts, dates, ({ street }) => street, directory).map((cell) => ({ ...cell, path: [cell.path[0] ?? 0, cell.path[3] ?? 0] })),
      views: STREET_BREAKDOWNS.length,
      parentDays: days.map(({ day }) => ({ day, least: least(ward, day) })),
      units: [0],
      parentLevel: (day) => streetLevel(wards.levelOn(ward, day)),
      today
    })]))
  }
}

// A ward that publishes by outcome publishes the streets' second view, and the third only with everything.
function streetLevel (wardLevel: number): number {
  if (wardLevel === EVERYTHING || wardLevel === BREAKDOWNS.length - 1) return EVERYTHING
  return Math.min(wardLevel, 1)
}

function wardsOf (directory: Directory, authorityId: number, { start, end }: Range): number[] {
  const authority = directory.authorityById.get(authorityId)
  return authority === undefined ? [] : directory.areasOf(authority).filter((area) => area.from < end && area.to >= start).map(({ id }) => id)
}

function toCells (counts: CountedCell[], dates: number[], unit: (cell: CountedCell) => number, directory: Directory): DisclosureCell[] {
  const classes = new Map([...new Set([...directory.channelById.values()].map(({ digital_class: name }) => name))].map((name, i) => [name, i + 1]))
  return counts.flatMap((cell) => {
    const day = dates[cell.stretch] ?? 0
    const channel = directory.channelById.get(cell.channel)
    const path = [cell.outcome, classes.get(channel?.digital_class ?? '') ?? 0, cell.channel]
    return [
      { unit: unit(cell), day, count: cell.avoidable, path: [...path, 1] },
      { unit: unit(cell), day, count: cell.count - cell.avoidable, path: [...path, 0] }
    ].filter(({ count }) => count > 0)
  })
}

function everyDay ({ start, end }: Range): ParentDay[] {
  return Array.from({ length: end - start }, (_, i) => ({ day: start + i, least: Infinity }))
}

// What the ward shows of itself, by the stretch a day lies in: the smallest figure that a lone street would share.
function leastByWard (counts: CountedCell[], dates: number[]): (ward: number, day: number) => number {
  const totals = new Map<string, number>()
  for (const { ward, stretch, count } of counts) totals.set(`${ward}/${stretch}`, (totals.get(`${ward}/${stretch}`) ?? 0) + count)
  return (ward, day) => totals.get(`${ward}/${dates.findLastIndex((date) => date <= day)}`) ?? Infinity
}
