import type pg from 'pg'
import { inSnapshot } from '../postgres/snapshot.ts'
import type { PlanCache } from './plan-cache.ts'

/** Somebody who reads figures, with what it takes to answer: every read goes through disclosure control. */
export interface Reader {
  pool: pg.Pool
  /** What to read figures with: the pool, or one of its connections where all of them have to be of one state. */
  client: pg.Pool | pg.ClientBase
  plans: PlanCache
  /** Whether the reader may see everything of an authority: the operator, or a token with `unsuppressed` of its own. */
  seesAll: (authorityId: number) => boolean
  /** Names whom the answers are for: readers of one name see the same. */
  sees: string
}

/**
 * Reads figures and what may be published of them: where anything may have to be hidden, at one state of the data. Else
 * a count could show that a plan, made a moment before, knows nothing of.
 */
export async function atOneState<T> (
  reader: Reader, mayHide: boolean, read: (reader: Reader) => Promise<T>
): Promise<T> {
  return mayHide
    ? await inSnapshot(reader.pool, async (client) => await read({ ...reader, client }))
    : await read(reader)
}
