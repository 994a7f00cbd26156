import { post, sendAll } from './support/http.ts'
import { residentMiB } from './support/measure.ts'
import { report, type Row } from './support/results.ts'
import { sample, toJson } from './support/shape.ts'
import { startSite } from './support/site.ts'

/** The rate of ingest, the service's memory and the rollups' size as the tables grow. */
const [STEPS, STEP, BATCH, CONNECTIONS, AUTHORITIES] = [Number(process.env['STEPS'] ?? 10), Number(process.env['STEP'] ?? 100_000), 1000, 4, 50]
const site = await startSite({ authorities: AUTHORITIES, perAuthority: STEPS * STEP / AUTHORITIES })
const serials = site.shape.places.map(() => 0)
const rows: Row[] = []
let turn = 0
for (let step = 1; step <= STEPS; step++) {
  const requests = Array.from({ length: STEP / BATCH }, () => {
    const place = turn++ % AUTHORITIES
    const first = serials[place]!
    serials[place] = first + BATCH
    return post('/v1/events', { ...site.headers[place], 'content-type': 'application/json' },
      `[${Array.from({ length: BATCH }, (_, i) => toJson(sample(site.shape, place, first + i))).join(',')}]`)
  })
  const { seconds } = await sendAll(site.url, requests, CONNECTIONS)
  const { rows: [size] } = await site.database.pool.query(`SELECT sum(pg_total_relation_size(oid)) FILTER (WHERE relname = 'event') AS event,
    sum(pg_total_relation_size(oid)) FILTER (WHERE relname LIKE 'rollup%') AS rollups FROM pg_class WHERE relkind = 'r'`)
  rows.push({
    events: step * STEP,
    'events/s': STEP / seconds,
    'service MiB': residentMiB(site.service.pid),
    'event bytes/event': size.event / step / STEP,
    'rollup bytes/event': size.rollups / step / STEP
  })
}
rows.push({ events: `rollups verify: ${await site.verify()} differences` })
report('growth', `Growth, ${CONNECTIONS} connections, batches of ${BATCH}`, rows)
await site.stop()
