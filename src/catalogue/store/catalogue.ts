import { sql, type Insertable, type Kysely, type Selectable } from 'kysely'
import { readKpiCatalogue, type KpiCatalogueRows } from './kpis.ts'
import { readAttributes, type AttributeRow } from './settings.ts'
import { epochOf, XMIN } from '../../postgres/epoch.ts'
import type {
  AreaTable, AuthorityTable, ChannelTable, DataSetTable, ServiceTable, Tables
} from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface CatalogueRows {
  /** Of the state of the database that the rows are of, or of one before it. */
  marker: string
  authorities: Array<Selectable<AuthorityTable>>
  services: Array<Selectable<ServiceTable>>
  channels: Array<Selectable<ChannelTable>>
  areas: Array<Selectable<AreaTable>>
  /** How many statements had written areas before these were read. */
  areaWrites: number
  provision: Array<Selectable<Tables['provision']>>
  sources: Array<Selectable<Tables['source']>>
  tokens: Array<Selectable<Tables['token']>>
  disclosureRules: Array<Selectable<Tables['disclosure_rule']>>
  dataSets: Array<Selectable<DataSetTable>>
  publicationRules: Array<Selectable<Tables['publication_rule']>>
  kpis: KpiCatalogueRows
  attributes: AttributeRow[]
}

/** A catalogue that names nothing. */
export const NO_ROWS: CatalogueRows = {
  marker: '',
  authorities: [],
  services: [],
  channels: [],
  areas: [],
  areaWrites: 0,
  provision: [],
  sources: [],
  tokens: [],
  disclosureRules: [],
  dataSets: [],
  publicationRules: [],
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
 * The whole catalogue: some twenty thousand small rows, held in memory by every process. On one connection: at a
 * start, to open ten would take longer than to read in turn. Of `known`, an earlier read, the areas are taken where
 * nobody has written any since: they are nearly all of the rows.
 */
export async function readCatalogue (pooled: Db, known?: CatalogueRows): Promise<CatalogueRows> {
  return await pooled.connection().execute(async (db) => await readCatalogueIn(db, known))
}

/** The whole catalogue as one transaction or connection sees it. */
export async function readCatalogueIn (db: Db, known?: CatalogueRows): Promise<CatalogueRows> {
  // Before the rows: what is written in between is read again next time.
  const marker = await readMarker(db)
  const areaWrites = await countAreaWrites(db)
  const [authorities, services, channels, areas, provision, sources, tokens, disclosureRules, dataSets, kpis,
    publicationRules, attributes] =
    await Promise.all([
      db.selectFrom('authority').selectAll().orderBy('slug').orderBy('valid_from').execute(),
      db.selectFrom('service').selectAll().orderBy('slug').execute(),
      db.selectFrom('channel').selectAll().orderBy('id').execute(),
      known?.areaWrites === areaWrites ? known.areas : readAreas(db),
      db.selectFrom('provision').selectAll().execute(),
      db.selectFrom('source').selectAll().orderBy('id').execute(),
      db.selectFrom('token').selectAll().where('revoked_at', 'is', null).execute(),
      db.selectFrom('disclosure_rule').selectAll().orderBy('id').execute(),
      db.selectFrom('data_set').selectAll().orderBy('id').execute(),
      readKpiCatalogue(db),
      db.selectFrom('publication_rule').selectAll().orderBy('authority_id').orderBy('service_id').orderBy('from_on')
        .execute(),
      readAttributes(db)
    ])
  return {
    marker,
    authorities,
    services,
    channels,
    areas,
    areaWrites,
    provision,
    sources,
    tokens,
    disclosureRules,
    dataSets,
    kpis,
    publicationRules,
    attributes
  }
}

async function countAreaWrites (db: Db): Promise<number> {
  const { writes } = await db.selectFrom('area_write').select(({ fn }) => fn.countAll<number>().as('writes'))
    .executeTakeFirstOrThrow()
  return writes
}

// Postgres takes several times as long to sort them, by the rules of a language.
async function readAreas (db: Db): Promise<CatalogueRows['areas']> {
  const areas = await db.selectFrom('area').selectAll().execute()
  return areas.sort((one, other) =>
    one.authority_id - other.authority_id || compare(one.name, other.name) || compare(one.code, other.code)
  )
}

const compare = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

/** Equal markers mean that the catalogue was not changed between them. */
export async function readMarker (db: Db): Promise<string> {
  const { rows: [row] } = await sql<{ marker: string }>`
    SELECT ${sql.raw(epochOf('catalogue_state'))} || '.' || ${sql.raw(XMIN)} || '.' || changes AS marker
    FROM catalogue_state`.execute(db)
  return row?.marker ?? ''
}

/**
 * Tells every service process on this database to read the catalogue again, once the transaction commits. Last of the
 * transaction: whoever else changes the catalogue waits from here to its end.
 */
export async function notifyCatalogueChanged (db: Db): Promise<void> {
  await sql`UPDATE catalogue_state SET changes = changes + 1`.execute(db)
  await sql`SELECT pg_notify('catalogue', '')`.execute(db)
}

type Rows<T> = Array<Insertable<T>>

export async function upsertAreas (db: Db, rows: Rows<AreaTable>): Promise<void> {
  await upsert(db, 'area', ['code', 'authority_id'], rows)
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
