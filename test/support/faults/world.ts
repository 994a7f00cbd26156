import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findDifferences } from '../../../src/rollups/verify.ts'
import { bearer } from '../builders.ts'
import { Instance } from './instance.ts'
import { COUNT, Load } from './load.ts'
import { makeNetwork, type Network } from './network.ts'
import { OwnPostgres } from './own-postgres.ts'
import { hasTmpfs, mount, unmount } from './tmpfs.ts'
import { makeWallClock, type WallClock } from './wall-clock.ts'
import type { Watch } from './watch.ts'

const OPERATOR = 'operator-token-of-the-harness'
const DISK = '900m'
const [PARTS_MS, LOOK_MS] = [120_000, 100]

/** Two instances of the service on a Postgres of the harness's own, with senders, readers and probes at work. */
export class World {
  readonly postgres: OwnPostgres
  readonly instances: Instance[]
  readonly network: Network | undefined
  /** Of the second instance. */
  readonly clock: WallClock | undefined
  readonly watch: Watch
  readonly backMs: number
  readonly load: Load
  /** Whether the disk of Postgres can be full without harm to others. */
  readonly hasDisk: boolean
  readonly folder: string
  /** Events of senders who were never answered, and told of already: they may be there or not. */
  readonly #givenUp = new Set<string>()

  private constructor (made: Pick<World, 'postgres' | 'instances' | 'network' | 'clock' | 'watch' | 'backMs' | 'load' | 'hasDisk' | 'folder'>) {
    this.postgres = made.postgres
    this.instances = made.instances
    this.network = made.network
    this.clock = made.clock
    this.watch = made.watch
    this.backMs = made.backMs
    this.load = made.load
    this.hasDisk = made.hasDisk
    this.folder = made.folder
  }

  /** `backMs`: within which the service is to be back by itself once a fault is over. */
  static async open (watch: Watch, backMs: number): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'lpp-world-'))
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const hasDisk = hasTmpfs && mount(disk, DISK)
    const network = makeNetwork()
    const postgres = await OwnPostgres.create(disk, network)
    const clock = makeWallClock(folder)
    const env = { DATABASE_URL: postgres.url, OPERATOR_TOKEN: OPERATOR, DATABASE_POOL_SIZE: '6', STOP_SECONDS: '30' }
    const instances = [
      new Instance(join(folder, 'one'), env), new Instance(join(folder, 'two'), { ...env, ...clock?.env })
    ]
    for (const instance of instances) await instance.start()
    const token = await makeSource(instances[0] as Instance)
    const load = new Load(instances, watch, token, backMs)
    const world = new World({ postgres, instances, network, clock, watch, backMs, load, hasDisk, folder })
    await world.until('the other instance knows the token', async () => {
      const answers = instances.map(async ({ url }) => (await fetch(`${url}/v1/events/none`, { headers: bearer(token) })).status)
      return !(await Promise.all(answers)).includes(401)
    })
    return world
  }

  get one (): Instance {
    return this.instances[0] as Instance
  }

  get two (): Instance {
    return this.instances[1] as Instance
  }

  /** Waits until something is so, at most as long as the service has to be back; a fault if it never is. */
  async until (what: string, isSo: () => Promise<boolean> | boolean, withinMs = this.backMs): Promise<void> {
    const last = performance.now() + withinMs
    while (!await Promise.resolve(isSo()).catch(() => false)) {
      if (performance.now() > last) {
        this.watch.fault(`not within ${withinMs} ms: ${what}`)
        return
      }
      await wait(LOOK_MS)
    }
  }

  /** The answer of a probe, without a judgement. */
  async ready (instance: Instance): Promise<number> {
    return (await fetch(`${instance.url}/readyz`, { signal: AbortSignal.timeout(20_000) })).status
  }

  async sayNotReady (): Promise<void> {
    for (const instance of this.instances.filter(({ isUp }) => isUp)) {
      await this.until('readyz says 503 while the database is away', async () => await this.ready(instance) === 503)
    }
  }

  /** So many batches more have been acknowledged by each instance that is up. */
  async progress (): Promise<void> {
    for (const instance of this.instances.filter(({ isUp }) => isUp)) {
      await this.until('readyz says 200 again', async () => await this.ready(instance) === 200)
      const ids = this.load.ids(20)
      ids.forEach((id) => this.load.sent.add(id))
      await this.until('a batch is acknowledged', async () => await this.load.sendOnce(instance, ids))
    }
  }

  /** Acknowledged is there, once; sums are right, in the database and in every answer. */
  async verify (): Promise<void> {
    const { sent, acknowledged } = this.load
    const refused = [...sent].filter((id) => !acknowledged.has(id) && !this.#givenUp.has(id))
    refused.forEach((id) => this.#givenUp.add(id))
    if (refused.length > 0) this.watch.fault(`never acknowledged: ${refused.length} events`)
    await this.postgres.with(async (client) => {
      const { rows } = await client.query<{ id: string }>('SELECT id FROM event')
      const stored = new Set(rows.map(({ id }) => id))
      if (stored.size !== rows.length) this.watch.fault(`stored twice: ${rows.length - stored.size} events`)
      const lost = [...acknowledged].filter((id) => !stored.has(id))
      if (lost.length > 0) this.watch.fault(`lost ${lost.length} acknowledged events: ${lost.slice(0, 5).join(', ')}`)
      const invented = rows.filter(({ id }) => !sent.has(id))
      if (invented.length > 0) this.watch.fault(`${invented.length} events that nobody sent`)
      const differences = await findDifferences(client, 10)
      if (differences.length > 0) this.watch.fault(`rollups differ: ${JSON.stringify(differences)}`)
      for (const { url } of this.instances) {
        await this.until('the series counts what is stored', async () => {
          const answer = await (await fetch(`${url}${COUNT}`)).json() as any
          return answer.data[0]?.values[0].value === stored.size
        })
      }
    })
  }

  async close (): Promise<void> {
    for (const instance of this.instances) await instance.end('SIGKILL')
    this.postgres.thaw()
    await this.postgres.stop('SIGKILL')
    await this.until('every process of Postgres has ended', () => this.postgres.processes.length === 0, PARTS_MS)
    this.network?.remove()
    if (this.hasDisk) unmount(join(this.folder, 'disk'))
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function makeSource ({ url }: Instance): Promise<string> {
  const headers = { ...bearer(OPERATOR), 'content-type': 'application/json' }
  const source = `${url}/v1/sources/solihull/bartec`
  await fetch(source, { method: 'PUT', headers, body: JSON.stringify({ services: ['report-missed-bin'] }) })
  const response = await fetch(`${source}/tokens`, { method: 'POST', headers, body: '{}' })
  return (await response.json() as { token: string }).token
}
