import { sql, type Kysely } from 'kysely'

const KEYS: Record<string, string> = {
  rollup_week: 'week, outcome',
  rollup_channel_week: 'week, channel_id, outcome',
  rollup_channel_month: 'month, channel_id, outcome',
  rollup_channel_day: 'local_date, channel_id, outcome',
  rollup_ward_day: 'ward_id, local_date, channel_id, outcome',
  rollup_street_month: 'month, street, ward_id, outcome'
}

/**
 * Cells come in by date, and are read by series: a year of an authority's wards lay on 21,914 pages. With the measures
 * in the key's own index they lie side by side, on some 260. Where measures are indexed an update is never "heap-only",
 * so room left for those is wasted; vacuum comes sooner, for what it has not seen is read from the table as before.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const [name, key] of Object.entries(KEYS)) {
    await replaceKey(
      db,
      name,
      sql`PRIMARY KEY (authority_id, service_id, type, ${sql.raw(key)}) INCLUDE (events, count, avoidable)`
    )
    await sql`ALTER TABLE ${sql.table(`${name}_folded`)} RESET (fillfactor),
      SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05)`.execute(db)
  }
}

export async function down (db: Kysely<unknown>): Promise<void> {
  for (const [name, key] of Object.entries(KEYS)) {
    await replaceKey(db, name, sql`PRIMARY KEY (authority_id, service_id, type, ${sql.raw(key)})`)
    await sql`ALTER TABLE ${sql.table(`${name}_folded`)} SET (fillfactor = ${sql.raw(name.startsWith('rollup_channel') || name === 'rollup_week' ? '70' : '85')}),
      RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_scale_factor)`.execute(db)
  }
}

// Some kept the name that they had before the tables were renamed.
async function replaceKey (db: Kysely<unknown>, name: string, key: ReturnType<typeof sql>): Promise<void> {
  const table = sql.table(`${name}_folded`)
  await sql`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${sql.ref(`${name}_pkey`)}, DROP CONSTRAINT IF EXISTS ${sql.ref(`${name}_folded_pkey`)}`.execute(db)
  await sql`ALTER TABLE ${table} ADD CONSTRAINT ${sql.ref(`${name}_folded_pkey`)} ${key}`.execute(db)
}
