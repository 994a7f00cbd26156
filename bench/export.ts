import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { fillEvents } from './support/fill.ts'
import { Connection, post } from './support/http.ts'
import { median, quantile, residentMiB } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/**
 * Exports of a source's events and of all series, in every format, while a sender sends: how long they take beside a
 * COPY of as many rows, the memory of the service at its most, and what the sender loses.
 */
const SIZES = (process.env['SIZES'] ?? '1000000,10000000').split(',').map(Number)
const FORMATS = (process.env['FORMATS'] ?? 'ndjson,csv.gz,parquet').split(',')
const SERIES_FORMATS = (process.env['SERIES_FORMATS'] ?? FORMATS.join(',')).split(',')
const LARGEST_FORMATS = (process.env['LARGEST_FORMATS'] ?? FORMATS.join(',')).split(',')
const SERIES_SIZES = (process.env['SERIES_SIZES'] ?? SIZES.join(',')).split(',').map(Number)
const MOST = Math.max(...SERIES_SIZES)
/** Days of twenty years: two events of a service make so many rows of its whole, its channel and its outcome each. */
const [FIRST, LAST, DAYS, GROUPS] = ['2005-01-01', '2024-12-31', 7305, 3]
/** Some authorities were not there yet on the first day. */
const SPARE = 1.5
const [FILL, BATCH, BATCHES, PACE_MS] = [200_000, 1000, 400, 500]

const perAuthority = DAYS * GROUPS * 4
const site = await startSite({ authorities: Math.ceil(MOST / perAuthority * SPARE) + 1, perAuthority: BATCH * BATCHES })
const { places, services } = site.shape
const json = { 'content-type': 'application/json' }
const client = new pg.Client({ connectionString: site.databaseUrl })
await client.connect()

// The sender has the last authority to itself.
const sender = places.length - 1
const batches = Array.from({ length: BATCHES }, (_, n) => post('/v1/events', { ...site.headers[sender], ...json }, `[${
  Array.from({ length: BATCH }, (_, i) => toJson(sample(site.shape, sender, n * BATCH + i))).join(',')}]`))
let nextBatch = 0
let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, residentMiB(site.service.pid))
}, 100)

/** Sends a batch every half second until `isOver`; the milliseconds until each is acknowledged. */
async function send (isOver: () => boolean): Promise<number[]> {
  const connection = new Connection(site.url)
  const took: number[] = []
  while (!isOver()) {
    const began = performance.now()
    const { status, body } = await connection.send(batches[nextBatch++ % BATCHES]!) // beyond the last they come again
    if (status !== 200) throw new Error(`${status} ${body.toString().slice(0, 300)}`)
    took.push(performance.now() - began)
    await wait(Math.max(0, PACE_MS - (performance.now() - began)))
  }
  connection.close()
  return took
}

/** Takes an answer as bytes, and throws them away: the client shares the cores with what it measures. */
async function take (path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(site.url)
  const socket = connect({ host: hostname, port: Number(port) })
  const lines = Object.entries({ host: hostname, connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  let [bytes, first] = [0, '']
  let last: Buffer = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (bytes === 0) first = chunk.toString('latin1', 0, 15)
    bytes += chunk.length
    last = chunk.length < 5 ? Buffer.concat([last, chunk]) : chunk
  }
  if (first !== 'HTTP/1.1 200 OK') throw new Error(first)
  if (last.subarray(-5).toString() !== '0\r\n\r\n') throw new Error('the answer was cut off')
  return bytes
}

async function seconds (work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

const rows: Row[] = []
async function measure (
  { what, format, count, path, headers = {}, copy }:
  { what: string, format: string, count: number, path: string, headers?: Record<string, string>, copy: number }
): Promise<void> {
  await wait(3000)
  const quiet = await send(untilAfter(8000))
  const before = residentMiB(site.service.pid)
  peak = 0
  let [isOver, bytes] = [false, 0]
  const sending = send(() => isOver)
  const took = await seconds(async () => {
    bytes = await take(path, headers)
  })
  isOver = true
  const meanwhile = await sending
  const row = {
    export: what,
    format,
    rows: count,
    seconds: took,
    'rows/s': count / took,
    MiB: bytes / 2 ** 20,
    'COPY seconds': copy,
    'times COPY': took / copy,
    'service MiB, most': peak,
    'service MiB, before': before,
    'a batch, quiet, ms': median(quiet),
    'meanwhile, ms': median(meanwhile),
    'of 20 the slowest': quantile(meanwhile, 0.95)
  }
  rows.push(row)
  console.log(JSON.stringify(row))
}

function untilAfter (ms: number): () => boolean {
  const end = performance.now() + ms
  return () => performance.now() > end
}

const copied = async (): Promise<number> => await seconds(async () => {
  const stream = client.query(copyTo('COPY event TO STDOUT'))
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length
  if (bytes === 0) throw new Error('nothing was copied')
})

// Two events a service make every day of twenty years one of the answer.
const EVENT = { type: 'transaction', channel: 'web', outcome: 'completed', count: 1 }
const filled: string[] = []
for (const [n, { slug }] of places.slice(0, sender).entries()) {
  const events = services.flatMap(({ slug: service }) => [FIRST, LAST].map((day) =>
    ({ ...EVENT, id: `${service}-${day}`, authority: slug, service, occurred_at: `${day}T12:00:00Z` })))
  const answer = await fetch(`${site.url}/v1/events`, {
    method: 'POST', headers: { ...site.headers[n], ...json }, body: JSON.stringify(events)
  })
  if (answer.ok) filled.push(slug)
}
await site.settle()

const serials = [1]
const first = { ...site, shape: { ...site.shape, places: places.slice(0, 1) } }
for (const size of SIZES.toSorted((a, b) => a - b)) {
  while (serials[0]! < size) await fillEvents(first, Math.min(FILL, size - serials[0]! + 1), serials)
  await client.query('VACUUM ANALYZE event')
  const copy = await copied()
  for (const format of size === Math.max(...SIZES) ? LARGEST_FORMATS : FORMATS) {
    await measure({
      what: 'events', format, count: size, path: `/v1/export/events?format=${format}`, headers: site.headers[0]!, copy
    })
  }
  const some = filled.slice(0, Math.round(size / perAuthority)).map((slug) => `authority=${slug}`)
  const query = `period=day&measure=count&${some.length > 500 ? '' : some.join('&')}`
  for (const format of SERIES_SIZES.includes(size) ? SERIES_FORMATS : []) {
    await measure({
      what: 'series', format, count: some.length * perAuthority, path: `/v1/export/series?format=${format}&${query}`, copy
    })
  }
}
clearInterval(watch)
report('export', 'Exports while a sender sends', rows)
await client.end()
await site.stop()
