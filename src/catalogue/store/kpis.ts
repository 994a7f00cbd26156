import { sql, type Kysely } from 'kysely'
import type { Definition, DigitalClass, KpiVersion } from '../../domain/kpi/definition.ts'
import type { Measure } from '../../domain/measure.ts'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface KpiCatalogueRows {
  measures: Array<Measure & { id: number }>
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
  const [measures, definitions, authoritative, channelClasses, unitCosts, groups] = await Promise.all([
    sql<KpiCatalogueRows['measures'][number]>`SELECT * FROM measure ORDER BY id`.execute(db),
    sql<{ kpi: string, version: number, body: Definition, created_at: Date }>`
      SELECT kpi, version, body, created_at FROM kpi_definition ORDER BY kpi, version`.execute(db),
    sql<KpiCatalogueRows['authoritative'][number]>`SELECT * FROM authoritative ORDER BY from_on`.execute(db),
    sql<KpiCatalogueRows['channelClasses'][number]>`SELECT * FROM channel_class ORDER BY from_on`.execute(db),
    sql<UnitCostRow>`SELECT * FROM unit_cost ORDER BY authority_id, service_id, kind, from_on`.execute(db),
    sql<ComparatorGroupRow>`SELECT * FROM comparator_group ORDER BY slug`.execute(db)
  ])
  return {
    measures: measures.rows,
    definitions: definitions.rows.map(({ kpi, version, body, created_at }) => ({ kpi, version, created_at, ...body })),
    authoritative: authoritative.rows,
    channelClasses: channelClasses.rows,
    unitCosts: unitCosts.rows,
    groups: groups.rows
  }
}

export async function upsertMeasures (db: Db, measures: readonly Measure[]): Promise<void> {
  await sql`
    INSERT INTO measure (slug, title, unit, kind, polarity, by_channel, description)
    SELECT slug, title, unit, kind, polarity, by_channel, description
    FROM jsonb_populate_recordset(NULL::measure, ${JSON.stringify(measures)}::jsonb)
    ON CONFLICT (slug) DO UPDATE SET title = excluded.title, unit = excluded.unit, kind = excluded.kind,
      polarity = excluded.polarity, by_channel = excluded.by_channel, description = excluded.description
    WHERE (measure.title, measure.unit, measure.kind, measure.polarity, measure.by_channel, measure.description)
      IS DISTINCT FROM (excluded.title, excluded.unit, excluded.kind, excluded.polarity, excluded.by_channel,
        excluded.description)`
    .execute(db)
}

/** Returns whether it is new. */
export async function insertMeasure (db: Db, { slug, title, unit, ...measure }: Measure): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO measure (slug, title, unit, kind, polarity, by_channel, description)
    VALUES (${slug}, ${title}, ${unit}, ${measure.kind}, ${measure.polarity}, ${measure.by_channel},
      ${measure.description})
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
      ${JSON.stringify(definition)}::jsonb, ${at})`.execute(db)
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

export async function putAuthoritative (db: Db, row: KpiCatalogueRows['authoritative'][number]): Promise<void> {
  await sql`
    INSERT INTO authoritative (authority_id, service_id, type, from_on, basis)
    VALUES (${row.authority_id}, ${row.service_id}, ${row.type}, ${row.from_on}, ${row.basis})
    ON CONFLICT (authority_id, service_id, type, from_on) DO UPDATE SET basis = excluded.basis`.execute(db)
}

export async function putChannelClass (db: Db, row: KpiCatalogueRows['channelClasses'][number]): Promise<void> {
  await sql`
    INSERT INTO channel_class (authority_id, service_id, channel_id, from_on, digital_class, reason)
    VALUES (${row.authority_id}, ${row.service_id}, ${row.channel_id}, ${row.from_on}, ${row.digital_class},
      ${row.reason})
    ON CONFLICT (authority_id, service_id, channel_id, from_on)
    DO UPDATE SET digital_class = excluded.digital_class, reason = excluded.reason`.execute(db)
}

export async function putUnitCost (db: Db, row: UnitCostRow): Promise<void> {
  await sql`
    INSERT INTO unit_cost (authority_id, service_id, kind, from_on, pence, source)
    VALUES (${row.authority_id}, ${row.service_id}, ${row.kind}, ${row.from_on}, ${row.pence}, ${row.source})
    ON CONFLICT (authority_id, service_id, kind, from_on) DO UPDATE SET pence = excluded.pence,
      source = excluded.source`
    .execute(db)
}

export async function putComparatorGroup (db: Db, { slug, title, authorities }: ComparatorGroupRow): Promise<void> {
  await sql`
    INSERT INTO comparator_group (slug, title, authorities) VALUES (${slug}, ${title}, ${authorities}::int2[])
    ON CONFLICT (slug) DO UPDATE SET title = excluded.title, authorities = excluded.authorities`.execute(db)
}
