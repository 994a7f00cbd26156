import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { loadCatalogue } from '../../src/catalogue/load/index.ts'
import { loadAttributes } from '../../src/catalogue/load-attributes.ts'
import { loadKpis } from '../../src/catalogue/load-kpis.ts'
import { openDatabase } from '../../src/postgres/database.ts'
import { startEmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import type { Tables } from '../../src/postgres/tables.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { partition } from '../../src/postgres/partitions.ts'
import { distributeTemplate, makeClusterDatabase, type TestCluster } from './cluster.ts'

export interface TestPostgres { url: string, template: string, stop: () => Promise<void> }

/**
 * TEST_DATABASE_URL, else a container where a Docker engine answers, else the embedded one; or a cluster. With a
 * migrated template, whose events are in parts with TEST_PARTITIONS in the environment.
 */
export async function startTestPostgres (cluster?: TestCluster): Promise<TestPostgres> {
  const { url, stop } = cluster === undefined
    ? await given() ?? await container() ?? await embedded()
    : { url: cluster.coordinator, stop: async () => undefined }
  const template = `lpp_template_${randomBytes(4).toString('hex')}`
  if (cluster === undefined) {
    await onServer(url, async (client) => {
      await client.query(`CREATE DATABASE ${template}`)
    })
  } else await makeClusterDatabase(cluster, template)
  await fillDatabase(databaseUrl(url, template))
  if (cluster !== undefined) await distributeTemplate(cluster, template)
  return {
    url,
    template,
    stop: async () => {
      for (const server of [url, ...cluster?.workers ?? []]) {
        await onServer(server, async (client) => {
          await client.query(`DROP DATABASE ${template} WITH (FORCE)`)
        }).catch(() => undefined)
      }
      await stop()
    }
  }
}

/** Migrates a database that was made, and loads what is shipped. */
export async function fillDatabase (connectionString: string): Promise<void> {
  const database = openDatabase({ connectionString, size: 2, onConnectionLost: () => undefined })
  await migrate(database.db)
  if (process.env['TEST_PARTITIONS'] !== undefined) {
    await database.db.transaction().execute(async (trx) => await partition<Tables>(trx))
  }
  await loadCatalogue(database.db, new Date())
  await loadKpis(database.db, new Date())
  await loadAttributes(database.db)
  await database.close()
}

interface Server { url: string, stop: () => Promise<void> }

async function given (): Promise<Server | undefined> {
  const url = process.env['TEST_DATABASE_URL']
  return url === undefined || url === '' ? undefined : { url, stop: async () => undefined }
}

async function container (): Promise<Server | undefined> {
  if (spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5000 }).status !== 0) return undefined
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const started = await new PostgreSqlContainer('postgres:18-alpine').start()
  return {
    url: started.getConnectionUri(),
    stop: async () => {
      await started.stop()
    }
  }
}

async function embedded (): Promise<Server> {
  const directory = mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : tmpdir(), 'lpp-test-'))
  // Tests prove crash safety with a Postgres of their own; here nothing needs to survive a power cut.
  const postgres = await startEmbeddedPostgres({
    directory, log: () => undefined, settings: { fsync: 'off', full_page_writes: 'off' }
  })
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** Where Linux keeps files in memory: a disk takes several times as long for databases that come and go. */
const MEMORY = '/dev/shm'
const ROOM = 4 * 2 ** 30

function hasRoom (folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > ROOM
}

/** The URL of another database on the same server. */
export function databaseUrl (url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

export async function onServer (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
