import pg from 'pg'
import { post, sendAll } from './support/http.ts'
import { cpuSeconds, median, quantile } from './support/measure.ts'
import { report } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/** One event a request, against one row a transaction through node-postgres, interleaved. */
const [EVENTS, ROUNDS, CONNECTIONS] = [Number(process.env['EVENTS'] ?? 10_000), Number(process.env['ROUNDS'] ?? 5), 32]
const site = await startSite({ authorities: 8, perAuthority: EVENTS * ROUNDS })
const insert =
  `INSERT INTO bare (occurred_at, source_id, local_date, ward_id, street, count, revision, owner_id, authority_id, service_id, channel_id, id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
await site.database.pool.query(`
  CREATE TABLE bare (LIKE event);
  ALTER TABLE bare ALTER receipt_id DROP NOT NULL, ALTER provider_id DROP NOT NULL, ALTER type DROP NOT NULL,
    ALTER outcome DROP NOT NULL, ALTER avoidable DROP NOT NULL;
  ALTER TABLE bare ADD PRIMARY KEY (owner_id, source_id, id)`)
const clients = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
  const client = new pg.Client({ connectionString: site.databaseUrl })
  await client.connect()
  return client
}))
const serials = site.shape.places.map(() => 0)
const next = () => Array.from({ length: EVENTS }, (_, i) => sample(site.shape, i % 8, serials[i % 8]!++))

const rates: Record<string, number[]> = {}
const p50s: Record<string, number[]> = {}
const cpu: Record<string, number[]> = {}
const serviceCpu: Record<string, number[]> = {}
async function measure (name: string, work: () => Promise<number[]>): Promise<void> {
  const used = () => cpuSeconds(site.service.pid, false) + cpuSeconds(site.postgresPid, true)
  const before = used()
  const serviceBefore = cpuSeconds(site.service.pid, false)
  const started = performance.now()
  const latencies = await work()
  ;(rates[name] ??= []).push(EVENTS / ((performance.now() - started) / 1000))
  ;(p50s[name] ??= []).push(quantile(latencies, 0.5))
  ;(serviceCpu[name] ??= []).push((cpuSeconds(site.service.pid, false) - serviceBefore) / EVENTS * 1e6)
  ;(cpu[name] ??= []).push((used() - before) / EVENTS * 1e6)
}
for (let round = 0; round < ROUNDS; round++) {
  const bare = next()
  await measure('bare single-row transactions', async () => {
    const latencies: number[] = []
    let at = 0
    await Promise.all(clients.map(async (client) => {
      for (let one = bare[at++]; one !== undefined; one = bare[at++]) {
        const from = performance.now()
        await client.query({
          name: 'bare',
          text: insert,
          values: [
            new Date(one.at),
            1,
            new Date(one.at),
            one.ward.id,
            one.street,
            1,
            1,
            one.place.id,
            one.place.id,
            one.service.id,
            1,
            one.id
          ]
        })
        latencies.push(performance.now() - from)
      }
    }))
    return latencies
  })
  const requests = next().map((one, i) =>
    post('/v1/events', { ...site.headers[i % 8], 'content-type': 'application/json' }, toJson(one))
  )
  await measure(
    `POST /v1/events, ${CONNECTIONS} connections`,
    async () => (await sendAll(site.url, requests, CONNECTIONS)).latencies
  )
  await site.settle()
  const few = next().slice(0, EVENTS / 10).map((one, i) =>
    post('/v1/events', { ...site.headers[i % 8], 'content-type': 'application/json' }, toJson(one))
  )
  const { latencies, seconds } = await sendAll(site.url, few, 1)
  ;(rates['POST /v1/events, 1 connection'] ??= []).push(few.length / seconds)
  ;(p50s['POST /v1/events, 1 connection'] ??= []).push(quantile(latencies, 0.5))
}
for (const client of clients) await client.end()
const limit = median(rates['bare single-row transactions']!)
report('single', `One event a request, ${CONNECTIONS} connections, ${EVENTS} a round, ${ROUNDS} rounds (medians)`, [
  ...Object.entries(rates).map(([way, values]) => ({
    way,
    'events/s': median(values),
    'of bare': median(values) / limit,
    'p50 ms': median(p50s[way]!),
    'CPU us/event': cpu[way] && median(cpu[way]),
    'of which service': serviceCpu[way] && median(serviceCpu[way])
  })),
  { way: `rollups verify: ${await site.verify()} differences` }
])
await site.stop()
