import type { Kysely } from 'kysely'
import type { Tables } from '../postgres/tables.ts'
import type { Catalogue } from './live.ts'

/** What a change of the catalogue is made with, and who makes it. */
export interface Context { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number, actor: string }
