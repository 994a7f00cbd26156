import { once } from 'node:events'
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { awaitReady } from '../../../src/embedded-postgres/await-ready.ts'
import { postgresBinaries } from '../../../src/embedded-postgres/binaries.ts'
import { freePort } from '../../../src/embedded-postgres/free-port.ts'
import { ensureInitialised } from '../../../src/embedded-postgres/initialise.ts'
import { launch, type PostgresProcess } from '../../../src/embedded-postgres/launch.ts'
import { endOrphans } from '../../../src/embedded-postgres/orphans.ts'
import { runAs } from '../../../src/embedded-postgres/run-as.ts'
import type { Network } from './network.ts'
import { processesOn } from './processes.ts'

const PASSWORD = 'password-of-the-tests'
const MEGABYTE = 1024 * 1024

/** A Postgres to which everything is done that happens to one. */
export class OwnPostgres {
  readonly url: string
  readonly data: string
  readonly maxConnections = 40
  readonly #disk: string
  readonly #port: number
  readonly #network: Network | undefined
  #child: PostgresProcess | undefined

  private constructor (disk: string, data: string, port: number, network: Network | undefined) {
    [this.#disk, this.data, this.#port, this.#network] = [disk, data, port, network]
    this.url = `postgres://postgres:${PASSWORD}@${network?.address ?? '127.0.0.1'}:${port}/postgres`
  }

  /** On a folder, which may be a disk of its own; in a network of its own, if one is given. */
  static async create (disk: string, network?: Network): Promise<OwnPostgres> {
    mkdirSync(disk, { recursive: true })
    const data = await ensureInitialised(disk, PASSWORD, runAs(), new AbortController().signal)
    if (network !== undefined) {
      appendFileSync(join(data, 'pg_hba.conf'), `host all all ${network.subnet} scram-sha-256\n`)
    }
    const postgres = new OwnPostgres(disk, data, await freePort(), network)
    await postgres.start()
    return postgres
  }

  async start (): Promise<void> {
    const signal = new AbortController().signal
    await endOrphans({ data: this.data, password: PASSWORD, say: () => undefined, signal })
    const as = runAs()
    const settings = {
      listen_addresses: this.#network?.address ?? '127.0.0.1',
      port: String(this.#port),
      unix_socket_directories: '',
      max_connections: String(this.maxConnections),
      shared_buffers: '64MB',
      max_wal_size: '128MB',
      timezone: 'UTC'
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const command = (program: string, rest: string[]): [string, string[]] => {
      const inner = as.command(program, rest)
      return this.#network === undefined ? inner : this.#network.inside(...inner)
    }
    let [line, at] = ['nothing', performance.now()]
    const { postgres } = await postgresBinaries()
    this.#child = launch(postgres, ['-D', this.data, ...args], { ...as, command }, (said) => {
      [line, at] = [said, performance.now()]
    })
    const exited = once(this.#child, 'exit').then(() => {
      throw new Error(`Postgres ended: ${line}`)
    })
    const last = (): { line: string, at: number } => ({ line, at })
    await Promise.race([awaitReady({ url: this.url, signal, say: () => undefined, last }), exited])
    exited.catch(() => undefined)
  }

  get isRunning (): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  /** SIGINT: in order; SIGKILL: as a power cut takes it. */
  async stop (signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (this.#child === undefined || !this.isRunning) return
    const exited = once(this.#child, 'exit')
    this.#child.kill(signal)
    await exited
  }

  get processes (): number[] {
    return existsSync(this.data) ? processesOn(this.data) : []
  }

  freeze (): void {
    this.#toAll('SIGSTOP')
  }

  thaw (): void {
    this.#toAll('SIGCONT')
  }

  #toAll (signal: NodeJS.Signals): void {
    for (const pid of this.processes) {
      try {
        process.kill(pid, signal)
      } catch {} // a backend that has just ended
    }
  }

  /** Leaves no room on its disk until it is freed. */
  fill (): void {
    const file = openSync(join(this.#disk, 'filler'), 'a')
    try {
      for (let size = MEGABYTE; size >= 4096; size /= 16) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size))
        } catch {} // no room for so much
      }
    } finally {
      closeSync(file)
    }
  }

  get room (): number {
    const { bavail, bsize } = statfsSync(this.#disk)
    return bavail * bsize
  }

  free (): void {
    rmSync(join(this.#disk, 'filler'), { force: true })
  }

  async with<T> (work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'harness', connectionTimeoutMillis: 60_000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
