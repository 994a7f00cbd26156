import type { Catalogue } from '../../catalogue/live.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { Intake } from '../../intake/intake.ts'
import type { Database } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import type { ReleasedReader } from '../../releases/reader.ts'

/** What the app gives to the endpoints of the dialect. */
export interface DialectServices extends Pick<Database, 'db' | 'downloads' | 'probe'> {
  pool: RequestPool
  intake: Intake
  released: ReleasedReader
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
}
