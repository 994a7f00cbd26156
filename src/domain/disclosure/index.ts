export {
  DEFAULT_RULES, DISCLOSURE_LEVELS, isSmall, rounded, type DisclosureLevel, type DisclosureRule
} from './rule.ts'
export { candidateDates, financialYears } from './publication-dates.ts'
export type { DisclosurePlan } from './disclosure-plan.ts'
export { planDisclosure, type PlanInput } from './plan.ts'
export type { GroupCounts } from './count-table.ts'
export { suppressedYears, type AreaObservation, type SuppressedYears } from './observations.ts'
