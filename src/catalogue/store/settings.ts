import { sql, type Kysely, type Selectable } from 'kysely'
import type { Provenance, Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** A target of a KPI from a day on; 0 stands for every authority or service. */
export interface TargetRow {
  kpi: string
  authority_id: number
  service_id: number
  from_on: string
  at_least: number | null
  at_most: number | null
  source: string
  changed_at: Date
}

/** The published model that neighbours are taken from. */
export interface NeighbourModel { title: string, source: string, published_on: string | null, loaded_at: Date }
/** The neighbours of an authority, the nearest first, with their ranks. */
export interface NeighbourRow { authority_id: number, neighbours: number[], ranks: number[] }
export interface NeighbourRows { model: NeighbourModel | undefined, rows: NeighbourRow[] }

/**
 * A declared property of events; `service_id` 0: of every service's. `ended`: words that only stored events hold.
 * `valid_from` and `valid_to`: the first and the last local day of events that may have it; null: always.
 */
export type AttributeRow = {
  service_id: number
  name: string
  title: string
  description: string | null
  type: 'words' | 'boolean' | 'integer'
  words: string[]
  ended: string[]
  minimum: number | null
  maximum: number | null
  valid_from: string | null
  valid_to: string | null
  /** Whether its breakdown is public: if not, only those who see all may ask for it. */
  published: boolean
} & Selectable<Provenance>

export async function readTargets (db: Db): Promise<TargetRow[]> {
  const { rows } = await sql<TargetRow>`SELECT * FROM target ORDER BY kpi, authority_id, service_id, from_on`
    .execute(db)
  return rows
}

export async function readNeighbours (db: Db): Promise<NeighbourRows> {
  const [{ rows: [model] }, { rows }] = await Promise.all([
    sql<NeighbourModel>`SELECT title, source, published_on, loaded_at FROM neighbour_model`.execute(db),
    sql<NeighbourRow>`
      SELECT authority_id, array_agg(neighbour_id ORDER BY rank)::integer[] AS neighbours,
        array_agg(rank ORDER BY rank)::integer[] AS ranks
      FROM neighbour GROUP BY authority_id ORDER BY authority_id`.execute(db)
  ])
  return { model, rows }
}

export async function readAttributes (db: Db): Promise<AttributeRow[]> {
  const { rows } = await sql<AttributeRow>`SELECT * FROM attribute ORDER BY service_id, name`.execute(db)
  return rows
}

/** Settings that nobody ships, and their keys. */
const KEYS = {
  target: ['kpi', 'authority_id', 'service_id', 'from_on'],
  unit_cost: ['authority_id', 'service_id', 'kind', 'from_on'],
  channel_class: ['authority_id', 'service_id', 'channel_id', 'from_on'],
  authoritative: ['authority_id', 'service_id', 'type', 'from_on'],
  comparator_group: ['slug']
} as const
type SettingTable = keyof typeof KEYS

/** Creates settings or replaces those with the same key. */
export async function putSettings (db: Db, table: SettingTable, rows: readonly object[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const key: readonly string[] = KEYS[table]
  const columns = Object.keys(first)
  const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  const others = columns.filter((column) => !key.includes(column))
  await sql`
    INSERT INTO ${sql.table(table)} (${list(columns)})
    SELECT ${list(columns)} FROM jsonb_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)
    ORDER BY ${list(key)}
    ON CONFLICT (${list(key)})
    DO UPDATE SET ${sql.join(others.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))}`
    .execute(db)
}

/** Removes the setting with this key. Returns whether it was there. */
export async function deleteSetting (db: Db, table: SettingTable, row: object): Promise<boolean> {
  const values = row as Record<string, string | number>
  const conditions = KEYS[table].map((column) => sql`${sql.ref(column)} = ${values[column]}`)
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM ${sql.table(table)} WHERE ${sql.join(conditions, sql` AND `)}`.execute(db)
  return numAffectedRows > 0n
}

/** Puts a model in the place of the one there is; undefined: there is none from now on. */
export async function replaceNeighbours (
  db: Db,
  model: NeighbourModel | undefined,
  rows: ReadonlyArray<{ authority_id: number, neighbour_id: number, rank: number }>
): Promise<void> {
  await sql`LOCK TABLE neighbour_model IN SHARE ROW EXCLUSIVE MODE`.execute(db)
  await sql`DELETE FROM neighbour`.execute(db)
  await sql`DELETE FROM neighbour_model`.execute(db)
  if (model === undefined) return
  await sql`
    INSERT INTO neighbour_model (title, source, published_on, loaded_at)
    VALUES (${model.title}, ${model.source}, ${model.published_on}, ${model.loaded_at})`.execute(db)
  await sql`
    INSERT INTO neighbour (authority_id, neighbour_id, rank)
    SELECT authority_id, neighbour_id, rank FROM jsonb_populate_recordset(NULL::neighbour,
      ${JSON.stringify(rows)}::jsonb)`.execute(db)
}

const SET = [
  'title', 'description', 'type', 'words', 'minimum', 'maximum', 'valid_from', 'valid_to', 'published'
] as const
type Attribute = Pick<AttributeRow, 'service_id' | 'name' | (typeof SET)[number]>

/**
 * Creates attributes or changes them. Words that are left out end: stored events may hold them. `shipped` ones leave
 * alone what somebody here changed or removed.
 */
export async function upsertAttributes (
  db: Db, attributes: readonly Attribute[], changed: { origin: 'shipped' } | { origin: 'local', at: Date }
): Promise<void> {
  const at = changed.origin === 'local' ? changed.at : null
  const columns = sql.join(SET.map((column) => sql.ref(column)))
  const of = (table: string) => sql.join(SET.map((column) => sql.ref(`${table}.${column}`)))
  await sql`
    INSERT INTO attribute AS old (service_id, name, ${columns}, origin, changed_at)
    SELECT service_id, name, ${columns}, ${changed.origin}, ${at}::timestamptz
    FROM jsonb_populate_recordset(NULL::attribute, ${JSON.stringify(attributes)}::jsonb) ORDER BY service_id, name
    ON CONFLICT (service_id, name) DO UPDATE SET (${columns}) = ROW (${of('excluded')}),
      origin = excluded.origin, changed_at = excluded.changed_at, removed_at = NULL,
      ended = ARRAY(
        SELECT word FROM unnest(old.ended || old.words) AS word WHERE word <> ALL (excluded.words))
    WHERE excluded.origin = 'local' OR (old.origin = 'shipped' AND old.type = excluded.type AND
      (${of('old')}) IS DISTINCT FROM (${of('excluded')}))`.execute(db)
}

/** Returns whether it was there. Its row stays, so that it keeps its type. */
export async function removeAttribute (db: Db, serviceId: number, name: string, at: Date): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE attribute SET origin = 'local', changed_at = ${at}, removed_at = ${at}
    WHERE service_id = ${serviceId} AND name = ${name} AND removed_at IS NULL`.execute(db)
  return numAffectedRows > 0n
}

/** Its last day, from now on. */
export async function endAttribute (
  db: Db, serviceId: number, name: string, lastDay: string, at: Date
): Promise<void> {
  await sql`
    UPDATE attribute SET origin = 'local', changed_at = ${at}, valid_to = ${lastDay}
    WHERE service_id = ${serviceId} AND name = ${name} AND removed_at IS NULL`.execute(db)
}
