import type { Kysely } from 'kysely'
import { SHIPPED_DEFINITIONS } from '../domain/kpi/shipped.ts'
import { SHIPPED_MEASURES } from '../domain/measure.ts'
import { notifyCatalogueChanged } from './store/catalogue.ts'
import { hasOperatorVersion, insertDefinition, loadedEditions, lockDefinition, upsertMeasures } from './store/kpis.ts'
import type { Tables } from '../postgres/tables.ts'

/**
 * Adds the shipped measures and definitions that are not loaded yet, and never edits loaded ones. Where the operator
 * has made a version of a KPI, a newly shipped version is only proposed.
 */
export async function loadKpis (db: Kysely<Tables>, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await upsertMeasures(trx, SHIPPED_MEASURES)
    const loaded = await loadedEditions(trx)
    const fresh = SHIPPED_DEFINITIONS.filter(({ edition }) => !loaded.has(edition))
    for (const { kpi, edition, definition } of fresh) {
      const version = await lockDefinition(trx, kpi) + 1
      if ((await loadedEditions(trx)).has(edition)) continue // another start was faster
      const state = await hasOperatorVersion(trx, kpi) ? 'proposed' : definition.state
      await insertDefinition(trx, { ...definition, state, kpi, version }, edition, now)
    }
    if (fresh.length > 0) await notifyCatalogueChanged(trx)
  })
}
