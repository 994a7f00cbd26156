import { copy, prepareCopyTable } from './support/copy.ts'
import { post, sendAll } from './support/http.ts'
import { median } from './support/measure.ts'
import { report } from './support/results.ts'
import { sample, toCopyLine, toJson, YEAR_START } from './support/shape.ts'
import { startSite } from './support/site.ts'

/** Eight senders on the same authority, service and day. */
const [EVENTS, ROUNDS, SENDERS, BATCH] = [
  Number(process.env['EVENTS'] ?? 100_000), Number(process.env['ROUNDS'] ?? 5), 8, 1000
]
const site = await startSite({ authorities: 1, perAuthority: EVENTS })
await prepareCopyTable(site)
let serial = 0
const next = () =>
  Array.from({ length: EVENTS }, () => {
    const one = sample(site.shape, 0, serial++)
    return { ...one, service: site.shape.services[0]!, at: YEAR_START + 130 * 86_400_000 + one.at % 80_000_000 }
  })
const rates: { copy: number[], hot: number[] } = { copy: [], hot: [] }
for (let round = 0; round < ROUNDS; round++) {
  rates.copy.push(EVENTS / await copy(site, next().map((one) => toCopyLine(one, site.shape.channels))))
  const samples = next()
  const requests = Array.from(
    { length: EVENTS / BATCH },
    (_, i) =>
      post(
        '/v1/events',
        { ...site.headers[0], 'content-type': 'application/json' },
        `[${samples.slice(i * BATCH, (i + 1) * BATCH).map(toJson).join(',')}]`
      )
  )
  rates.hot.push(EVENTS / (await sendAll(site.url, requests, SENDERS)).seconds)
  await site.settle()
}
report('hot', `${SENDERS} senders on one authority, service and day, batches of ${BATCH}, ${ROUNDS} rounds (medians)`, [
  { way: 'COPY, indexed', 'events/s': median(rates.copy), 'of COPY': 1 },
  { way: 'POST /v1/events', 'events/s': median(rates.hot), 'of COPY': median(rates.hot) / median(rates.copy) },
  { way: `rollups verify: ${await site.verify()} differences` }
])
await site.stop()
