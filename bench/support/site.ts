import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { openDatabase, type Database } from '../../src/postgres/database.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded-postgres/postgres.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { parentOf } from './measure.ts'
import { measuredOn } from './results.ts'
import { SERVICES, type Place, type Shape } from './shape.ts'

const OPERATOR_TOKEN = 'operator-token-of-the-bench'
const ROOT = join(import.meta.dirname, '../..')
/** As `npm start` has it, limits of memory included. */
const START = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }).scripts
  .start.replace(/^exec /, '').split(' ').slice(1)

/**
 * A Postgres with fsync and synchronous_commit on, the real service as a process of its own, and the pilot's sources.
 */
export interface Site {
  url: string
  database: Database
  databaseUrl: string
  postgresPid: number
  service: { pid: number, startMs: number }
  shape: Shape
  /** Headers with the token of the authority's source. */
  headers: Array<Record<string, string>>
  /** Headers with the operator's token. */
  operator: Record<string, string>
  restartService: () => Promise<void>
  /**
   * Waits until what is pending is folded but for a little, so that what is measured next has the machine to itself.
   */
  settle: () => Promise<void>
  verify: () => Promise<number>
  stop: () => Promise<void>
}

export interface SiteOptions {
  authorities: number
  perAuthority: number
  nodeArgs?: string[]
  /** An empty database; left out: of BENCH_DATABASE_URL, or of a Postgres of its own. */
  databaseUrl?: string | undefined
  env?: Record<string, string>
}

export async function startSite (
  { authorities, perAuthority, nodeArgs = [], env = {}, databaseUrl }: SiteOptions
): Promise<Site> {
  const directory = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'lpp-bench-'))
  const postgres = await postgresFor(directory, databaseUrl)
  const start = async () => await startService(postgres.url, nodeArgs, env)
  let service = await start()
  const database = openDatabase({ connectionString: postgres.url, size: 4, onConnectionLost: () => undefined })
  const { rows: [durable] } = await database.pool.query("SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('server_version_num')::int / 10000 AS version")
  measuredOn({ version: String(durable.version), own: postgres.pid !== undefined })
  if (durable.fsync !== 'on' || durable.commit !== 'on') {
    throw new Error('the bench needs fsync and synchronous_commit on')
  }
  const shape = await makeShape(database, authorities, perAuthority)
  const headers: Site['headers'] = []
  for (const { slug } of shape.places) headers.push(await makeSource(service.url, slug))
  return {
    get url () {
      return service.url
    },
    database,
    databaseUrl: postgres.url,
    postgresPid: postgres.pid ?? await postmasterPid(database),
    get service () {
      return { pid: service.child.pid!, startMs: service.startMs }
    },
    shape,
    headers,
    operator: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    restartService: async () => {
      await stopService(service.child)
      service = await start()
    },
    settle: async () => {
      while ((await database.pool.query('SELECT FROM rollup_pending LIMIT 250')).rowCount === 250) await wait(200)
    },
    verify: async () => {
      const client = new pg.Client({ connectionString: postgres.url })
      await client.connect()
      await client.query("SET work_mem = '256MB'")
      const differences = await findDifferences(client, 10)
      await client.end()
      return differences.length
    },
    stop: async () => {
      await stopService(service.child)
      await database.close()
      await postgres.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** Our own, or an empty database of another Postgres on this machine. */
async function postgresFor (
  directory: string, url = process.env['BENCH_DATABASE_URL']
): Promise<Pick<EmbeddedPostgres, 'url' | 'pid' | 'stop'>> {
  if (url !== undefined) return { url, pid: undefined, stop: async () => undefined }
  const statements = process.env['BENCH_STATEMENTS'] === undefined
    ? {}
    : { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' }
  return await startEmbeddedPostgres({ directory, log: () => undefined, settings: statements })
}

async function postmasterPid ({ pool }: Database): Promise<number> {
  const { rows: [backend] } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return parentOf(backend!.pid)
}

async function startService (databaseUrl: string, nodeArgs: string[], env: Record<string, string>) {
  const started = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, ...START], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      PORT: '0',
      OPERATOR_TOKEN,
      LOG_LEVEL: 'info',
      RELEASE_AT: '23:59', // a release that is due takes a core for as long as it lasts
      ...env
    },
    stdio: ['ignore', 'pipe', process.env['BENCH_LOG'] === undefined ? 'ignore' : 'inherit']
  })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    const url = /at (http:\S+)/.exec(said)?.[1]
    if (url === undefined) continue
    return { child, url, startMs: performance.now() - started }
  }
  throw new Error(`the service did not start: ${said}`)
}

async function stopService (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

const WARDS = 20

async function makeShape ({ db, pool }: Database, authorities: number, perAuthority: number): Promise<Shape> {
  const { directory } = await openCatalogue(db, Date.now)
  const services = SERVICES.map((slug) => {
    const service = directory.services.find((one) => one.slug === slug)
    if (service === undefined) throw new Error(slug)
    return service
  })
  const delivering = directory.authorities.filter((authority) =>
    services.every((service) => directory.provision(authority, service).delivers === 'yes')
  )
  const chosen = delivering.slice(0, authorities)
  if (chosen.length < authorities) {
    throw new Error(`only ${chosen.length} authorities deliver all of ${SERVICES.join(', ')}`)
  }
  const places: Place[] = []
  for (const { id, slug } of chosen) {
    const codes = Array.from({ length: WARDS }, (_, i) => `E05${String(900_000 + id * 100 + i)}`)
    const { rows } = await pool.query<{ id: number, code: string }>(
      `
      INSERT INTO area (authority_id, code, provisional_code, slug, name) SELECT $1, code, true, lower(code),
        code FROM unnest($2::text[]) AS row(code)
      RETURNING id, code`,
      [id, codes]
    )
    places.push({ id, slug, prefix: slug.replaceAll('-', '').slice(0, 4).toUpperCase() + String(id), wards: rows })
  }
  return {
    places,
    services: services.map(({ slug, id }) => ({ slug, id })),
    channels: new Map(directory.channels.map(({ slug, id }) => [slug, id])),
    perAuthority
  }
}

async function makeSource (url: string, slug: string): Promise<Record<string, string>> {
  const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const put = await fetch(`${url}/v1/sources/${slug}/bench`, {
    method: 'PUT',
    headers: { ...operator, 'content-type': 'application/json' },
    body: JSON.stringify({ services: SERVICES })
  })
  if (!put.ok) throw new Error(await put.text())
  const token = await fetch(`${url}/v1/sources/${slug}/bench/tokens`, { method: 'POST', headers: operator })
  return { authorization: `Bearer ${(await token.json() as { token: string }).token}` }
}
