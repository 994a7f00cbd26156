import { parseArgs } from 'node:util'
import { copy, prepareCopyTable } from './support/copy.ts'
import { post, sendAll } from './support/http.ts'
import { cpuSeconds, median, quantile, residentMiB } from './support/measure.ts'
import { report } from './support/results.ts'
import { sample, toCopyLine, toJson, type Sample } from './support/shape.ts'
import { startSite } from './support/site.ts'

/** Batches in: COPY, JSON, NDJSON and a replay, interleaved, several rounds. */
const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' }, // a round and way
    rounds: { type: 'string', default: '5' },
    batch: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '4' },
    authorities: { type: 'string', default: '50' },
    profile: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false } // JSON and COPY alone
  }
})
const number = (name: 'events' | 'rounds' | 'batch' | 'connections' | 'authorities'): number => Number(options[name])
const [events, rounds, batch, connections, authorities] = [
  number('events'), number('rounds'), number('batch'), number('connections'), number('authorities')
]
const BATCHES_A_ROUND = Math.floor(events / batch)

const site = await startSite({
  authorities,
  perAuthority: Math.ceil(events * rounds * 3 / authorities),
  nodeArgs: options.profile ? ['--cpu-prof', '--cpu-prof-dir=bench/out'] : []
})
await prepareCopyTable(site)
const serials = site.shape.places.map(() => 0)
let turn = 0

interface Batch { place: number, samples: Sample[] }

function nextBatches (): Batch[] {
  return Array.from({ length: BATCHES_A_ROUND }, () => {
    const place = turn++ % authorities
    const first = serials[place]!
    serials[place] = first + batch
    return { place, samples: Array.from({ length: batch }, (_, i) => sample(site.shape, place, first + i)) }
  })
}

const asJson = ({ place, samples }: Batch): Buffer =>
  post(
    '/v1/events',
    { ...site.headers[place], 'content-type': 'application/json' },
    `[${samples.map(toJson).join(',')}]`
  )
const asNdjson = ({ place, samples }: Batch): Buffer =>
  post('/v1/events', { ...site.headers[place], 'content-type': 'application/x-ndjson' }, samples.map(toJson).join('\n'))

interface Measured {
  rate: number
  serviceCpu: number
  postgresCpu: number
  foldingCpu: number
  p50: number
  p99: number
  wal: number
}
const results: Record<string, Measured[]> = {}

async function measure (name: string, work: () => Promise<{ seconds: number, latencies: number[] }>): Promise<void> {
  const wal = async () =>
    Number((await site.database.pool.query("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS n")).rows[0].n)
  const cpu = () => [cpuSeconds(site.service.pid, false), cpuSeconds(site.postgresPid, true)] as const
  const walBefore = await wal()
  const [service, postgres] = cpu()
  const { seconds, latencies } = await work()
  const [serviceAfter, postgresAfter] = cpu()
  const walAfter = await wal()
  await site.settle()
  const [serviceFolded, postgresFolded] = cpu()
  const count = BATCHES_A_ROUND * batch
  ;(results[name] ??= []).push({
    rate: count / seconds,
    serviceCpu: (serviceAfter - service) / count * 1e6,
    postgresCpu: (postgresAfter - postgres) / count * 1e6,
    foldingCpu: (serviceFolded - serviceAfter + postgresFolded - postgresAfter) / count * 1e6,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    wal: (walAfter - walBefore) / count
  })
}

const warm = nextBatches().slice(0, 20).map(asJson)
await sendAll(site.url, warm, connections)
for (let round = 0; round < rounds; round++) {
  const lines = nextBatches().flatMap(({ samples }) => samples.map((one) => toCopyLine(one, site.shape.channels)))
  await measure('COPY, indexed', async () => ({ seconds: await copy(site, lines), latencies: [] }))
  const json = nextBatches().map(asJson)
  await measure('JSON', async () => await sendAll(site.url, json, connections))
  if (options.brief) continue
  const ndjson = nextBatches().map(asNdjson)
  await measure('NDJSON', async () => await sendAll(site.url, ndjson, connections))
  await measure('JSON, replayed', async () => await sendAll(site.url, json, connections))
}
const limit = median(results['COPY, indexed']!.map(({ rate }) => rate))
const rss = residentMiB(site.service.pid)
const { rows: sizes } = await site.database.pool.query("SELECT relname, pg_total_relation_size(oid) AS bytes, reltuples FROM pg_class WHERE relname ~ '^(event|rollup_.*)$' AND relkind = 'r'")
const { rows: [total] } = await site.database.pool.query('SELECT count(*) AS n FROM event')
for (const { relname, bytes } of sizes) {
  process.stdout.write(`${relname}: ${(bytes / total.n).toFixed(1)} bytes per event\n`)
}
if (process.env['BENCH_STATEMENTS'] !== undefined) {
  await site.database.pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  const { rows } = await site.database.pool.query("SELECT calls, round(total_exec_time) AS ms, round(mean_exec_time::numeric, 3) AS mean, wal_bytes, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS query FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 14")
  console.table(rows)
}
const differences = await site.verify()
report(
  `ingest-${connections}`,
  `Batches of ${batch} events, ${connections} connections, ${BATCHES_A_ROUND * batch} events a round, ${rounds} ` +
    'rounds (medians)',
  [
    ...Object.entries(results).map(([way, runs]) => {
      const of = (key: keyof Measured) => median(runs.map((run) => run[key]))
      return {
        way,
        'events/s': of('rate'),
        'of COPY': of('rate') / limit,
        'service us/event': way.startsWith('COPY') ? undefined : of('serviceCpu'),
        'Postgres us/event': of('postgresCpu'),
        'folding us/event': way.startsWith('COPY') ? undefined : of('foldingCpu'),
        'p50 ms': of('p50'),
        'p99 ms': of('p99'),
        'WAL bytes/event': of('wal')
      }
    }),
    { way: `rollups verify: ${differences} differences; service ${Math.round(rss)} MiB` }
  ]
)
await site.stop()
if (differences > 0) process.exitCode = 1
