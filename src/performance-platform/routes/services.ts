import type { Catalogue } from '../../catalogue/live.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { PlanCache } from '../../disclosure/plan-cache.ts'
import type { Database } from '../../postgres/database.ts'

/** What the doors of the dialect are given by the app. */
export interface DialectServices extends Pick<Database, 'db' | 'pool' | 'writers' | 'downloads'> {
  plans: PlanCache
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
}
