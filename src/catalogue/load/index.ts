import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'
import { notifyCatalogueChanged } from '../store/catalogue.ts'
import {
  applyPlan, isAnyEditionLoaded, isEditionLoaded, lockEditions, readStoredCatalogue, recordEdition
} from '../store/loading.ts'
import { digestOf, readTexts, type Texts } from './files.ts'
import { planLoad, type CataloguePlan } from './plan-load.ts'
import { readShipped } from './read.ts'

/**
 * Loads the shipped catalogue in one transaction, unless this very edition is in the database already. What somebody
 * here changed or removed stays as it is. Returns whether it did. Throws `ShippedFilesError`, with nothing changed,
 * where the files break a check.
 */
export async function loadCatalogue (db: Kysely<Tables>, now: Date, texts: Texts = readTexts()): Promise<boolean> {
  const digest = digestOf(texts)
  if (await isEditionLoaded(db, digest)) return false
  const shipped = readShipped(texts)
  return await db.transaction().execute(async (trx) => {
    await lockEditions(trx)
    if (await isEditionLoaded(trx, digest)) return false // another start was faster
    await applyPlan(trx, planLoad(shipped, await readStoredCatalogue(trx)))
    await recordEdition(trx, digest, now)
    await notifyCatalogueChanged(trx)
    return true
  })
}

/** Whether the database has a shipped catalogue: this version's, that of another one, or none. */
export async function shippedEdition (db: Kysely<Tables>): Promise<'this' | 'another' | 'none'> {
  if (await isEditionLoaded(db, digestOf(readTexts()))) return 'this'
  return await isAnyEditionLoaded(db) ? 'another' : 'none'
}

/** What loading would change. Throws `ShippedFilesError`. */
export async function planCatalogue (db: Kysely<Tables>, texts: Texts = readTexts()): Promise<CataloguePlan> {
  const shipped = readShipped(texts)
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (trx) =>
    planLoad(shipped, await readStoredCatalogue(trx))
  )
}
