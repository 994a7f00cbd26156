import { readFileSync } from 'node:fs'
import pg from 'pg'
import type { Source } from '../../src/catalogue/directory.ts'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { loadCatalogue } from '../../src/catalogue/load/index.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { partition, unpartition } from '../../src/postgres/partitions.ts'
import type { Tables } from '../../src/postgres/tables.ts'

/** One of the databases that are compared; all that is measured goes over one connection. */
export interface Side {
  name: string
  sources: Source[]
  pool: pg.Pool
  /** Seconds of CPU that the backend of the connection used so far. */
  cpu: () => number
  serial: number
  close: () => Promise<void>
}

export interface SideOptions {
  server: string
  name: string
  /** Of each table of events; undefined: plain tables. */
  parts: number | undefined
  authorities: number
}

/** Makes an empty database with some sources. */
export async function openSide ({ server, name, parts, authorities }: SideOptions): Promise<Side> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  const connectionString = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const database = openDatabase({ connectionString, size: 2, onConnectionLost: () => undefined })
  await migrate(database.db)
  await loadCatalogue(database.db, new Date())
  await database.db.transaction().execute(async (trx) => {
    await unpartition<Tables>(trx)
    if (parts !== undefined) await partition<Tables>(trx, parts)
  })
  const sources = await makeSources(database, authorities)
  const { writers: pool } = database // of this size it has one connection
  const { rows: [backend] } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return {
    name,
    sources,
    pool,
    cpu: () => Number(readFileSync(`/proc/${backend?.pid ?? ''}/schedstat`, 'utf8').split(' ')[0]) / 1e9,
    serial: 0,
    close: async () => await database.close()
  }
}

async function makeSources ({ db, pool }: Database, authorities: number): Promise<Source[]> {
  await pool.query(
    `INSERT INTO source (authority_id, name, services, provider_for, channels, created_at, updated_at)
    SELECT id, 'bench', ARRAY(SELECT id FROM service ORDER BY id LIMIT 4), '{}', '{}', now(), now()
    FROM authority ORDER BY id LIMIT $1`,
    [authorities]
  )
  const { directory } = await openCatalogue(db, Date.now)
  return [...directory.sources]
}
