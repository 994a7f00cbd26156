import type { Catalogue } from '../../catalogue/live.ts'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import type { PlanCache } from '../../disclosure/plan-cache.ts'
import type { Database } from '../../postgres/database.ts'

/** What the app gives to the endpoints of the dialect. */
export interface DialectServices extends Pick<Database, 'db' | 'pool' | 'writers' | 'downloads'> {
  plans: PlanCache
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
}
