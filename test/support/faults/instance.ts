import { startProcess, type RunningService } from '../process.ts'

/** One process of the service, which may be killed and started anew. */
export class Instance {
  readonly #dataDir: string
  readonly #env: Record<string, string>
  #service: RunningService | undefined
  isUp = false

  constructor (dataDir: string, env: Record<string, string>) {
    [this.#dataDir, this.#env] = [dataDir, env]
  }

  get url (): string {
    return this.#service?.url ?? 'http://127.0.0.1:9'
  }

  /** Unlike a start by hand it is repeated, as whoever keeps a service running repeats it: its database may be away. */
  async start (): Promise<void> {
    for (let tries = 1; !this.isUp; tries++) {
      try {
        // What it logs is what it should: that its database is away.
        this.#service = await startProcess(this.#dataDir, this.#env, undefined, 'ignore')
        this.isUp = true
      } catch (error) {
        if (tries === 5) throw error
      }
    }
  }

  /** Returns the exit code. */
  async end (signal: NodeJS.Signals): Promise<number | null> {
    this.isUp = false
    if (this.#service === undefined) return null
    const { child } = this.#service
    if (child.exitCode === null && child.signalCode === null) await this.#service.end(signal)
    return child.exitCode
  }

  get hasEnded (): boolean {
    const child = this.#service?.child
    return child !== undefined && (child.exitCode !== null || child.signalCode !== null)
  }
}
