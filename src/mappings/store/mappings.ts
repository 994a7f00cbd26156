import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import type { Tables } from '../../postgres/tables.ts'
import type { Mapping } from '../schema.ts'

/** A version of a mapping; `endedAt`: when the next one, or nothing, took its place. */
export interface MappingRow {
  name: string
  version: number
  body: Mapping
  madeAt: Date
  madeBy: string
  endedAt: Date | null
}

/** Whose mappings. */
export interface Owner { authorityId: number, sourceId: number }

const COLUMNS = 'name, version, body, made_at AS "madeAt", made_by AS "madeBy", ended_at AS "endedAt"'

/** Those in force, by name. */
export async function readMappings (client: pg.ClientBase, { authorityId, sourceId }: Owner): Promise<MappingRow[]> {
  const { rows } = await client.query<MappingRow>(
    `SELECT ${COLUMNS} FROM mapping WHERE authority_id = $1 AND source_id = $2 AND ended_at IS NULL ORDER BY name`,
    [authorityId, sourceId]
  )
  return rows
}

/** Every version of one, the newest first; without their bodies, which are large, but for the one asked for. */
export async function readVersions (
  client: pg.ClientBase, { authorityId, sourceId }: Owner, name: string
): Promise<Array<Omit<MappingRow, 'body'>>> {
  const { rows } = await client.query<MappingRow>(
    `SELECT name, version, made_at AS "madeAt", made_by AS "madeBy", ended_at AS "endedAt" FROM mapping
     WHERE authority_id = $1 AND source_id = $2 AND name = $3 ORDER BY version DESC LIMIT 1000`,
    [authorityId, sourceId, name]
  )
  return rows
}

/** A version, or (undefined) the one in force. */
export async function readMapping (
  client: pg.ClientBase, { authorityId, sourceId }: Owner, name: string, version?: number
): Promise<MappingRow | undefined> {
  const { rows: [row] } = await client.query<MappingRow>(
    `SELECT ${COLUMNS} FROM mapping WHERE authority_id = $1 AND source_id = $2 AND name = $3
       AND ($4::int IS NULL AND ended_at IS NULL OR version = $4)`,
    [authorityId, sourceId, name, version ?? null]
  )
  return row
}

/** The newest version there ever was, under a lock that holds off others who would make the next. */
export async function lockNewest (
  trx: Kysely<Tables>, { authorityId, sourceId }: Owner, name: string
): Promise<MappingRow | undefined> {
  const { rows: [row] } = await sql<MappingRow>`
    SELECT ${sql.raw(COLUMNS)} FROM mapping
    WHERE authority_id = ${authorityId} AND source_id = ${sourceId} AND name = ${name}
    ORDER BY version DESC LIMIT 1 FOR UPDATE`.execute(trx)
  return row
}

export async function insertVersion (
  trx: Kysely<Tables>, { authorityId, sourceId }: Owner, { name, version, body, madeAt, madeBy }: MappingRow
): Promise<void> {
  await sql`
    INSERT INTO mapping (authority_id, source_id, name, version, body, made_at, made_by)
    VALUES (${authorityId}, ${sourceId}, ${name}, ${version}, ${JSON.stringify(body)}, ${madeAt}, ${madeBy})`
    .execute(trx)
}

/** Whether there was one in force. */
export async function endMapping (
  trx: Kysely<Tables>, { authorityId, sourceId }: Owner, name: string, at: Date
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE mapping SET ended_at = ${at}
    WHERE authority_id = ${authorityId} AND source_id = ${sourceId} AND name = ${name} AND ended_at IS NULL`
    .execute(trx)
  return numAffectedRows > 0n
}
