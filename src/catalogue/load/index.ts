import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'
import { notifyCatalogueChanged } from '../store/catalogue.ts'
import {
  applyPlan, isEditionLoaded, lockEditions, readStoredCatalogue, recordEdition
} from '../store/loading.ts'
import { digestOf, readTexts, type Texts } from './files.ts'
import { planLoad, type CataloguePlan } from './plan-load.ts'
import { readShipped } from './read.ts'

/**
 * Loads the shipped catalogue in one transaction, unless this very edition is in the database already. What somebody
 * here changed or removed stays as it is. Throws `ShippedFilesError`, with nothing changed, where the files break a
 * check.
 */
export async function loadCatalogue (db: Kysely<Tables>, now: Date, texts: Texts = readTexts()): Promise<void> {
  const digest = digestOf(texts)
  if (await isEditionLoaded(db, digest)) return
  const shipped = readShipped(texts)
  await db.transaction().execute(async (trx) => {
    await lockEditions(trx)
    if (await isEditionLoaded(trx, digest)) return // another start was faster
    await applyPlan(trx, planLoad(shipped, await readStoredCatalogue(trx)))
    await recordEdition(trx, digest, now)
    await notifyCatalogueChanged(trx)
  })
}

/** What loading would change. Throws `ShippedFilesError`. */
export async function planCatalogue (db: Kysely<Tables>, texts: Texts = readTexts()): Promise<CataloguePlan> {
  const shipped = readShipped(texts)
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (trx) =>
    planLoad(shipped, await readStoredCatalogue(trx))
  )
}
