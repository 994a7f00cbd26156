import { sql, type Kysely } from 'kysely'
import { lastingUpTo } from '../deadlines.ts'
import { lockMigrations } from '../migration-lock.ts'
import { unpartition } from '../partitions.ts'
import { protectRows } from '../row-level-security.ts'
import { clusterFunctions } from './functions.ts'
import { ClusterRefused, refuseUndistributable } from './refusals.ts'
import { clusterState, distributedTables } from './state.ts'
import { BESIDE, EVERYWHERE, LISTED, OF_AUTHORITIES, OF_DATA_SETS, PROBES, WITHOUT_KEY } from './tables.ts'

interface Options {
  shards: number
  say: (what: string) => void
}

/**
 * Turns a migrated database into one whose large tables lie on the nodes of a cluster, in one transaction: it is
 * distributed, or as it was. Safe to run again. Throws `ClusterRefused`.
 */
export async function distribute<T> (db: Kysely<T>, { shards, say }: Options): Promise<void> {
  await refuseUndistributable(db)
  await db.transaction().execute(async (trx) => {
    await run(trx, lastingUpTo(0))
    await run(trx, 'SET LOCAL lock_timeout = 0')
    await lockMigrations(trx)
    if ((await clusterState(trx)).kind === 'distributed') {
      await probeEveryShard(trx)
      await run(trx, clusterFunctions())
      say('the database is distributed already')
      return
    }
    await prepare(trx)
    await run(trx, `SET LOCAL citus.shard_count = ${shards}`)
    const made = await distributeMissing(trx)
    await run(trx, clusterFunctions())
    await probeEveryShard(trx)
    say(`${made} tables lie on the nodes, in ${shards} shards`)
  })
  // What a table had before it was distributed still lies on the coordinator, unseen.
  for (const table of LISTED) await run(db, `SELECT truncate_local_data_after_distributing_table('${table}')`)
}

/**
 * What holds after migrations of a distributed database, whose tables lay on the nodes `before`: those that are new to
 * the list join them. Throws `ClusterRefused` where one of them would lie on the coordinator alone from now on.
 */
export async function keepDistributed<T> (trx: Kysely<T>, before: ReadonlySet<string>): Promise<void> {
  if (before.size === 0) return
  const { off } = await clusterState(trx)
  const fallen = off.filter((table) => before.has(table))
  if (fallen.length > 0) {
    throw new ClusterRefused(
      `A migration would put ${fallen.join(', ')} on the coordinator alone, and nothing was changed: it makes the ` +
        'table anew, which has to be distributed; run the version that you had, and please report it with this message'
    )
  }
  await protectRows(trx, new Set(LISTED))
  await distributeMissing(trx)
  await probeEveryShard(trx)
  await run(trx, clusterFunctions())
}

async function run<T> (trx: Kysely<T>, statement: string): Promise<void> {
  await sql.raw(statement).execute(trx)
}

const REGCLASSES = LISTED.map((table) => `'${table}'::regclass`).join(', ')

async function prepare<T> (trx: Kysely<T>): Promise<void> {
  // Citus would make every part a table of shards of its own.
  await unpartition(trx)
  // Rows of a node cannot refer to tables of the coordinator: the service has checked what they refer to.
  await runEach(trx, `
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement FROM pg_constraint
    WHERE contype = 'f' AND (conrelid IN (${REGCLASSES}) OR confrelid IN (${REGCLASSES}))`)
  // A key has to have the column that says where a row lies. What was distributed before, and came back as a dump, has
  // some of it already.
  await run(trx, `
    DROP TRIGGER IF EXISTS receipt_owner ON receipt;
    ALTER TABLE receipt DROP CONSTRAINT receipt_pkey, ADD PRIMARY KEY (id, owner_id);
    DROP INDEX receipt_idempotency_key;
    CREATE UNIQUE INDEX receipt_idempotency_key ON receipt (owner_id, source_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL`)
  for (const table of WITHOUT_KEY) await run(trx, `ALTER TABLE ${table} REPLICA IDENTITY FULL`)
  await protectRows(trx, new Set(LISTED))
  // What the nodes run: they have what was made after the extension, and not what was made before it.
  await runEach(trx, `
    SELECT format('SELECT create_distributed_function(%L)', oid::regprocedure) AS statement FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
      AND (proname IN ('sum8', 'released_count_stays', 'retention_goes_forward') OR proname ~ '^rollup_(int|packed)')
    ORDER BY prokind = 'a', oid`)
}

/** Runs every statement that a query makes. */
async function runEach<T> (trx: Kysely<T>, query: string): Promise<void> {
  const { rows } = await sql<{ statement: string }>`${sql.raw(query)}`.execute(trx)
  for (const { statement } of rows) await run(trx, statement)
}

/** Puts every table of the list that is not there yet on the nodes, rows and all. Returns how many they were. */
async function distributeMissing<T> (trx: Kysely<T>): Promise<number> {
  // One connection a node: what one shard was given is seen by what the next needs of it.
  await run(trx, "SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
  // Triggers of these tables look at a row of their own, and refuse it or not.
  await run(trx, 'SET LOCAL citus.enable_unsafe_triggers = on')
  const there = await distributedTables(trx)
  let made = 0
  for (const group of [OF_AUTHORITIES, OF_DATA_SETS]) {
    const beside = group.find(({ table }) => there.has(table))?.table ?? group[0]?.table
    for (const { table, by } of group) {
      if (there.has(table)) continue
      const colocated = table === beside ? 'none' : beside ?? 'none'
      await run(trx, `SELECT create_distributed_table('${table}', '${by}', colocate_with => '${colocated}')`)
      made++
    }
  }
  for (const table of EVERYWHERE) {
    if (there.has(table)) continue
    await run(trx, `SELECT create_reference_table('${table}')`)
    made++
  }
  if (!there.has(BESIDE)) {
    await run(trx, `CREATE TABLE IF NOT EXISTS ${BESIDE} (id smallint PRIMARY KEY)`)
    await run(trx, `SELECT citus_add_local_table_to_metadata('${BESIDE}')`)
    await run(trx, `GRANT SELECT, UPDATE ON ${BESIDE} TO PUBLIC`)
  }
  return made
}

/**
 * Gives every shard of `node_probe` a row, and writes down its id: so one row of each node can be asked for, wherever
 * the shards lie.
 */
async function probeEveryShard<T> (trx: Kysely<T>): Promise<void> {
  await run(trx, `
    CREATE TABLE IF NOT EXISTS ${PROBES} (shardid bigint PRIMARY KEY, id smallint NOT NULL);
    GRANT SELECT ON ${PROBES} TO PUBLIC;
    INSERT INTO ${PROBES}
    SELECT get_shard_id_for_distribution_column('node_probe', id::int2) AS shard, min(id)
    FROM generate_series(0, 32767) AS id GROUP BY shard
    ON CONFLICT (shardid) DO UPDATE SET id = excluded.id`)
  await run(trx, `INSERT INTO node_probe SELECT id FROM ${PROBES} ON CONFLICT DO NOTHING`)
}
