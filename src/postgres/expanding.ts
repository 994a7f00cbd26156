import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql, type Kysely } from 'kysely'
import { ForeignSchema } from './foreign-schema.ts'

/** Migrations up to this one were made before the rule. */
const LAST_BEFORE_THE_RULE = '0020-reorganisations'

/**
 * Notes in the database which migrations of `folder` the release before runs on: each from now on, but for those that
 * say `export const contracts = true`.
 */
export async function recordExpanding<T> (db: Kysely<T>, folder: string): Promise<void> {
  const names = (await fs.readdir(folder)).map((file) => path.parse(file).name)
    .filter((name) => name > LAST_BEFORE_THE_RULE)
  for (const name of names) {
    const { contracts } = await import(pathToFileURL(path.join(folder, `${name}.ts`)).href) as { contracts?: boolean }
    if (contracts === true) continue
    await sql`INSERT INTO expanding_migration (name) VALUES (${name}) ON CONFLICT DO NOTHING`.execute(db)
  }
}

/** Throws `ForeignSchema` if this release does not run on one of these migrations, which it does not know. */
export async function refuseContracting<T> (db: Kysely<T>, foreign: string[]): Promise<void> {
  if (foreign.length === 0) return
  const { rows: [table] } = await sql<{ exists: boolean }>`
    SELECT to_regclass('expanding_migration') IS NOT NULL AS exists`.execute(db)
  const { rows } = table?.exists === true
    ? await sql<{ name: string }>`SELECT name FROM expanding_migration`.execute(db)
    : { rows: [] }
  const expanding = new Set(rows.map(({ name }) => name))
  const contracting = foreign.find((name) => !expanding.has(name))
  if (contracting !== undefined) throw new ForeignSchema(contracting)
}
