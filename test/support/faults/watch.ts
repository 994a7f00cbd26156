/** What comes of a request, as far as it matters here. */
export interface Answer { status: number, text: string }

/** For an answer, refusals included: who waits longer takes the service for dead. */
export const HANG_MS = 15_000

const PRINTED = 3

/**
 * Judges every answer. While a fault is on, and until the service is back, 503 with `Retry-After` is right; every other
 * 5xx, a hang and a broken connection are faults of the service, printed with their time.
 */
export class Watch {
  readonly faults: string[] = []
  readonly counts = new Map<string, number>()
  readonly #kinds = new Map<string, number>()
  readonly #began = performance.now()
  readonly #print: (line: string) => void
  readonly #hangMs: number
  /** The name of the scenario that is on. */
  scenario = 'start'

  constructor (print: (line: string) => void, hangMs = HANG_MS) {
    [this.#print, this.#hangMs] = [print, hangMs]
  }

  say (line: string): void {
    this.#print(`${((performance.now() - this.#began) / 1000).toFixed(1).padStart(7)} s  ${line}`)
  }

  /** `kind`: what is alike is printed a few times and then counted. */
  fault (what: string, kind = what): void {
    const line = `${this.scenario}: ${what}`
    this.faults.push(line)
    const key = `${this.scenario}: ${kind}`
    const times = (this.#kinds.get(key) ?? 0) + 1
    this.#kinds.set(key, times)
    if (times <= PRINTED) this.say(`FAULT ${line}`)
  }

  /** Every kind of fault and how often it came. */
  get kinds (): ReadonlyMap<string, number> {
    return this.#kinds
  }

  /**
   * Sends a request. `isUp` says whether the service that is asked is meant to be there: a killed one may break
   * connections. Returns undefined where no answer came.
   */
  async ask (url: string, isUp: () => boolean, init: RequestInit = {}): Promise<Answer | undefined> {
    const name = `${init.method ?? 'GET'} ${new URL(url).pathname}`
    const wasUp = isUp()
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(this.#hangMs) })
      const text = await response.text()
      const { status } = response
      this.counts.set(`${name} ${status}`, (this.counts.get(`${name} ${status}`) ?? 0) + 1)
      const mayWait = status === 503 && response.headers.has('retry-after')
      if (status >= 400 && !mayWait) this.fault(`${name}: ${status} ${text.slice(0, 300)}`, `${name}: ${status}`)
      return { status, text }
    } catch (error) {
      const reason = error as Error & { cause?: Error }
      if (reason.name === 'TimeoutError') this.fault(`${name}: no answer within ${this.#hangMs} ms`)
      else if (wasUp && isUp()) this.fault(`${name}: ${reason.message}: ${String(reason.cause?.message)}`, `${name}: broken`)
      return undefined
    }
  }
}
