import type { Catalogue } from '../../catalogue/live.ts'
import type { Answers } from '../../cache/answers.ts'
import type { PlanBook } from '../../disclosure/plan-book.ts'
import type { Database } from '../../postgres/database.ts'

/** What the doors of the dialect are given by the app. */
export interface DialectServices extends Pick<Database, 'db' | 'pool' | 'writers' | 'downloads'> {
  plans: PlanBook
  answers: Answers
  catalogue: Catalogue
  clock: () => number
}
