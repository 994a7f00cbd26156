import type pg from 'pg'
import type { PlanBook } from './plan-book.ts'

/** Somebody who reads figures, with what it takes to answer: every read goes through disclosure control. */
export interface Reader {
  pool: pg.Pool
  plans: PlanBook
  /** Whether the reader may see everything of an authority: the operator, or a token with `unsuppressed` of its own. */
  seesAll: (authorityId: number) => boolean
  /** Names whom the answers are for: readers of one name see the same. */
  sees: string
}
