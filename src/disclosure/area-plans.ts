import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import type { DisclosurePlan } from '../domain/disclosure/disclosure-plan.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import type { DateRange } from '../domain/period.ts'

/**
 * What may be published of one authority's service and type of event in one financial year. Streets are planned for
 * each ward, also for a ward with nothing.
 */
export interface AreaPlans {
  year: DateRange
  authority: DisclosurePlan | undefined
  wards: DisclosurePlan | undefined
  streets: Map<number, DisclosurePlan> | undefined
}

export interface PlansAsk {
  directory: Directory
  serviceId: number
  type: number
  /** The finest area that figures are asked for by. */
  level: DisclosureLevel
  today: number
}

/** Gives plans: made anew or from the cache. */
export interface Plans {
  /** The plans of each authority for every financial year that `range` touches, at the state that `client` sees. */
  plans: (
    client: pg.Pool | pg.ClientBase, ask: PlansAsk, authorityIds: readonly number[], range: DateRange
  ) => Promise<Map<number, AreaPlans[]>>
}
