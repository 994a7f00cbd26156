import type { Kysely } from 'kysely'
import type { Tables } from '../postgres/tables.ts'
import type { Catalogue } from './live.ts'

/** What a function needs to change the catalogue; `actor` is who changes it, for the audit trail. */
export interface CatalogueChange { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number, actor: string }
