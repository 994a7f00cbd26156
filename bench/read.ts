import fastify from 'fastify'
import { ROLLUPS } from '../src/rollups/dimensions.ts'
import { insertPacked } from '../src/rollups/sql.ts'
import { get, Connection, post, sendAll } from './support/http.ts'
import { median } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson, type Place } from './support/shape.ts'
import { startSite } from './support/site.ts'

/** R1 to R5 through HTTP against the best SQL by hand on an ideal table of each question, interleaved. */
const [EVENTS, TIMES, AUTHORITIES] = [
  Number(process.env['EVENTS'] ?? 1_000_000), Number(process.env['TIMES'] ?? 40), 50
]
/** Rounds before the first that counts: the first question would else be asked of code that is not compiled yet. */
const WARM = 20
const site = await startSite({ authorities: AUTHORITIES, perAuthority: EVENTS / AUTHORITIES })
const { pool } = site.database
const { places, services } = site.shape
const [place, service] = [places[0]!, services[0]!]
await site.database.pool.query('SET statement_timeout = 0')

// The service's tables as if EVENTS events had come, rolled up: how they came in is bench/ingest.ts' matter.
const client = await pool.connect()
await client.query('SET statement_timeout = 0')
await client.query(`
  CREATE UNLOGGED TABLE raw AS
  SELECT (place[1 + n % ${AUTHORITIES}])::int2 AS authority_id, (service[1 + floor(power(random(),
    1.5) * 4)::int])::int2 AS service_id, 1::int2 AS type,
    date '2024-01-01' + (n::int8 * 366 / ${EVENTS})::int AS local_date, (1 + floor(power(random(),
      1.3) * 6))::int2 AS channel_id, 1::int2 AS outcome,
    floor(random() * 20)::int AS ward, floor(power(random(), 1.5) * 85)::int AS street
  FROM generate_series(0, ${EVENTS} - 1) AS n, (SELECT $1::int4[] AS place, $2::int4[] AS service) AS ids`.replace(
  '$1',
  `'{${places.map(({ id }) => id).join(',')}}'`
).replace('$2', `'{${services.map(({ id }) => id).join(',')}}'`))
for (const rollup of ROLLUPS) {
  await client.query(insertPacked(rollup, `
    SELECT authority_id, service_id, type, local_date, channel_id, outcome, wards[1 + ward] AS ward_id,
      10000000 + wards[1 + ward] * 1000 + street AS street, 1::int8 AS events, 1::int8 AS count, 0::int8 AS avoidable
    FROM raw JOIN (SELECT authority_id AS of, array_agg(id ORDER BY id) AS wards FROM area GROUP BY 1) AS areas
      ON of = authority_id`))
}
// The ideal table of each question: its answer's cells and nothing else.
await client.query(`
  CREATE TABLE r1 AS SELECT authority_id, service_id, date_trunc('week', local_date)::date AS week, channel_id,
    sum(count)::int8 AS count FROM rollup_channel_day GROUP BY 1, 2, 3, 4;
  ALTER TABLE r1 ADD PRIMARY KEY (authority_id, service_id, week, channel_id);
  CREATE TABLE r2 AS SELECT service_id, authority_id, week, sum(count)::int8 AS count FROM rollup_week GROUP BY 1, 2, 3;
  ALTER TABLE r2 ADD PRIMARY KEY (service_id, authority_id, week);
  CREATE TABLE r3 AS SELECT ward_id, service_id, local_date, sum(count)::int8 AS count FROM rollup_ward_day GROUP BY
    1, 2, 3;
  ALTER TABLE r3 ADD PRIMARY KEY (ward_id, service_id, local_date);
  CREATE TABLE r4 AS SELECT authority_id, service_id, date_trunc('quarter', month)::date AS quarter, street,
    sum(count)::int8 AS count FROM rollup_street_month GROUP BY 1, 2, 3, 4;
  CREATE INDEX ON r4 (authority_id, service_id, quarter, count DESC);
  CREATE TABLE r5 AS SELECT authority_id, service_id, month, channel_id,
    sum(count)::int8 AS count FROM rollup_channel_day GROUP BY 1, 2, 3, 4;
  ALTER TABLE r5 ADD PRIMARY KEY (authority_id, service_id, month, channel_id);
  DROP TABLE raw`)
await client.query('VACUUM ANALYZE')
client.release()

// The public reads wards and streets from releases.
const began = performance.now()
const released = await new Connection(site.url).send(
  post('/v1/releases', { ...site.operator, 'content-type': 'application/json' }, `{"authority":"${place.slug}"}`)
)
if (released.status !== 200) throw new Error(released.body.toString().slice(0, 300))
const releaseSeconds = (performance.now() - began) / 1000

