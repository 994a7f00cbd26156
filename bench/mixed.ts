import { setTimeout as wait } from 'node:timers/promises'
import { cpus, loadavg } from 'node:os'
import { Connection, get, post } from './support/http.ts'
import { cpuSeconds, median, quantile } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/**
 * What readers and single events wait for, quiet and while four senders send batches as fast as they can, and what the
 * senders lose to the readers. Phases are short and interleaved: the machine's speed changes from minute to minute.
 */
const [SECONDS, ROUNDS, LOADED, BATCH, SENDERS, AUTHORITIES] = [
  Number(process.env['SECONDS'] ?? 8), Number(process.env['ROUNDS'] ?? 2), Number(process.env['LOADED'] ?? 40_000), 1000,
  4, 8
]
/** Batches made for a phase, before it begins: more than any machine here takes. */
const BATCHES = SECONDS * 160
/** Milliseconds between two requests of a reader: what they take of the machine stays the same in every phase. */
const PACE = 25
/** The bound of issue 18. */
const [TIMES_QUIET, LEAST_MS, OF_RATE] = [3, 30, 0.8]

const site = await startSite({ authorities: AUTHORITIES, perAuthority: LOADED })
const { places, services, perAuthority } = site.shape
const serials = places.map(() => 0)
const json = { 'content-type': 'application/json' }

function batches (count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => {
    const place = n % SENDERS // each sends for an authority of its own
    const rows = Array.from({ length: BATCH }, () => toJson(sample(site.shape, place, serials[place]!++)))
    return post('/v1/events', { ...site.headers[place], ...json }, `[${rows.join(',')}]`)
  })
}

async function ask (connection: Connection, request: Buffer): Promise<void> {
  const { status, body } = await connection.send(request)
  if (status !== 200) throw new Error(`${status} ${body.toString().slice(0, 300)}`)
}

/** Senders at full rate until `until`; returns the events a second that were acknowledged. */
async function send (requests: Buffer[], until: () => boolean): Promise<number> {
  const connections = Array.from({ length: SENDERS }, () => new Connection(site.url))
  const began = performance.now()
  let next = 0
  let sent = 0
  await Promise.all(connections.map(async (connection, first) => {
    for (let n = first; n < requests.length && !until(); n += SENDERS) {
      await ask(connection, requests[n]!)
      sent += BATCH
      next++
    }
    connection.close()
  }))
  if (next === requests.length) throw new Error('the batches were used up before the phase was over')
  return sent / ((performance.now() - began) / 1000)
}

const year = 'start_on=2024-01-01&end_on=2024-12-29'
// R1 of an authority that is sent to is made anew after each batch, and after each single event: so that what readers
// take of the machine is the same in all phases. That of another is kept.
const weekly = (place: number) => () =>
  get(`/v1/series?authority=${places[place]!.slug}&service=${services[0]!.slug}&period=week&${year}&group_by=channel`)
const LAST = AUTHORITIES - 1
const KINDS: Record<string, () => Buffer> = {
  'R1 weekly by channel': weekly(LAST - 1),
  'R1, of an authority that is sent to': weekly(0),
  'R4 top 20 streets of a quarter': () =>
    get(`/v1/series?authority=${places[0]!.slug}&service=${services[0]!.slug}&period=quarter&start_on=2024-04-01` +
      '&end_on=2024-06-30&group_by=street&top=20'),
  'one event': () =>
    post('/v1/events', { ...site.headers[0], ...json }, toJson(sample(site.shape, 0, serials[0]!++))),
  '/livez': () => get('/livez')
}

/** Each kind once every `PACE` ms over a connection of its own; latencies by kind. */
async function read (until: () => boolean, into: Record<string, number[]>): Promise<void> {
  await Promise.all(Object.entries(KINDS).map(async ([kind, request], n) => {
    const connection = new Connection(site.url)
    await wait(n * PACE / 5)
    while (!until()) {
      const from = performance.now()
      await ask(connection, request())
      const took = performance.now() - from
      ;(into[kind] ??= []).push(took)
      if (took < PACE) await wait(PACE - took)
    }
    connection.close()
  }))
}

