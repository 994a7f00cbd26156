export {
  DEFAULT_RULES, DISCLOSURE_LEVELS, isSmall, rounded, type DisclosureLevel, type DisclosureRule
} from './rule.ts'
export { candidateDates, cutAt, financialYears } from './publication-dates.ts'
export type { DisclosurePlan } from './disclosure-plan.ts'
export { EVERYTHING, planDisclosure, type PlanInput } from './plan.ts'
export type { GroupCounts, ParentDay } from './count-table.ts'
export { joinPlans } from './join-plans.ts'
export { suppressedYears, type AreaObservation, type SuppressedYears } from './observations.ts'
