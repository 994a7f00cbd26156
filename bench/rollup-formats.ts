import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/embedded-postgres/postgres.ts'
import { copyRows } from '../src/postgres/copy-rows.ts'
import { CopyWriter } from '../src/postgres/copy-writer.ts'
import { openDatabase } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { EVENT_ROLLUPS as ROLLUPS, OF_EVENTS, type Rollup } from '../src/rollups/dimensions.ts'
import { foldPending, lockSeries } from '../src/rollups/fold.ts'
import { parsePacked } from '../src/rollups/packed.ts'
import { RollupChange, type RollupRow } from '../src/rollups/index.ts'
import { insertPacked, PENDING_ARRAYS, rowColumns, sumsOf, viewKeys, viewKeysOfRows } from '../src/rollups/sql.ts'
import { cpuSeconds, median } from './support/measure.ts'
import { table as toTable } from './support/results.ts'

/** Rollups as plain rows, as arrays of numbers and as bytes: reading, folding, pending events, bytes a stored event. */
const [EVENTS, TIMES, AUTHORITIES, FOLDED] = [
  Number(process.env['EVENTS'] ?? 1_000_000), Number(process.env['TIMES'] ?? 40), 50, 10_000
]
const YEAR_DAYS = 366 // of 2024
const directory = mkdtempSync(join(tmpdir(), 'lpp-formats-'))
const postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
const database = openDatabase({ connectionString: postgres.url, size: 4, onConnectionLost: () => undefined })
await migrate(database.db)
const client = await database.pool.connect()
await client.query('SET statement_timeout = 0')

const cells = (events: number, authorities: number, days: string): string => `
  SELECT (1 + n % ${authorities})::int2 AS authority_id, (1 + floor(power(random(), 1.5) * 4))::int2 AS service_id,
    1::int2 AS type, ${days} AS local_date, 1::int2 AS outcome,
    (1 + floor(power(random(), 1.3) * 6))::int2 AS channel_id, (ward * 1000 + floor(power(random(), 1.5) * 85))::int
    AS street, ward AS ward_id, 1::int8 AS events, 1::int8 AS count, 0::int8 AS avoidable
  FROM (SELECT n, (n % ${authorities} * 20 + floor(random() * 20))::int AS ward
    FROM generate_series(0, ${events} - 1) AS n) AS event`
// What is folded is what came in last: a week of some authorities.
await client.query(`
  CREATE UNLOGGED TABLE raw AS ${cells(EVENTS, AUTHORITIES, `date '2024-01-01' + (n::int8 * ${YEAR_DAYS} / ${EVENTS})::int`)};
  CREATE UNLOGGED TABLE more AS ${cells(FOLDED, 10, "date '2024-12-10' + n % 7")}`)
for (const rollup of ROLLUPS) {
  const { view, folded, by } = rollup
  const keys = viewKeys(rollup)
  await client.query(insertPacked(rollup, 'SELECT * FROM raw'))
  await client.query(`
    CREATE TABLE ${view}_plain AS SELECT ${viewKeysOfRows(rollup)}, ${sumsOf(OF_EVENTS)} FROM raw
      GROUP BY ${keys.map((_, i) => i + 1).join(', ')} ORDER BY ${keys.map((_, i) => i + 1).join(', ')};
    ALTER TABLE ${view}_plain ADD PRIMARY KEY (${keys.join(', ')}) INCLUDE (events, count, avoidable);
    CREATE TABLE ${view}_arrays AS SELECT ${by.map((name) => `f.${name}`).join(', ')}, a.* FROM ${folded} AS f
      CROSS JOIN LATERAL (SELECT array_agg(key ORDER BY key) AS keys, array_agg(events::int4 ORDER BY key) AS events
        FROM rollup_packed_sums(f.keys, f.events, f.counts, f.avoidable)) AS a ORDER BY ${by.map((_, i) => i + 1).join(', ')};
    ALTER TABLE ${view}_arrays ADD PRIMARY KEY (${by.join(', ')})`)
}
await client.query('VACUUM ANALYZE')

