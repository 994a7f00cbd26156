import type { Catalogue } from '../../../catalogue/live.ts'
import type { PlanBook } from '../../../query/disclosure/plan-book.ts'
import type { ReadServices } from './read.ts'

/** What the doors of the dialect are given by the app. */
export interface DialectServices extends ReadServices { catalogue: Catalogue, plans: PlanBook }
