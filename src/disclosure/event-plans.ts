import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import { overlap, type DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { AreaPlans } from './area-plans.ts'
import { viewOf, type Breakdown } from './breakdown.ts'

/** The areas whose counts make up a figure. Left out: all of the authority, all streets of the ward. */
export interface Areas { wards?: readonly number[], streets?: readonly number[] }

/** A ward, or a street of one; `street` is 0 where the level is ward. */
export interface Area { ward: number, street: number }

/** What may be published of events of one type, by the plans of each authority's financial years. */
export class EventPlans {
  readonly #level: DisclosureLevel
  readonly #plans: ReadonlyMap<number, readonly AreaPlans[]>
  #last: { authorityId: number, range: DateRange, found: PlannedRange[] } | undefined

  constructor (level: DisclosureLevel, plans: ReadonlyMap<number, readonly AreaPlans[]>) {
    this.#level = level
    this.#plans = plans
  }

  /** Whether a count may be published: every count that it is the sum of may. */
  isPublished (authorityId: number, areas: Areas, range: DateRange, breakdown: Breakdown): boolean {
    return this.#plans.size === 0 ||
      this.#within(authorityId, range).every((planned) => planned.isPublished(areas, viewOf(this.#level, breakdown)))
  }

  /**
   * Everything that is suppressed somewhere in `range`. A list by area must show these even where there is nothing: a
   * row left out would say 0.
   */
  suppressedAreas (authorityId: number, range: DateRange, breakdown: Breakdown): Area[] {
    const view = viewOf(this.#level, breakdown)
    return this.#within(authorityId, range).flatMap((planned) => planned.suppressed(view).areas)
  }

  // Filter the plans once per range: thousands of streets ask for the same range one after the other.
  #within (authorityId: number, range: DateRange): PlannedRange[] {
    if (this.#last?.authorityId === authorityId && this.#last.range === range) return this.#last.found
    const found = (this.#plans.get(authorityId) ?? []).flatMap((plan) => {
      const part = overlap(plan.year, range)
      return part === undefined ? [] : [new PlannedRange(plan, part)]
    })
    this.#last = { authorityId, range, found }
    return found
  }
}

interface Suppressed { areas: Area[], streets: Set<number> }

/** A plan asked about one range within its year. */
class PlannedRange {
  readonly #plan: AreaPlans
  readonly #range: DateRange
  /** What is suppressed, by view. Made on demand: a daily series has one of these objects for each day of a year. */
  #suppressed: ((view: number) => Suppressed) | undefined

  constructor (plan: AreaPlans, range: DateRange) {
    this.#plan = plan
    this.#range = range
  }

  isPublished ({ wards: askedWards, streets: asked = [] }: Areas, view: number): boolean {
    const { authority, wards, streets } = this.#plan
    if (streets !== undefined) {
      if (askedWards === undefined) return !asked.some((street) => this.suppressed(view).streets.has(street))
      return askedWards.every((ward) =>
        asked.every((street) => streets.get(ward)?.isPublished(street, this.#range, view) ?? true)
      )
    }
    if (wards !== undefined) return (askedWards ?? []).every((ward) => wards.isPublished(ward, this.#range, view))
    return authority?.isPublished(0, this.#range, view) ?? true
  }

  suppressed (view: number): Suppressed {
    this.#suppressed ??= remembered((view) => {
      const areas = this.#suppressedAreas(view)
      return { areas, streets: new Set(areas.map(({ street }) => street)) }
    })
    return this.#suppressed(view)
  }

  #suppressedAreas (view: number): Area[] {
    const { wards, streets } = this.#plan
    if (streets !== undefined) {
      return [...streets].flatMap(([ward, plan]) =>
        plan.suppressedUnits(this.#range, view).map((street) => ({ ward, street }))
      )
    }
    return (wards?.suppressedUnits(this.#range, view) ?? []).map((ward) => ({ ward, street: 0 }))
  }
}