const { rows: [backend] } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
/** Milliseconds of CPU, of this process and of Postgres: others may use the machine at the same time. */
async function cpuOf (times: number, work: () => Promise<unknown>): Promise<number> {
  const used = (): number => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 +
    cpuSeconds(backend!.pid, false) * 1000
  const before = used()
  for (let i = 0; i < times; i++) await work()
  return (used() - before) / times
}
async function often (work: () => Promise<unknown>): Promise<number> {
  await cpuOf(5, work)
  return await cpuOf(TIMES, work)
}

/** Sums by key as the service makes them of bytes and of arrays as text, and as Postgres makes them of plain rows. */
async function ways (rollup: Rollup, authorityIds: number[], plain: string) {
  const { view, folded, span, key } = rollup
  const packedWay = async <Column>(
    table: string, columns: string, parse: (keys: Column, events: Column) => [number[], number[]]
  ): Promise<number> =>
    await often(async () => {
      const sums = new Map<number, number>()
      const { rows } = await client.query<{ start: number, keys: Column, events: Column }>({
        name: table,
        text: `SELECT ${span} - date '2023-01-01' AS start, ${columns} FROM ${table} WHERE authority_id = ANY ($1::int2[])
          AND service_id = 1 AND type = 1 AND ${span} >= '2024-01-01'`,
        values: [authorityIds]
      })
      for (const row of rows) {
        const [keys, events] = parse(row.keys, row.events)
        for (const [i, n] of keys.entries()) {
          let sum = row.start
          for (const { shift, mask } of key) sum = sum * 4096 + (n >>> shift & mask)
          sums.set(sum, (sums.get(sum) ?? 0) + (events[i] ?? 0))
        }
      }
    })
  const bytes = await packedWay<Buffer>(folded, 'keys, events', (keys, events) => {
    const sums = parsePacked(OF_EVENTS, { keys, events, counts: NONE, avoidable: NONE })
    return [sums.keys, sums.measures[0] ?? []]
  })
  const numbers = (text: string): number[] => JSON.parse(`[${text.slice(1, -1)}]`) as number[]
  const arrays = await packedWay<string>(`${view}_arrays`, 'keys::text, events::text', (keys, events) =>
    [numbers(keys), numbers(events)])
  const rows = await often(async () => await client.query({
    name: `plain-${view}-${authorityIds.length}`,
    text: `SELECT ${plain}, sum8(count) FROM ${view}_plain WHERE authority_id = ANY ($1::int2[]) AND service_id = 1
      AND type = 1 GROUP BY ${plain}`,
    values: [authorityIds]
  }))
  return { 'plain rows': rows, arrays, bytes }
}
const NONE = Buffer.alloc(0)
const all = Array.from({ length: AUTHORITIES }, (_, i) => i + 1)
const [weeks, days, wardDays, streets] = ROLLUPS as [Rollup, Rollup, Rollup, Rollup]
const WEEK = "date_trunc('week', local_date::timestamp)::date"
const table = [
  { 'ms of CPU': 'R1 weeks by channel from days, one authority', ...await ways(days, [7], `${WEEK}, channel_id`) },
  { 'ms of CPU': 'R2 weeks of 50 authorities from weeks', ...await ways(weeks, all, 'authority_id, week') },
  { 'ms of CPU': 'R2 weeks of 50 authorities from days', ...await ways(days, all, `authority_id, ${WEEK}`) },
  {
    'ms of CPU': 'R3 a year of wards by channel, for a plan',
    ...await ways(wardDays, [7], 'ward_id, month, channel_id, outcome'.replace('month', "date_trunc('month', local_date::timestamp)"))
  },
  { 'ms of CPU': 'R4 a year of streets, for a plan', ...await ways(streets, [7], 'ward_id, street, outcome') }
]

