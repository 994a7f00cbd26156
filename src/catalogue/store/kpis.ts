import { sql, type Kysely, type Selectable } from 'kysely'
import type { Definition, DigitalClass, KpiVersion } from '../../domain/kpi/definition.ts'
import { fromStored, toStored, type StoredDefinition } from '../../domain/kpi/stored.ts'
import type { Measure } from '../../domain/measure.ts'
import type { Provenance, Tables } from '../../postgres/tables.ts'
import { readNeighbours, readTargets, type NeighbourRows, type TargetRow } from './settings.ts'

type Db = Kysely<Tables>

export interface KpiCatalogueRows {
  measures: Array<Measure & { id: number } & Selectable<Provenance>>
  definitions: KpiVersion[]
  authoritative: Array<
    { authority_id: number, service_id: number, type: number, from_on: string, basis: 'events' | 'counts' }
  >
  channelClasses: Array<
    {
      authority_id: number,
      service_id: number,
      channel_id: number,
      from_on: string,
      digital_class: DigitalClass,
      reason: string
    }
  >
  unitCosts: UnitCostRow[]
  groups: ComparatorGroupRow[]
  targets: TargetRow[]
  neighbours: NeighbourRows
}
export interface UnitCostRow {
  authority_id: number
  service_id: number
  kind: 'channel-shift' | 'failure-demand'
  from_on: string
  pence: number
  source: string
}
export interface ComparatorGroupRow { slug: string, title: string, authorities: number[] }

/** Measures, definitions and what is set for them: small tables, held in memory with the rest of the catalogue. */
export async function readKpiCatalogue (db: Db): Promise<KpiCatalogueRows> {
  const [measures, definitions, authoritative, channelClasses, unitCosts, groups, targets, neighbours] = await Promise
    .all([
      sql<KpiCatalogueRows['measures'][number]>`SELECT * FROM measure ORDER BY id`.execute(db),
      sql<{ kpi: string, version: number, body: StoredDefinition, created_at: Date, edition: string | null }>`
      SELECT kpi, version, body, created_at, edition FROM kpi_definition ORDER BY kpi, version`.execute(db),
      sql<KpiCatalogueRows['authoritative'][number]>`SELECT * FROM authoritative ORDER BY from_on`.execute(db),
      sql<KpiCatalogueRows['channelClasses'][number]>`SELECT * FROM channel_class ORDER BY from_on`.execute(db),
      sql<UnitCostRow>`SELECT * FROM unit_cost ORDER BY authority_id, service_id, kind, from_on`.execute(db),
      sql<ComparatorGroupRow>`SELECT * FROM comparator_group ORDER BY slug`.execute(db),
      readTargets(db),
      readNeighbours(db)
    ])
  return {
    measures: measures.rows,
    definitions: definitions.rows.map(({ kpi, version, body, created_at, edition }) => ({
      kpi, version, created_at, origin: edition === null ? 'local' : 'shipped', ...fromStored(body)
    })),
    authoritative: authoritative.rows,
    channelClasses: channelClasses.rows,
    unitCosts: unitCosts.rows,
    groups: groups.rows,
    targets,
    neighbours
  }
}

export async function upsertMeasures (db: Db, measures: readonly Measure[]): Promise<void> {
  await sql`
    INSERT INTO measure (slug, title, unit, kind, polarity, by_channel, description)
    SELECT slug, title, unit, kind, polarity, by_channel, description
    FROM jsonb_populate_recordset(NULL::measure, ${JSON.stringify(measures)}::jsonb)
    ON CONFLICT (slug) DO UPDATE SET title = excluded.title, unit = excluded.unit, kind = excluded.kind,
      polarity = excluded.polarity, by_channel = excluded.by_channel, description = excluded.description
    WHERE measure.origin = 'shipped' AND
      (measure.title, measure.unit, measure.kind, measure.polarity, measure.by_channel, measure.description)
      IS DISTINCT FROM (excluded.title, excluded.unit, excluded.kind, excluded.polarity, excluded.by_channel,
        excluded.description)`
    .execute(db)
}

