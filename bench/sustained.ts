import { post, sendAll } from './support/http.ts'
import { cpuSeconds, residentMiB } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/**
 * New events without a pause, and then the last of them again: rate, CPU with folding to the end, memory. The batches
 * are made beforehand, and each time round the ids in them are changed in place, so that the client costs next to
 * nothing.
 */
const [SECONDS, AGAIN_SECONDS] = [Number(process.env['SECONDS'] ?? 60), Number(process.env['AGAIN_SECONDS'] ?? 10)]
const [BATCH, BATCHES, CONNECTIONS, AUTHORITIES] = [1000, 500, 4, 50]
const site = await startSite({ authorities: AUTHORITIES, perAuthority: BATCH * BATCHES / AUTHORITIES })
const requests = Array.from({ length: BATCHES }, (_, turn) => {
  const [place, first] = [turn % AUTHORITIES, Math.floor(turn / AUTHORITIES) * BATCH]
  return post(
    '/v1/events',
    { ...site.headers[place], 'content-type': 'application/json' },
    `[${Array.from({ length: BATCH }, (_, i) => toJson(sample(site.shape, place, first + i))).join(',')}]`
  )
})
const YEAR = '-2024-' // of every id
const years = requests.map((request) => {
  const found: number[] = []
  for (let at = request.indexOf(YEAR); at !== -1; at = request.indexOf(YEAR, at + 1)) found.push(at + 1)
  return found
})
const renew = (round: number): void => {
  for (const [i, request] of requests.entries()) for (const at of years[i]!) request.write(String(round), at, 'latin1')
}
let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, residentMiB(site.service.pid))
}, 200)
const cpu = (): [number, number] => [cpuSeconds(site.service.pid, false), cpuSeconds(site.postgresPid, true)]
const rows: Row[] = []

async function measure (way: string, seconds: number, prepare: (round: number) => void): Promise<void> {
  const before = cpu()
  const started = performance.now()
  let sent = 0
  peak = 0
  for (let round = 2025; performance.now() - started < seconds * 1000; round++) {
    prepare(round)
    await sendAll(site.url, requests, CONNECTIONS)
    sent += BATCHES * BATCH
  }
  const rate = sent / (performance.now() - started) * 1000
  await site.settle()
  const folded = sent / (performance.now() - started) * 1000
  const [service, postgres] = cpu().map((after, i) => (after - before[i]!) / sent * 1e6)
  rows.push({
    way,
    events: sent,
    'events/s': rate,
    'folding included': folded,
    'service us/event': service,
    'Postgres us/event': postgres,
    'service MiB, most': peak,
    'at the end': residentMiB(site.service.pid)
  })
}
await measure('new events', SECONDS, renew)
await measure('the same bodies again', AGAIN_SECONDS, () => undefined)
clearInterval(watch)
const differences = await site.verify()
rows.push({ way: `rollups verify: ${differences} differences` })
report('sustained', `${SECONDS} s without a pause, ${CONNECTIONS} connections, batches of ${BATCH}`, rows)
await site.stop()
if (differences > 0) process.exitCode = 1