/** Folds the same events into tables that have the year: plain rows by one upsert each, bytes as the service does. */
async function folding () {
  const plain: number[] = []
  const bytes: number[] = []
  const series = all.flatMap((authorityId) => [1, 2, 3, 4].map((serviceId) => ({ authorityId, serviceId, type: 1 })))
  for (let i = 0; i < 5; i++) {
    await client.query('BEGIN')
    plain.push(await cpuOf(1, async () => {
      for (const rollup of ROLLUPS) {
        const keys = viewKeys(rollup)
        await client.query(`INSERT INTO ${rollup.view}_plain AS t SELECT ${viewKeysOfRows(rollup)}, ${sumsOf(OF_EVENTS)} FROM more
          GROUP BY ${keys.map((_, i) => i + 1).join(', ')} ON CONFLICT (${keys.join(', ')}) DO UPDATE
          SET events = t.events + excluded.events, count = t.count + excluded.count, avoidable = t.avoidable + excluded.avoidable`)
      }
    }))
    await client.query('ROLLBACK; BEGIN')
    await copyRows(client, { table: 'rollup_pending', columns: ['authority_id', 'service_id', 'type', ...PENDING_ARRAYS] }, (await change()).rows)
    bytes.push(await cpuOf(1, async () => {
      await lockSeries(client, series)
      await foldPending(client, series)
    }))
    await client.query('ROLLBACK')
  }
  return { 'plain rows': median(plain) * 1000 / FOLDED, bytes: median(bytes) * 1000 / FOLDED }
}

async function eventRows (): Promise<RollupRow[]> {
  const { rows } = await client.query<RollupRow>(`SELECT authority_id AS "authorityId", service_id AS "serviceId", type,
    local_date - date '1970-01-01' AS "localDay", outcome, channel_id AS "channelId", street, ward_id AS "wardId",
    count, false AS avoidable FROM more`)
  return rows
}
async function change (): Promise<RollupChange> {
  const change = new RollupChange()
  for (const row of await eventRows()) change.add(row, 1)
  return change
}

/** COPY of pending events in batches of a thousand: a row an event, or arrays of a row's events. */
async function pending () {
  await client.query(`CREATE TABLE pending_rows AS SELECT * FROM more LIMIT 0;
    CREATE INDEX ON pending_rows (authority_id, service_id, type)`)
  const rows = await eventRows()
  const arrays = (await change()).rows
  const writer = new CopyWriter(100 * rows.length)
  for (const row of rows) {
    writer.row(rowColumns(OF_EVENTS).length, 100)
    for (const n of [row.authorityId, row.serviceId, row.type]) writer.int2(n)
    writer.date(row.localDay)
    writer.int2(row.outcome)
    writer.int2(row.channelId)
    writer.int4(row.street)
    writer.int4(row.wardId)
    for (const n of [1, row.count, 0]) writer.int8(n)
  }
  const plain = writer.written
  const [ofRows, ofArrays]: [number[], number[]] = [[], []]
  for (let i = 0; i < 9; i++) {
    ofRows.push(await cpuOf(4, async () => await copyRows(client, { table: 'pending_rows', columns: rowColumns(OF_EVENTS) }, plain)))
    ofArrays.push(await cpuOf(4, async () =>
      await copyRows(client, { table: 'rollup_pending', columns: ['authority_id', 'service_id', 'type', ...PENDING_ARRAYS] }, arrays)))
  }
  return { 'plain rows': median(ofRows) * 1000 / FOLDED, arrays: median(ofArrays) * 1000 / FOLDED }
}
const sizeOf = async (suffix: string): Promise<number> => {
  const names = ROLLUPS.map(({ view }) => `'${view}${suffix}'`).join(', ')
  const { rows } = await (client).query<{ bytes: number }>(
    `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relname IN (${names})`)
  return rows[0]!.bytes / EVENTS
}
const sizes = { 'plain rows': await sizeOf('_plain'), arrays: await sizeOf('_arrays'), bytes: await sizeOf('_folded') }
process.stdout.write(toTable([
  ...table,
  { 'ms of CPU': `fold ${FOLDED} events, us an event`, ...await folding() },
  { 'ms of CPU': 'write pending events, us an event', ...await pending() },
  { 'ms of CPU': 'bytes a stored event', ...sizes }
]))
client.release()
await database.close()
await postgres.stop()
rmSync(directory, { recursive: true, force: true })