/** Returns whether it is new. */
export async function insertMeasure (db: Db, { slug, title, unit, ...measure }: Measure): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO measure (slug, title, unit, kind, polarity, by_channel, description, origin)
    VALUES (${slug}, ${title}, ${unit}, ${measure.kind}, ${measure.polarity}, ${measure.by_channel},
      ${measure.description}, 'local')
    ON CONFLICT (slug) DO NOTHING RETURNING id`.execute(db)
  return rows.length > 0
}

/** Locks a KPI's history until the transaction ends and returns its last version number, 0 if it has none. */
export async function lockDefinition (db: Db, kpi: string): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('kpi'), hashtext(${kpi}))`.execute(db)
  const { rows } = await sql<
    { last: number }
  >`SELECT coalesce(max(version), 0) AS last FROM kpi_definition WHERE kpi = ${kpi}`.execute(db)
  return rows[0]?.last ?? 0
}

/** `edition` is null for an operator's version. */
export async function insertDefinition (
  db: Db,
  { kpi, version, ...definition }: Definition & { kpi: string, version: number },
  edition: string | null,
  at: Date
): Promise<void> {
  await sql`
    INSERT INTO kpi_definition (kpi, version, effective_from, state, edition, body, created_at)
    VALUES (${kpi}, ${version}, ${definition.effective_from}, ${definition.state}, ${edition},
      ${JSON.stringify(toStored(definition))}::jsonb, ${at})`.execute(db)
}

export async function loadedEditions (db: Db): Promise<Set<string>> {
  const { rows } = await sql<{ edition: string }>`SELECT edition FROM kpi_definition WHERE edition IS NOT NULL`
    .execute(db)
  return new Set(rows.map(({ edition }) => edition))
}

/** Whether the operator has made a version of the KPI. */
export async function hasOperatorVersion (db: Db, kpi: string): Promise<boolean> {
  const { rows } = await sql`SELECT FROM kpi_definition WHERE kpi = ${kpi} AND edition IS NULL LIMIT 1`.execute(db)
  return rows.length > 0
}

/** Creates measures or changes them: they are local then. */
export async function putMeasures (db: Db, measures: readonly Measure[], at: Date): Promise<void> {
  const rows = measures.map((measure) => ({ ...measure, changed_at: at }))
  await sql`
    INSERT INTO measure (slug, title, unit, kind, polarity, by_channel, description, origin, changed_at)
    SELECT slug, title, unit, kind, polarity, by_channel, description, 'local', changed_at
    FROM jsonb_populate_recordset(NULL::measure, ${JSON.stringify(rows)}::jsonb) ORDER BY slug
    ON CONFLICT (slug) DO UPDATE SET title = excluded.title, unit = excluded.unit, kind = excluded.kind,
      polarity = excluded.polarity, by_channel = excluded.by_channel, description = excluded.description,
      origin = 'local', changed_at = excluded.changed_at, removed_at = NULL`.execute(db)
}

/** Marks a measure as removed: no new figure may be of it, and those that are stored keep its name. */
export async function removeMeasure (db: Db, id: number, at: Date): Promise<void> {
  await sql`UPDATE measure SET origin = 'local', changed_at = ${at}, removed_at = ${at} WHERE id = ${id}`.execute(db)
}

/** Those of the measures that figures are stored of, withdrawn ones included. */
export async function measuresWithFigures (db: Db, ids: readonly number[]): Promise<Set<number>> {
  const found = new Set<number>()
  for (const id of ids) {
    for (const table of ['observation', 'observation_version']) {
      const { rows } = await sql`SELECT 1 AS one FROM ${sql.table(table)} WHERE measure_id = ${id} LIMIT 1`.execute(db)
      if (rows.length > 0) found.add(id)
    }
  }
  return found
}
