export { DEFAULT_RULES, DISCLOSURE_LEVELS, rounded, type DisclosureLevel, type DisclosureRule } from './rule.ts'
export { candidateDates, disclosureWindows } from './publication-dates.ts'
export { EVERYTHING, planDisclosure, type DisclosurePlan, type PlanInput } from './plan.ts'
export type { DisclosureCell, ParentDay } from './count-table.ts'
