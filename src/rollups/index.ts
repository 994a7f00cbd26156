/**
 * The only door to the rollups: nobody outside knows how sums are packed, what is pending, or which tables and views
 * there are. How they work: docs/rollups.md.
 */
export type { Dimension, RollupRow, Series } from './dimensions.ts'
export { changeToCopy, insertPendingDetailsOf, insertPendingOf, recordChange, RollupChange } from './record.ts'
export { eachSum, finestUnit, type EventSum, type SumQuestion } from './read.ts'
export {
  eachDetail, finestDetailUnit, type DetailDimension, type DetailQuestion, type DetailSum
} from './read-details.ts'
export { daySums } from './day-sums.ts'
export {
  countEventsFrom, readDaysBefore, readExtent, readHoldings, readNewestDays, readNewestOfAll, readReportedDays,
  readSeriesWithWards, type Holding, type NewestDay, type ReportedDays
} from './extents.ts'
export { readFirstDays } from './first-days.ts'
export { readSent, readSentChannels, type Sent } from './sent.ts'
export { readSentDetails } from './sent-details.ts'
export { forgetRevisedDays, readRevisedDays, type RevisedDays } from './revised-days.ts'
export { countClosedDays, findDifferences, type ClosedDays, type Difference } from './verify.ts'
export { rebuildRollups } from './rebuild.ts'
export { readPending } from './fold.ts'
export { startFolding, type Folding } from './folding.ts'
export {
  readStates, recordChanges, SeriesStates, type ChangedPlace, type SeriesScope
} from './states.ts'
export { DatabaseStates } from './database-states.ts'
