import { setTimeout as wait } from 'node:timers/promises'
import { bearer, seriesUrl } from '../builders.ts'
import type { Instance } from './instance.ts'
import type { Watch } from './watch.ts'

const [BATCH, SENDERS] = [20, 2]
const [SEND_MS, READ_MS, PROBE_MS, AGAIN_MS] = [30, 60, 250, 200]
export const DAY = '2014-05-27'
export const COUNT = seriesUrl({ period: 'day', start_on: DAY, end_on: DAY })
const READS = [
  COUNT,
  seriesUrl({ period: 'week', start_on: '2014-05-26', end_on: '2014-06-01', group_by: 'channel' }),
  '/data/solihull-report-missed-bin/transactions-by-channel?period=week&group_by=channel&collect=count:sum&duration=3',
  '/v1/services?limit=5'
]

/** Senders, readers and probes, for as long as they are not told to stop. */
export class Load {
  readonly sent = new Set<string>()
  readonly acknowledged = new Set<string>()
  #stopping = false
  #running: Array<Promise<void>> = []
  #next = 0
  #giveUpAt = Infinity
  readonly #instances: Instance[]
  readonly #watch: Watch
  readonly #token: string
  readonly #patienceMs: number

  constructor (instances: Instance[], watch: Watch, token: string, patienceMs: number) {
    [this.#instances, this.#watch, this.#token, this.#patienceMs] = [instances, watch, token, patienceMs]
  }

  start (): void {
    this.#stopping = false
    this.#giveUpAt = Infinity
    this.#running = this.#instances.flatMap((instance) => [
      ...Array.from({ length: SENDERS }, async () => await this.#send(instance)),
      this.#read(instance),
      this.#probe(instance)
    ])
  }

  /** Ends when whoever sends has its last batch acknowledged. */
  async stop (): Promise<void> {
    this.#stopping = true
    this.#giveUpAt = performance.now() + this.#patienceMs
    await Promise.all(this.#running)
  }

  ids (count: number): string[] {
    return Array.from({ length: count }, () => `e${this.#next++}`)
  }

  /** Sends one batch until it is acknowledged, as councils' systems do; gives up some time after it is told to stop. */
  async deliver (instance: Instance, ids: string[]): Promise<void> {
    ids.forEach((id) => this.sent.add(id))
    while (!await this.sendOnce(instance, ids) && performance.now() < this.#giveUpAt) await wait(AGAIN_MS)
  }

  async sendOnce (instance: Instance, ids: string[]): Promise<boolean> {
    const events = ids.map((id) => ({
      id, authority: 'solihull', service: 'report-missed-bin', occurred_at: `${DAY}T08:31:00+01:00`, channel: 'web'
    }))
    const answer = await this.#watch.ask(`${instance.url}/v1/events`, () => instance.isUp, {
      method: 'POST',
      headers: { ...bearer(this.#token), 'content-type': 'application/json' },
      body: JSON.stringify(events)
    })
    if (answer?.status !== 200) return false
    const { stored, duplicates } = JSON.parse(answer.text) as { stored: number, duplicates: number }
    if (stored + duplicates !== ids.length) this.#watch.fault(`a receipt for other rows than were sent: ${answer.text}`)
    ids.forEach((id) => this.acknowledged.add(id))
    return true
  }

  async #send (instance: Instance): Promise<void> {
    while (!this.#stopping) {
      await this.deliver(instance, this.ids(BATCH))
      await wait(SEND_MS)
    }
  }

  async #read (instance: Instance): Promise<void> {
    for (let n = 0; !this.#stopping; n++) {
      const path = READS[n % READS.length] ?? COUNT
      await this.#watch.ask(`${instance.url}${path}`, () => instance.isUp)
      await wait(READ_MS)
    }
  }

  async #probe (instance: Instance): Promise<void> {
    while (!this.#stopping) {
      const live = await this.#watch.ask(`${instance.url}/livez`, () => instance.isUp)
      if (live !== undefined && live.status !== 200) this.#watch.fault(`livez: ${live.status}`)
      await this.#watch.ask(`${instance.url}/readyz`, () => instance.isUp)
      await wait(PROBE_MS)
    }
  }
}
