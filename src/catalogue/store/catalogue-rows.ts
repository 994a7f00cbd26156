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

/** Ends a service, with the status that it has today. */
export async function endService (db: Db, id: number, lastDay: string, status: string, at: Date): Promise<void> {
  await sql`
    UPDATE service SET valid_to = ${lastDay}, status = ${status}, changed_at = ${at}, origin = 'local'
    WHERE id = ${id}`.execute(db)
}

/** Takes back what somebody said of who delivers a service; returns whether anybody had said it. */
export async function removeProvision (db: Db, authorityId: number, serviceId: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('provision')
    .set({ removed_at: at, changed_at: at, origin: 'local' })
    .where('authority_id', '=', authorityId).where('service_id', '=', serviceId).where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/**
 * Gives an authority another code: the key by which rows are put, and what others call it by. Those are local
 * then, or a new shipped file would bring the old code back.
 */
export async function recodeAuthority (
  db: Db, id: number, { from, to }: { from: string, to: string }, at: Date
): Promise<void> {
  await db.updateTable('authority').set({ key: to }).where('id', '=', id).execute()
  await sql`
    UPDATE authority SET
      parent_gss = CASE parent_gss WHEN ${from} THEN ${to} ELSE parent_gss END,
      combined_authority_gss = CASE combined_authority_gss WHEN ${from} THEN ${to} ELSE combined_authority_gss END,
      covers = array_replace(covers, ${from}, ${to}),
      replaced_by = array_replace(replaced_by, ${from}, ${to}),
      origin = 'local', changed_at = ${at}
    WHERE id <> ${id} AND (${from} IN (parent_gss, combined_authority_gss) OR ${from} = ANY (covers || replaced_by))`
    .execute(db)
}
