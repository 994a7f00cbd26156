import { Connection, get, post, sendAll } from './support/http.ts'
import { cpuSeconds, median, parentOf } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite, type Site } from './support/site.ts'

/**
 * A cluster against a single Postgres of the same version on the same machine, by turns: batches, single events, reads.
 * BENCH_CLUSTER_URL and BENCH_SINGLE_URL are databases without rows, of which the first is migrated and distributed
 * (docs/scaling.md). What counts is the ratio: machines share their cores here that would have some each.
 */
const [ROUNDS, EVENTS, SINGLES, TIMES, AUTHORITIES] = [
  Number(process.env['ROUNDS'] ?? 5), Number(process.env['EVENTS'] ?? 40_000), Number(process.env['SINGLES'] ?? 4000),
  Number(process.env['TIMES'] ?? 40), 50
]
const [BATCH, BATCHING, SINGLY] = [1000, 4, 32]

interface Side { site: Site, serials: number[], nodes: number[] }

const sides = { single: await side('BENCH_SINGLE_URL'), cluster: await side('BENCH_CLUSTER_URL') }
type Name = keyof typeof sides
const names = Object.keys(sides) as Name[]

async function side (variable: string): Promise<Side> {
  const databaseUrl = process.env[variable]
  if (databaseUrl === undefined) throw new Error(`${variable} is not set: see the head of this file`)
  const site = await startSite({ authorities: AUTHORITIES, perAuthority: 10 * EVENTS, databaseUrl })
  const { rows } = await site.database.pool.query<{ pid: number }>(
    "SELECT result::int AS pid FROM run_command_on_workers('SELECT pg_backend_pid()')"
  ).catch(() => ({ rows: [] }))
  return {
    site,
    serials: site.shape.places.map(() => 0),
    nodes: [site.postgresPid, ...rows.map(({ pid }) => parentOf(pid))]
  }
}

const json = { 'content-type': 'application/json' }
const next = ({ site, serials }: Side, place: number) => sample(site.shape, place, serials[place]!++)

function batches (side: Side): Buffer[] {
  return Array.from({ length: EVENTS / BATCH }, (_, n) => {
    const place = n % AUTHORITIES
    const events = Array.from({ length: BATCH }, () => toJson(next(side, place)))
    return post('/v1/events', { ...side.site.headers[place], ...json }, `[${events.join(',')}]`)
  })
}

const singles = (side: Side): Buffer[] => Array.from({ length: SINGLES }, (_, n) =>
  post('/v1/events', { ...side.site.headers[n % AUTHORITIES], ...json }, toJson(next(side, n % AUTHORITIES))))

const rows: Row[] = []

async function ingest (
  what: string, make: (side: Side) => Buffer[], connections: number, events: number
): Promise<void> {
  const rates: Record<Name, number[]> = { single: [], cluster: [] }
  const cpu: Record<Name, number[][]> = { single: [], cluster: [] }
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { site, nodes } = sides[name]
      const requests = make(sides[name])
      const before = nodes.map((pid) => cpuSeconds(pid, true))
      const { seconds } = await sendAll(site.url, requests, connections)
      const used = nodes.map((pid, n) => (cpuSeconds(pid, true) - (before[n] ?? 0)) / events * 1e6)
      if (round < 0) continue // the first fills caches and plans
      rates[name].push(events / seconds)
      cpu[name].push(used)
    }
    for (const name of names) await sides[name].site.settle()
  }
  const ofNodes = (name: Name): string =>
    sides[name].nodes.map((_, n) => median(cpu[name].map((one) => one[n] ?? 0)).toFixed(1)).join(' + ')
  rows.push({
    what,
    single: median(rates.single),
    cluster: median(rates.cluster),
    'cluster / single': median(rates.cluster) / median(rates.single),
    'Postgres us/event, single': ofNodes('single'),
    'of coordinator and nodes': ofNodes('cluster')
  })
}

async function read (what: string, pathOf: (side: Side) => string): Promise<void> {
  const times: Record<Name, number[]> = { single: [], cluster: [] }
  // Opened for each: the service closes one that is idle for long.
  const connections = { single: new Connection(sides.single.site.url), cluster: new Connection(sides.cluster.site.url) }
  for (let i = -10; i < TIMES; i++) {
    for (const name of i % 2 === 0 ? names : names.toReversed()) {
      const [side, connection] = [sides[name], connections[name]]
      // After a commit of the series itself the answer has to be made anew.
      const event = { ...next(side, 0), service: side.site.shape.services[0]! }
      const sent = await connection.send(post('/v1/events', { ...side.site.headers[0], ...json }, toJson(event)))
      const from = performance.now()
      const { status, body } = await connection.send(get(pathOf(side)))
      if (status !== 200 || sent.status !== 200) throw new Error(body.toString().slice(0, 300))
      if (i >= 0) times[name].push(performance.now() - from)
    }
  }
  for (const name of names) connections[name].close()
  rows.push({
    what: `${what}, ms`,
    single: median(times.single),
    cluster: median(times.cluster),
    'cluster / single': median(times.cluster) / median(times.single)
  })
}

await ingest(`batches of ${BATCH}, events/s`, batches, BATCHING, EVENTS)
await ingest('single events/s', singles, SINGLY, SINGLES)
const [place, service] = [sides.single.site.shape.places[0]!, sides.single.site.shape.services[0]!]
const year = 'start_on=2024-01-01&end_on=2024-12-29'
const one = `authority=${place.slug}&service=${service.slug}`
const many = sides.single.site.shape.places.map(({ slug }) => `authority=${slug}`).join('&')
await read('R1 weekly by channel', () => `/v1/series?${one}&period=week&${year}&group_by=channel`)
await read('R5 monthly by channel', () =>
  `/v1/series?${one}&period=month&start_on=2024-01-01&end_on=2024-12-31&group_by=channel`)
await read(`R2 weekly totals of ${AUTHORITIES}`, () =>
  `/v1/series?service=${service.slug}&period=week&${year}&group_by=authority&${many}`)
await read('R2 of all that deliver', () => `/v1/series?service=${service.slug}&period=week&${year}&group_by=authority`)
for (const name of names) rows.push({ what: `${name}: rollups verify`, single: await sides[name].site.verify() })
report('cluster', 'A cluster against a single Postgres on the same machine', rows)
for (const name of names) await sides[name].site.stop()
