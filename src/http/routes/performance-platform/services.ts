import type { Catalogue } from '../../../catalogue/live.ts'
import type { Answers } from '../../../query/answers.ts'
import type { PlanBook } from '../../../query/disclosure/plan-book.ts'
import type { Access } from '../../../query/records/raw.ts'

/** What the doors of the dialect are given by the app. */
export interface DialectServices extends Access { plans: PlanBook, answers: Answers, catalogue: Catalogue, clock: () => number }
