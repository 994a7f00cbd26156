import { setTimeout as wait } from 'node:timers/promises'
import { fillEvents } from './support/fill.ts'
import { post, sendAll } from './support/http.ts'
import { median, residentMiB } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/**
 * The rate of ingest with few rows in the raw table and with many, the service's memory meanwhile, and bytes per event.
 * The rows between are written by the database itself, as voided events, which no rollup holds.
 */
const [FROM, TO, STEP, STEPS] = [1_000_000, Number(process.env['ROWS'] ?? 100_000_000), 200_000, 5]
const [BATCH, CONNECTIONS, AUTHORITIES] = [1000, 4, 50]
const site = await startSite({ authorities: AUTHORITIES, perAuthority: 2_000_000 / AUTHORITIES })
await site.database.pool.query('SET statement_timeout = 0')
const serials = site.shape.places.map(() => 0)
let turn = 0
const nextRequests = (count: number): Buffer[] =>
  Array.from({ length: count / BATCH }, () => {
    const place = turn++ % AUTHORITIES
    const first = serials[place]!
    serials[place] = first + BATCH
    return post(
      '/v1/events',
      { ...site.headers[place], 'content-type': 'application/json' },
      `[${Array.from({ length: BATCH }, (_, i) => toJson(sample(site.shape, place, first + i))).join(',')}]`
    )
  })
let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, residentMiB(site.service.pid))
}, 200)

const rows: Row[] = []
async function measure (): Promise<number> {
  const rates: number[] = []
  for (let step = 0; step < STEPS; step++) {
    rates.push(STEP / (await sendAll(site.url, nextRequests(STEP), CONNECTIONS)).seconds)
  }
  const { rows: [size] } = await site.database.pool.query(`SELECT (SELECT reltuples FROM pg_class WHERE relname = 'event') AS rows, (SELECT count(*) FROM event WHERE voided_at IS NULL) AS counting,
    sum(pg_total_relation_size(oid)) FILTER (WHERE relname LIKE 'rollup%') AS rollups,
      sum(pg_total_relation_size(oid)) FILTER (WHERE relname = 'event') AS event FROM pg_class WHERE relkind = 'r'`)
  rows.push({
    'rows in event': size.rows,
    'events/s': median(rates),
    'service MiB, most': peak,
    'event bytes/row': size.event / size.rows,
    'rollup bytes/event': size.rollups / size.counting
  })
  return median(rates)
}
const fill = async (rows: number): Promise<void> => {
  await fillEvents(site, rows, serials)
  await site.database.pool.query('VACUUM ANALYZE event')
  await site.database.pool.query('CHECKPOINT')
  await wait(5000)
}
await fill(FROM)
const few = await measure()
await fill(TO - FROM - STEP * STEPS)
const many = await measure()
rows.push({ 'rows in event': `rate with many rows over rate with few: ${(many / few).toFixed(2)}` })
clearInterval(watch)
rows.push({ 'rows in event': `rollups verify: ${await site.verify()} differences` })
report(`growth-${TO}`, `Growth of the raw table, ${CONNECTIONS} connections, batches of ${BATCH}`, rows)
await site.stop()
