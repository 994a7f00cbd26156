import { setTimeout as wait } from 'node:timers/promises'
import { copy, prepareCopyTable } from './support/copy.ts'
import { post, sendAll } from './support/http.ts'
import { cpuSeconds, median } from './support/measure.ts'
import { startPeers } from './support/peers.ts'
import { report } from './support/results.ts'
import { sample, toCopyLine, toJson, type Sample } from './support/shape.ts'
import { startSite } from './support/site.ts'

/**
 * The same batches into COPY, the service and the time series databases that are installed, interleaved. Those keep no
 * raw rows (VictoriaMetrics), no rollups (InfluxDB), and know no event by its id.
 */
const [EVENTS, ROUNDS, BATCH, CONNECTIONS, AUTHORITIES] = [
  Number(process.env['EVENTS'] ?? 200_000), Number(process.env['ROUNDS'] ?? 5), 1000, 4, 8
]
const site = await startSite({ authorities: AUTHORITIES, perAuthority: EVENTS * ROUNDS / AUTHORITIES })
await prepareCopyTable(site)
const peers = await startPeers()

const rates: Record<string, number[]> = {}
const cpu: Record<string, number[]> = {}
async function measure (
  name: string, pids: Array<[pid: number, tree: boolean]>, work: () => Promise<number>
): Promise<void> {
  const used = () => pids.reduce((sum, [pid, tree]) => sum + cpuSeconds(pid, tree), 0)
  const before = used()
  ;(rates[name] ??= []).push(EVENTS / await work())
  await wait(50) // until what psql's backend used is counted
  ;(cpu[name] ??= []).push((used() - before) / EVENTS * 1e6)
}
for (let round = 0; round < ROUNDS; round++) {
  const batches = Array.from({ length: EVENTS / BATCH }, (_, n): { place: number, samples: Sample[] } => {
    const first = (round * EVENTS / AUTHORITIES) + Math.floor(n / AUTHORITIES) * BATCH
    return {
      place: n % AUTHORITIES,
      samples: Array.from({ length: BATCH }, (_, i) => sample(site.shape, n % AUTHORITIES, first + i))
    }
  })
  const lines = batches.flatMap(({ samples }) => samples.map((one) => toCopyLine(one, site.shape.channels)))
  await measure('COPY, indexed', [[site.postgresPid, true]], async () => await copy(site, lines))
  const json = batches.map(({ place, samples }) =>
    post(
      '/v1/events',
      { ...site.headers[place], 'content-type': 'application/json' },
      `[${samples.map(toJson).join(',')}]`
    )
  )
  await measure(
    'POST /v1/events',
    [[site.postgresPid, true], [site.service.pid, false]],
    async () => (await sendAll(site.url, json, CONNECTIONS)).seconds
  )
  await site.settle()
  for (const { name, url, pid, request } of peers) {
    const requests = batches.map(({ samples }) => request(samples))
    await measure(name, [[pid, false]], async () => (await sendAll(url, requests, CONNECTIONS, [204])).seconds)
  }
}
const limit = median(rates['COPY, indexed']!)
const differences = await site.verify()
report(
  'peers',
  `The same batches of ${BATCH} into others, ${CONNECTIONS} connections, ${EVENTS} events a round, ${ROUNDS} ` +
    'rounds (medians)',
  [
    ...Object.entries(rates).map(([way, values]) => ({
      way, 'events/s': median(values), 'of COPY': median(values) / limit, 'CPU us/event': median(cpu[way]!)
    })),
    { way: `rollups verify: ${differences} differences` }
  ]
)
for (const peer of peers) await peer.stop()
await site.stop()
if (differences > 0) process.exitCode = 1
