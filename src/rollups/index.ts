export { recordChange, RollupChange } from './change.ts'
