import type { DataSet } from '../../catalogue/directory.ts'
import { newestRecords } from '../store/data-sets.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'

export interface Stale { set: DataSet, newest: Date, secondsOutOfDate: number }

/**
 * The data sets whose newest period is too old, whenever they were last written to: a sender that sends the same old
 * weeks again every night is out of date all the same. One without an age limit, or without records, is not judged.
 */
export async function staleDataSets (pool: RequestPool, sets: DataSet[], now: number): Promise<Stale[]> {
  const judged = sets.filter(({ max_age_expected: maxAge }) => maxAge !== null)
  const dataSetIds = judged.map(({ id }) => id)
  const newest = await newestRecords(queryBuilderOn(pool.within({ dataSetIds })), dataSetIds)
  return judged.flatMap((set) => {
    const last = newest.get(set.id)
    if (last === undefined || last === null) return []
    const over = Math.floor((now - last.getTime()) / 1000) - (set.max_age_expected ?? 0)
    return over < 0 ? [] : [{ set, newest: last, secondsOutOfDate: over }]
  })
}
