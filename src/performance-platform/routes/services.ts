import type pg from 'pg'
import type { Catalogue } from '../../catalogue/live.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Database } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import type { ReleasedReader } from '../../releases/reader.ts'

/** What the app gives to the endpoints of the dialect. */
export interface DialectServices extends Pick<Database, 'db' | 'writers' | 'downloads'> {
  pool: RequestPool
  released: ReleasedReader
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
}

/** The same for what writes: on connections of its own. */
export type WritingServices = Omit<DialectServices, 'pool'> & { pool: pg.Pool }