const year = 'start_on=2024-01-01&end_on=2024-12-29'
const one = ({ slug }: Place): string => `authority=${slug}&service=${service.slug}`
const questions = [
  {
    name: 'R1 weekly by channel',
    path: (place: Place) => `/v1/series?${one(place)}&period=week&${year}&group_by=channel`,
    sql: 'SELECT week, channel_id, count FROM r1 WHERE authority_id = $1 AND service_id = $2',
    values: [place.id, service.id]
  },
  {
    name: 'R1 in the old dialect',
    path: ({ slug }: Place) =>
      `/data/${slug}-${service.slug}/transactions-by-channel?period=week&group_by=channel&collect=count%3Asum&start_at=2024-01-01T00%3A00%3A00Z&end_at=2024-12-30T00%3A00%3A00Z`,
    sql: 'SELECT week, channel_id, count FROM r1 WHERE authority_id = $1 AND service_id = $2',
    values: [place.id, service.id]
  },
  {
    name: `R2 weekly totals of ${AUTHORITIES}`,
    path: () =>
      `/v1/series?service=${service.slug}&period=week&${year}&group_by=authority&${places.map(({ slug }) => `authority=${slug}`).join('&')}`,
    sql: 'SELECT authority_id, week, count FROM r2 WHERE service_id = $1',
    values: [service.id]
  },
  {
    name: 'R2 of all that deliver',
    path: () => `/v1/series?service=${service.slug}&period=week&${year}&group_by=authority`,
    sql: 'SELECT authority_id, week, count FROM r2 WHERE service_id = $1',
    values: [service.id]
  },
  {
    name: 'R3 daily, one ward',
    path: (place: Place) => `/v1/series?${one(place)}&period=day&${year}&filter_by=ward:${place.wards[3]!.code}`,
    sql: 'SELECT local_date, count FROM r3 WHERE ward_id = $1 AND service_id = $2',
    values: [place.wards[3]!.id, service.id]
  },
  {
    name: 'R4 top 20 streets of a quarter',
    path: (place: Place) =>
      `/v1/series?${one(place)}&period=quarter&start_on=2024-04-01&end_on=2024-06-30&group_by=street&top=20`,
    sql:
      "SELECT street, count FROM r4 WHERE authority_id = $1 AND service_id = $2 AND quarter = '2024-04-01' ORDER BY count DESC LIMIT 20",
    values: [place.id, service.id]
  },
  {
    name: 'R5 monthly by channel',
    path: (place: Place) =>
      `/v1/series?${one(place)}&period=month&start_on=2024-01-01&end_on=2024-12-31&group_by=channel`,
    sql: 'SELECT month, channel_id, count FROM r5 WHERE authority_id = $1 AND service_id = $2',
    values: [place.id, service.id]
  }
]
const connection = new Connection(site.url)
const rows: Row[] = []
let sent = 0
// A commit of the series itself, after which an answer has to be made anew, or of another authority's.
const commit = async (n: number): Promise<void> => {
  const one = { ...sample(site.shape, n, sent++), service }
  const { status, body } = await connection.send(post('/v1/events', { ...site.headers[n], 'content-type': 'application/json' }, toJson(one)))
  if (status !== 200) throw new Error(body.toString().slice(0, 300))
}
for (const { name, path, sql, values } of questions) {
  const [own, others, kept, byHand, first]: [number[], number[], number[], number[], number[]] = [[], [], [], [], []]
  let bytes = 0
  const ask = async (of = place) => {
    const { status, body } = await connection.send(get(path(of)))
    if (status !== 200) throw new Error(body.toString().slice(0, 300))
    bytes = body.length
  }
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const from = performance.now()
    await work()
    into.push(performance.now() - from)
  }
  for (let i = -WARM; i < TIMES; i++) {
    if (i === 0) { for (const times of [own, others, kept, byHand]) times.length = 0 }
    await commit(0)
    await timed(own, async () => await ask())
    await commit(AUTHORITIES - 1)
    await timed(others, async () => await ask())
    await timed(kept, async () => await ask())
    await timed(byHand, async () => await pool.query({ name, text: sql, values }))
  }
  if (path(place) !== path(places[1]!)) {
    for (const other of places.slice(1)) {
      await timed(first, async () => await ask(other))
    }
  }
  rows.push({
    question: name,
    'first asked p50 ms': first.length === 0 ? undefined : median(first),
    'own commit p50 ms': median(own),
    'other commit p50 ms': median(others),
    'unchanged p50 ms': median(kept),
    'by hand p50 ms': median(byHand),
    'answer bytes': bytes
  })
}
const r1 = questions[0]!.path(place)
const { head, body } = await connection.send(get(r1))
const etag = /etag: (\S+)/i.exec(head)?.[1] ?? ''
const bare = fastify()
const text = body.toString()
bare.get('/r1', async (_request, reply) => reply.type('application/json').send(text))
const bareUrl = await bare.listen({ port: 0, host: '127.0.0.1' })
const count = 4000
// With eight a request mostly waits for the look-up of the state of its series, with thirty-two the processors are
// busy.
for (const connections of [8, 32]) {
  const rate = async (url: string, request: Buffer, statuses = [200]): Promise<number> => {
    const { seconds } = await sendAll(url, Array.from({ length: count }, () => request), connections, statuses)
    return count / seconds
  }
  const rates: [number[], number[], number[]] = [[], [], []]
  for (let i = 0; i < 5; i++) {
    rates[0].push(await rate(bareUrl, get('/r1')))
    rates[1].push(await rate(site.url, get(r1)))
    rates[2].push(await rate(site.url, get(r1, { 'if-none-match': etag }), [304]))
  }
  const [limit, full, unchanged] = rates.map(median) as [number, number, number]
  rows.push({
    question: `R1 requests/s, ${connections} connections: bare fastify ${Math.round(limit)}, R1 ${Math.round(full)} ` +
      `(${(full / limit).toFixed(2)}), If-None-Match ${Math.round(unchanged)} (${(unchanged / limit).toFixed(2)})`
  })
}
rows.push({ question: `release of a year of ${place.slug}: ${releaseSeconds.toFixed(1)} s` })
report(`read-${EVENTS}`, `Reads at ${EVENTS.toLocaleString('en-GB')} events, ${AUTHORITIES} authorities`, rows)
connection.close()
await bare.close()
await site.stop()
