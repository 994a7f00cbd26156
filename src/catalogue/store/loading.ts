import { sql, type Kysely } from 'kysely'
import type { CataloguePlan, StoredCatalogue } from '../load/plan-load.ts'
import type { Plan } from '../load/plan.ts'
import { lastingUpTo } from '../../postgres/deadlines.ts'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

/** Two services that start together load one after the other: the second finds the edition there. */
export async function lockEditions (db: Db): Promise<void> {
  await sql.raw(lastingUpTo(0)).execute(db) // at a start, when nobody waits for an answer
  await sql`SELECT pg_advisory_xact_lock(hashtext('local-performance-platform catalogue'))`.execute(db)
}

export async function isEditionLoaded (db: Db, digest: string): Promise<boolean> {
  return await db.selectFrom('catalogue_edition').select('digest').where('digest', '=', digest).executeTakeFirst() !==
    undefined
}

export async function isAnyEditionLoaded (db: Db): Promise<boolean> {
  return await db.selectFrom('catalogue_edition').select('digest').limit(1).executeTakeFirst() !== undefined
}

export async function recordEdition (db: Db, digest: string, at: Date): Promise<void> {
  await db.deleteFrom('catalogue_edition').execute()
  await db.insertInto('catalogue_edition').values({ digest, loaded_at: at }).execute()
}

/** The rows that files are shipped of, with names for ids. */
export async function readStoredCatalogue (db: Db): Promise<StoredCatalogue> {
  const authorities = await db.selectFrom('authority').selectAll().execute()
  const services = await db.selectFrom('service').selectAll().execute()
  const channels = await db.selectFrom('channel').selectAll().execute()
  const areas = await db.selectFrom('area').selectAll().execute()
  const provision = await db.selectFrom('provision').selectAll().execute()
  const keys = new Map(authorities.map(({ id, key }) => [id, key]))
  const slugs = new Map(services.map(({ id, slug }) => [id, slug]))
  const key = (id: number | null): string => keys.get(id ?? 0) ?? ''
  return {
    authorities,
    services,
    channels,
    areas: areas.map((row) => ({ ...row, authority: key(row.authority_id) })),
    provision: provision.map((row) => ({
      authority: key(row.authority_id),
      service: slugs.get(row.service_id) ?? '',
      delivers: row.delivers as 'yes' | 'no' | 'via-other-body',
      provider: row.provider_id === null ? null : key(row.provider_id),
      basis: row.basis,
      origin: row.origin,
      removed_at: row.removed_at
    }))
  }
}

/** Writes what a plan says, within the transaction that is passed. */
export async function applyPlan (db: Db, plan: CataloguePlan): Promise<void> {
  for (const { from, to } of plan.recoded) {
    await db.updateTable('authority').set({ key: to, gss: to }).where('key', '=', from).execute()
  }
  await write(db, 'authority', ['key'], rowsOf(plan.authorities))
  await write(db, 'service', ['slug'], rowsOf(plan.services))
  await write(db, 'channel', ['slug'], rowsOf(plan.channels))
  const authorities = await db.selectFrom('authority').select(['id', 'key']).execute()
  const services = await db.selectFrom('service').select(['id', 'slug']).execute()
  const ids = new Map(authorities.map(({ id, key }) => [key, id]))
  const serviceIds = new Map(services.map(({ id, slug }) => [slug, id]))
  await write(
    db,
    'area',
    ['code', 'authority_id'],
    rowsOf(plan.areas).flatMap(({ authority, ...row }) => {
      const id = ids.get(authority)
      return id === undefined ? [] : [{ ...row, authority_id: id }]
    })
  )
  const resolved = rowsOf(plan.provision).flatMap(({ authority, service, delivers, provider, basis }) => {
    const [authorityId, serviceId] = [ids.get(authority), serviceIds.get(service)]
    if (authorityId === undefined || serviceId === undefined) return []
    return [{
      authority_id: authorityId,
      service_id: serviceId,
      delivers,
      provider_id: provider === null ? null : ids.get(provider) ?? null,
      basis
    }]
  })
  await write(db, 'provision', ['authority_id', 'service_id'], resolved)
  const gone = plan.provision.gone.map(({ authority, service }) => [ids.get(authority), serviceIds.get(service)])
  await sql`
    DELETE FROM provision USING jsonb_array_elements(${JSON.stringify(gone)}::jsonb) AS gone
    WHERE authority_id = (gone->>0)::int AND service_id = (gone->>1)::int AND origin = 'shipped'
      AND removed_at IS NULL`.execute(db)
}

function rowsOf<T> ({ added, changed }: Plan<T>): T[] {
  return [...added, ...changed.map(({ row }) => row)]
}

/**
 * Adds rows, or changes those with the same key that nobody here has changed since the plan was made. In the order of
 * their keys, so that no two processes wait for each other in a circle.
 */
async function write (
  db: Db, name: 'authority' | 'service' | 'channel' | 'area' | 'provision', key: string[], rows: object[]
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = Object.keys(first)
  const refs = (names: string[]) => sql.join(names.map((column) => sql.ref(column)))
  const set = columns.filter((column) => !key.includes(column)).map((column) =>
    sql`${sql.ref(column)} = excluded.${sql.ref(column)}`
  )
  const table = sql.table(name)
  await sql`
    INSERT INTO ${table} (${refs(columns)})
    SELECT ${refs(columns)} FROM jsonb_populate_recordset(NULL::${table}, ${JSON.stringify(rows)}::jsonb)
    ORDER BY ${refs(key)}
    ON CONFLICT (${refs(key)}) DO UPDATE SET ${sql.join(set)}
    WHERE ${table}.origin = 'shipped' AND ${table}.removed_at IS NULL`.execute(db)
}
