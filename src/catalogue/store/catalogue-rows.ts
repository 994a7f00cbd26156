import { sql, type Insertable, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>
type CatalogueTable = 'authority' | 'service' | 'channel' | 'area' | 'provision'

/**
 * Adds rows that somebody here set, or changes those with the same key: they are local then, and there again if they
 * were removed. In the order of their keys, so that no two processes wait for each other in a circle.
 */
export async function putRows<T extends CatalogueTable> (
  db: Db, table: T, key: ReadonlyArray<keyof Tables[T] & string>, rows: ReadonlyArray<Insertable<Tables[T]>>, at: Date
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = [...Object.keys(first), 'origin', 'changed_at', 'removed_at']
  const stored = rows.map((row) => ({ ...row, origin: 'local', changed_at: at, removed_at: null }))
  const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  await sql`
    INSERT INTO ${sql.table(table)} (${list(columns)})
    SELECT ${list(columns)} FROM jsonb_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(stored)}::jsonb)
    ORDER BY ${list(key)}
    ON CONFLICT (${list(key)}) DO UPDATE SET ${
      sql.join(columns.filter((name) => !(key as readonly string[]).includes(name))
        .map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))
    }`.execute(db)
}

/** Marks a row as removed by somebody here: it is not found and not listed, and what is stored keeps its name. */
export async function removeRow (
  db: Db, table: Exclude<CatalogueTable, 'provision'>, id: number, at: Date
): Promise<void> {
  await sql`UPDATE ${sql.table(table)} SET removed_at = ${at}, changed_at = ${at}, origin = 'local' WHERE id = ${id}`
    .execute(db)
}

/** Ends a row: `lastDay` is its last. */
export async function endRow (
  db: Db, table: Exclude<CatalogueTable, 'provision'>, id: number, lastDay: string, at: Date
): Promise<void> {
  await sql`UPDATE ${sql.table(table)} SET valid_to = ${lastDay}, changed_at = ${at}, origin = 'local' WHERE id = ${id}`
    .execute(db)
}
