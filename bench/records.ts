import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildApp } from '../src/app.ts'
import { loadCatalogue } from '../src/catalogue/load/index.ts'
import { openCatalogue } from '../src/catalogue/live.ts'
import { openDatabase } from '../src/postgres/database.ts'
import { startEmbeddedPostgres } from '../src/embedded-postgres/postgres.ts'
import { migrate } from '../src/postgres/migrate.ts'

/**
 * `npm run bench:records`: a million schemaless records; what a dashboard's query costs, and what a download of all.
 */
const RECORDS = Number(process.argv[2] ?? 1_000_000)
const OPERATOR = { authorization: 'Bearer operator-token-of-the-bench' }
const FIELDS = { dimensions: ['channel', 'ward', 'service'], measures: ['count', 'minutes'] }
const YEAR = 'start_at=2013-12-30T00:00:00Z&end_at=2014-12-29T00:00:00Z'
const WEEKLY = `period=week&group_by=channel&collect=count:sum&${YEAR}`

const directory = mkdtempSync(join(tmpdir(), 'lpp-bench-'))
const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
const database = openDatabase({ connectionString: postgres.url, size: 4, onConnectionLost: () => undefined })
try {
  await migrate(database.db)
  await loadCatalogue(database.db, new Date())
  const catalogue = await openCatalogue(database.db, Date.now)
  const app = await buildApp({
    database,
    catalogue,
    clock: Date.now,
    operatorToken: OPERATOR.authorization.slice(7),
    logger: pino({ level: 'silent' })
  })
  const put = async (type: string, settings: object) =>
    await app.inject({
      method: 'PUT',
      url: `/v1/data-sets/bench/${type}`,
      headers: OPERATOR,
      payload: { raw_queries_allowed: true, ...settings }
    })
  await put('raw', {})
  await put('rolled-up', {})
  for (const type of ['raw', 'rolled-up']) {
    await report(`insert ${RECORDS} records (${type})`, async () =>
      await fill(type))
  }
  await database.pool.query('VACUUM ANALYZE record')
  await report('sum them by the declared dimensions', async () => await put('rolled-up', FIELDS))
  await database.pool.query('VACUUM ANALYZE record_rollup')
  await checkEqual()
  for (const type of ['raw', 'rolled-up']) {
    await fastest(
      `weekly group_by, one collect, a year: ${type}`,
      async () => await app.inject(`/data/bench/${type}?${WEEKLY}`)
    )
    await fastest(
      `weekly group_by of two fields: ${type}`,
      async () => await app.inject(`/data/bench/${type}?${WEEKLY}&group_by=ward`)
    )
  }
  const address = await app.listen({ port: 0 })
  for (const query of ['', '?format=csv', '?sort_by=count:descending']) {
    await download(`${address}/data/bench/raw${query}`)
  }
  await app.close()

  async function checkEqual (): Promise<void> {
    const [raw, rolledUp] = await Promise.all(['raw', 'rolled-up'].map(async (type) =>
      (await app.inject(`/data/bench/${type}?${WEEKLY}`)).body
    ))
    if (
      raw === undefined || raw.length < 1000 || raw !== rolledUp
    ) throw new Error('the rollup answers otherwise than the records')
  }
} finally {
  await database.close()
  await postgres.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function fill (type: string): Promise<void> {
  const client = await database.pool.connect()
  await client.query('SET statement_timeout = 0')
  await client.query(
    `
    INSERT INTO record (data_set_id, id, at, updated_at, body)
    SELECT s.id, 'r' || i, timestamptz '2013-12-30' + (i * 31449600 / $2) * interval '1 second', now(),
      jsonb_build_object(
      'channel', (ARRAY['Digital', 'Phone', 'FaceToFace', 'Other'])[1 + i * 7919 % 4], 'ward',
        'Ward ' || i * 104729 % 17,
      'service', (ARRAY['bins', 'council-tax', 'housing', 'libraries', 'parking', 'planning'])[1 + i * 15485863 % 6],
      'count', i * 31 % 500, 'minutes', (i * 37 % 2000) / 4.0)
    FROM data_set s, generate_series(1::bigint, $2::bigint) AS i WHERE s.data_type = $1`,
    [type, RECORDS]
  )
  await client.query(
    `
    UPDATE data_set_version SET kinds = '{"string channel": 1, "string ward": 1, "string service": 1,
      "number count": 1, "number minutes": 1}'
    WHERE data_set_id = (SELECT id FROM data_set WHERE data_type = $1)`,
    [type]
  ) // as their writes would have noted
  client.release(true)
}

async function report (what: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await work()
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

async function fastest (what: string, work: () => Promise<{ statusCode: number }>): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < 7; i++) {
    await database.pool.query('SELECT pg_current_xact_id()') // a commit: what was kept holds no longer
    const started = performance.now()
    if ((await work()).statusCode !== 200) throw new Error(what)
    times.push(performance.now() - started)
  }
  const [first] = times
  times.sort((a, b) => a - b)
  console
    .log(`${what}: median ${times[3]?.toFixed(1)} ms (fastest ${times[0]?.toFixed(1)}, first ${first?.toFixed(1)})`)
}

async function download (url: string): Promise<void> {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let [peak, bytes] = [before, 0]
  const started = performance.now()
  const { body } = await fetch(url)
  if (body === null) throw new Error(url)
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const mib = (size: number): string => (size / 2 ** 20).toFixed(0)
  console
    .log(`download ${url.replace(/^.*bench/, '')}: ${mib(bytes)} MiB in ${((performance.now() - started) / 1000).toFixed(1)} s, memory ${mib(before)} to ${mib(peak)} MiB`)
}