const inSeconds = (): (() => boolean) => {
  const end = performance.now() + SECONDS * 1000
  return () => performance.now() > end
}
const used = (): number =>
  cpuSeconds(site.service.pid, false) + cpuSeconds(site.postgresPid, true) + process.cpuUsage().user / 1e6 +
    process.cpuUsage().system / 1e6

const loading = new Connection(site.url)
for (const request of batches(Math.ceil(LOADED / BATCH))) await ask(loading, request)
for (let i = 0; i < perAuthority / BATCH / SENDERS; i++) {
  const rows = Array.from({ length: BATCH }, () => toJson(sample(site.shape, LAST - 1, serials[LAST - 1]!++)))
  await ask(loading, post('/v1/events', { ...site.headers[LAST - 1], ...json }, `[${rows.join(',')}]`))
}
await ask(loading, post('/v1/releases', { ...site.operator, ...json }, `{"authority":"${places[0]!.slug}"}`))
loading.close()
await site.settle()
await read(inSeconds(), {}) // code that is not compiled yet is nobody's everyday

const quiet: Record<string, number[]> = {}
const full: Record<string, number[]> = {}
const [alone, beside]: [number[], number[]] = [[], []]
/** Shares of the machine that readers take: while nobody sends, and beside senders, whose own cost is taken off. */
const [taken, takenBeside]: [number[], number[]] = [[], []]
const share = (seconds: number, from: number): number => seconds / ((performance.now() - from) / 1000) / cpus().length
for (let round = 0; round < ROUNDS; round++) {
  const before = batches(BATCHES)
  const meanwhile = batches(BATCHES)
  await site.settle()
  let [from, at] = [used(), performance.now()]
  await read(inSeconds(), quiet)
  taken.push(share(used() - from, at))
  ;[from, at] = [used(), performance.now()]
  const ofAlone = await send(before, inSeconds())
  const perEvent = (used() - from) / (ofAlone * SECONDS)
  alone.push(ofAlone)
  await site.settle()
  const until = inSeconds()
  ;[from, at] = [used(), performance.now()]
  const [ofBoth] = await Promise.all([send(meanwhile, until), read(until, full)])
  takenBeside.push(share(used() - from - ofBoth * SECONDS * perEvent, at))
  beside.push(ofBoth)
}

const [rate, withReaders] = [alone, beside].map(median) as [number, number]
const [quietShare, fullShare] = [taken, takenBeside].map(median) as [number, number]
const rows: Row[] = Object.keys(KINDS).map((kind) => {
  const [before, after] = [quiet[kind]!, full[kind]!]
  const bound = Math.max(LEAST_MS, TIMES_QUIET * quantile(before, 0.99))
  return {
    what: kind,
    'quiet p50 ms': median(before),
    'quiet p99 ms': quantile(before, 0.99),
    'full p50 ms': median(after),
    'full p99 ms': quantile(after, 0.99),
    'bound of p99': bound,
    '': quantile(after, 0.99) <= bound ? 'met' : 'short'
  }
})
const bound = OF_RATE * rate * (1 - fullShare)
const [events, percent] = [(n: number) => Math.round(n).toLocaleString('en-GB'), (n: number) => `${(n * 100).toFixed(0)}%`]
rows.push({
  what: `ingest: ${events(rate)} events/s alone, ${events(withReaders)} beside the readers ` +
    `(${(withReaders / rate).toFixed(2)}); they take ${percent(quietShare)} of the machine while nobody sends, and ` +
    `${percent(fullShare)} beside the senders, after each of whose batches an answer is made anew: the bound is ${events(bound)}`,
  '': withReaders >= bound ? 'met' : 'short'
})
rows.push({ what: `load of the machine at the end: ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores` })
const differences = await site.verify()
rows.push({ what: `rollups verify: ${differences} differences` })
report('mixed', `Readers beside ${SENDERS} senders of batches of ${BATCH}, a request of each kind every ${PACE} ms`, rows)
await site.stop()
if (differences > 0) process.exitCode = 1
