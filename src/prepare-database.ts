import { sql, type Kysely } from 'kysely'
import { loadAttributes } from './catalogue/load-attributes.ts'
import { loadKpis } from './catalogue/load-kpis.ts'
import { loadCatalogue, shippedEdition } from './catalogue/load/index.ts'
import { doFunctionsFit, keepFunctions } from './postgres/cluster/keep-functions.ts'
import { refuseUnusableCluster } from './postgres/cluster/refusals.ts'
import { lastingUpTo } from './postgres/deadlines.ts'
import { NotMigrated } from './postgres/foreign-schema.ts'
import { checkMigrated, migrate } from './postgres/migrate.ts'
import { areRowsProtected, keepRowsProtected } from './postgres/row-level-security.ts'
import { checkRights, grantToRunRoles } from './postgres/run-role.ts'
import type { Tables } from './postgres/tables.ts'

interface Options {
  /** Who runs the service without owning the tables. */
  runRole?: string | undefined
  /** Told what it waits for. */
  say: (what: string) => void
  /** Told of each migration as it begins, and with the milliseconds that it took as it ends. */
  tell: (migration: string, ms?: number) => void
}

/**
 * What the owner of the tables does before the service runs on them: schema, rights, shipped catalogue. Safe to run
 * again, and by several at once. Returns whether the catalogue was loaded.
 */
export async function prepareDatabase (
  db: Kysely<Tables>, { runRole, say, tell }: Options
): Promise<{ isCatalogueNew: boolean }> {
  await refuseUnusableCluster(db)
  // Those who run the service have their rights to new tables as soon as these are there.
  const last = async <T>(trx: Kysely<T>): Promise<void> => await grantToRunRoles(trx, runRole)
  await migrate(db, undefined, { say, tell, last })
  await keepFunctions(db)
  await keepRowsProtected(db)
  if (runRole !== undefined) {
    await db.transaction().execute(async (trx) => {
      await sql.raw(lastingUpTo(0)).execute(trx)
      await grantToRunRoles<Tables>(trx, runRole)
    })
  }
  const isCatalogueNew = await loadCatalogue(db, new Date())
  await loadKpis(db, new Date())
  await loadAttributes(db)
  return { isCatalogueNew }
}

/**
 * Checks that somebody did so. Throws `NotMigrated`, `RightsMissing` or `ForeignSchema`. An edition of the shipped
 * catalogue that is another version's is only told: two versions may run at once.
 */
export async function checkDatabase (db: Kysely<Tables>, say: (what: string) => void): Promise<void> {
  await refuseUnusableCluster(db)
  await checkMigrated(db)
  await checkRights(db)
  if (!await doFunctionsFit(db)) throw new NotMigrated('The database has functions of another kind of server')
  if (!await areRowsProtected(db)) throw new NotMigrated('The database lacks the policies of its rows')
  const edition = await shippedEdition(db)
  if (edition === 'none') throw new NotMigrated('The database lacks the shipped catalogue')
  if (edition === 'another') {
    say('the database has the shipped catalogue of another version: `npm run migrate` loads this one')
  }
}
