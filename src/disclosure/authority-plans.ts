import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { candidateDates, financialYears, planDisclosure, type DisclosurePlan } from '../domain/disclosure/index.ts'
import { overlap, type DateRange } from '../domain/period.ts'
import { BREAKDOWNS, type Breakdown } from './breakdown.ts'
import { readPathCounts, type EventSelection } from './store/path-counts.ts'

/** What may be published of authorities' own figures, where a rule is about them. */
export class AuthorityPlans {
  readonly #plans: ReadonlyMap<number, ReadonlyArray<{ year: DateRange, plan: DisclosurePlan }>>

  constructor (plans: ReadonlyMap<number, ReadonlyArray<{ year: DateRange, plan: DisclosurePlan }>>) {
    this.#plans = plans
  }

  isPublished (authorityId: number, range: DateRange, breakdown: Breakdown): boolean {
    return (this.#plans.get(authorityId) ?? []).every(({ year, plan }) => {
      const part = overlap(year, range)
      return part === undefined || plan.isPublished(part, BREAKDOWNS.indexOf(breakdown))
    })
  }
}

/** Makes the plans of some authorities for every financial year that the range touches, from the live counts. */
export async function readAuthorityPlans (
  client: pg.Pool | pg.ClientBase,
  directory: Directory,
  { authorityIds, serviceId, type }: EventSelection,
  range: DateRange
): Promise<AuthorityPlans> {
  const plans = new Map<number, Array<{ year: DateRange, plan: DisclosurePlan }>>()
  for (const authorityId of authorityIds) {
    const rule = directory.disclosureRule(authorityId, serviceId, 'authority')
    const own = await Promise.all(financialYears(range).map(async (year) => {
      const starts = candidateDates(year, rule.finest).map(({ day }) => day)
      const groups = await readPathCounts(client, directory, { authorityIds: [authorityId], serviceId, type }, starts)
      return { year, plan: planDisclosure({ range: year, rule, groups, starts, views: BREAKDOWNS.length }) }
    }))
    plans.set(authorityId, own)
  }
  return new AuthorityPlans(plans)
}
