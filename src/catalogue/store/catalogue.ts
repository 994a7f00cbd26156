import { sql, type Insertable, type Kysely, type Selectable } from 'kysely'
import type { Delivers } from '../../domain/provision.ts'
import { readKpiCatalogue, type KpiCatalogueRows } from './kpis.ts'
import { readAttributes, type AttributeRow } from './settings.ts'
import type {
  AreaTable, AuthorityTable, ChannelTable, DataSetTable, ServiceTable, Tables
} from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface CatalogueRows {
  authorities: Array<Selectable<AuthorityTable>>
  services: Array<Selectable<ServiceTable>>
  channels: Array<Selectable<ChannelTable>>
  areas: Array<Selectable<AreaTable>>
  provision: Array<Selectable<Tables['provision']>>
  sources: Array<Selectable<Tables['source']>>
  tokens: Array<Selectable<Tables['token']>>
  disclosureRules: Array<Selectable<Tables['disclosure_rule']>>
  dataSets: Array<Selectable<DataSetTable>>
  kpis: KpiCatalogueRows
  attributes: AttributeRow[]
}

/** A catalogue that names nothing. */
export const NO_ROWS: CatalogueRows = {
  authorities: [],
  services: [],
  channels: [],
  areas: [],
  provision: [],
  sources: [],
  tokens: [],
  disclosureRules: [],
  dataSets: [],
  kpis: {
    measures: [],
    definitions: [],
    authoritative: [],
    channelClasses: [],
    unitCosts: [],
    groups: [],
    targets: [],
    neighbours: { model: undefined, rows: [] }
  },
  attributes: []
}

/**
 * The whole catalogue: a few thousand small rows, held in memory by every service process. On one connection: at a
 * start, to open ten would take longer than to read in turn.
 */
export async function readCatalogue (pooled: Db): Promise<CatalogueRows> {
  return await pooled.connection().execute(readAll)
}

async function readAll (db: Db): Promise<CatalogueRows> {
  const [authorities, services, channels, areas, provision, sources, tokens, disclosureRules, dataSets, kpis,
    attributes] =
    await Promise.all([
      db.selectFrom('authority').selectAll().orderBy('slug').orderBy('valid_from').execute(),
      db.selectFrom('service').selectAll().orderBy('slug').execute(),
      db.selectFrom('channel').selectAll().orderBy('id').execute(),
      db.selectFrom('area').selectAll().orderBy('authority_id').orderBy('name').orderBy('code').execute(),
      db.selectFrom('provision').selectAll().execute(),
      db.selectFrom('source').selectAll().orderBy('id').execute(),
      db.selectFrom('token').selectAll().where('revoked_at', 'is', null).execute(),
      db.selectFrom('disclosure_rule').selectAll().orderBy('id').execute(),
      db.selectFrom('data_set').selectAll().orderBy('id').execute(),
      readKpiCatalogue(db),
      readAttributes(db)
    ])
  return {
    authorities,
    services,
    channels,
    areas,
    provision,
    sources,
    tokens,
    disclosureRules,
    dataSets,
    kpis,
    attributes
  }
}

/** Tells every service process on this database to read the catalogue again, once the transaction commits. */
export async function notifyCatalogueChanged (db: Db): Promise<void> {
  await sql`SELECT pg_notify('catalogue', '')`.execute(db)
}

export async function isEditionLoaded (db: Db, digest: string): Promise<boolean> {
  return await db.selectFrom('catalogue_edition').select('digest').where('digest', '=', digest).executeTakeFirst() !==
    undefined
}

export async function recordEdition (db: Db, digest: string, at: Date): Promise<void> {
  await db.deleteFrom('catalogue_edition').execute()
  await db.insertInto('catalogue_edition').values({ digest, loaded_at: at }).execute()
}

type Rows<T> = Array<Insertable<T>>

export async function upsertAuthorities (db: Db, rows: Rows<AuthorityTable>): Promise<void> {
  await upsert(db, 'authority', ['key'], rows)
}

export async function upsertServices (db: Db, rows: Rows<ServiceTable>): Promise<void> {
  await upsert(db, 'service', ['slug'], rows)
}

export async function upsertChannels (db: Db, rows: Rows<ChannelTable>): Promise<void> {
  await upsert(db, 'channel', ['slug'], rows)
}

export async function upsertAreas (db: Db, rows: Rows<AreaTable>): Promise<void> {
  await upsert(db, 'area', ['code', 'authority_id'], rows)
}

export interface ProvisionRow {
  authority: string
  service: string
  delivers: Delivers
  provider: string | null
  basis: string
}

/** Replaces every override; names are slugs of current authorities. */
export async function replaceProvision (db: Db, rows: ProvisionRow[]): Promise<void> {
  await db.deleteFrom('provision').execute()
  await sql`
    INSERT INTO provision (authority_id, service_id, delivers, provider_id, basis)
    SELECT a.id, s.id, row.delivers, p.id, row.basis
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(authority text, service text, delivers text, provider text, basis text)
    JOIN authority a ON a.slug = row.authority AND a.valid_to IS NULL
    JOIN service s ON s.slug = row.service
    LEFT JOIN authority p ON p.slug = row.provider AND p.valid_to IS NULL`.execute(db)
}

export async function authorityIds (db: Db): Promise<Map<string, number>> {
  const rows = await db.selectFrom('authority').select(['id', 'slug']).where('valid_to', 'is', null).execute()
  return new Map(rows.map(({ id, slug }) => [slug, id]))
}

// In the order of their keys, so that no two processes wait for each other in a circle.
async function upsert<T extends 'authority' | 'service' | 'channel' | 'area'> (
  db: Db, table: T, key: string[], rows: Array<Insertable<Tables[T]>>
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  await sql`
    INSERT INTO ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    SELECT ${sql.join(columns.map((column) => sql.ref(column)))}
    FROM jsonb_populate_recordset(NULL::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)
    ORDER BY ${sql.join(key.map((column) => sql.ref(column)))}
    ON CONFLICT (${sql.join(key.map((column) => sql.ref(column)))}) DO UPDATE
    SET ${
    sql.join(columns.filter((column) =>
      !key.includes(column)
    ).map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))
  }
  `.execute(db)
}
