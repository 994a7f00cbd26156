export { recordChange, RollupChange } from './change.ts'
export type { Folding } from './folding.ts'
