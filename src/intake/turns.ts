import { setImmediate } from 'node:timers'
import { ProblemError } from '../errors.ts'

interface Options {
  /** How many works go on at once. */
  atOnce: number
  /** How many of these may be long ones, so that a short one finds a place soon; left out: all. */
  longAtOnce?: number
  /** How many of one key may wait, and for how long; whoever is beyond is told to try again. */
  mostWaiting?: number
  mostMs?: number
}

/** What a work says of itself. Of one key, such as a source, one work goes on at a time. */
export interface Asked { key: string, long: boolean }

interface Waiting { long: boolean, start: () => void }

/** After so many short works in a row a long one goes first, so that it is never passed over for good. */
const SHORT_IN_A_ROW = 8
const [MOST_WAITING, MOST_MS] = [64, 30_000]

/**
 * A queue in which nobody holds up the others: of each key one work at a time, keys in turn, short works before long
 * ones. It is for what has to be shared: the event loop, connections to the database. Whoever waits here holds none.
 */
export class Turns {
  readonly #options: Required<Options>
  /** Who waits, by key; the key whose turn is longest ago comes first. */
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #busy = new Set<string>()
  #long = 0
  #shortInARow = 0

  constructor ({ atOnce, longAtOnce = atOnce, mostWaiting = MOST_WAITING, mostMs = MOST_MS }: Options) {
    this.#options = { atOnce, longAtOnce, mostWaiting, mostMs }
  }

  /**
   * Runs `work` when its turn has come. Throws `ProblemError` (unavailable) where too many wait, or it waits too long.
   */
  async run<T> (asked: Asked, work: () => Promise<T>): Promise<T> {
    if (this.#mayStart(asked)) this.#start(asked)
    else await this.#wait(asked)
    try {
      return await work()
    } finally {
      this.#busy.delete(asked.key)
      if (asked.long) this.#long--
      // Not at once: one work after the other would leave the event loop to nobody else.
      if (this.#waiting.size > 0) setImmediate(() => this.#startWaiting())
    }
  }

  /** Whether a work of the key goes on or waits. */
  isBusy (key: string): boolean {
    return this.#busy.has(key) || this.#waiting.has(key)
  }

  get waiting (): number {
    return [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0)
  }

  async #wait (asked: Asked): Promise<void> {
    const { key, long } = asked
    const queue = this.#waiting.get(key) ?? []
    if (queue.length >= this.#options.mostWaiting) throw busy()
    this.#waiting.set(key, queue)
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        long,
        start: () => {
          clearTimeout(timer)
          this.#leave(key, waiting)
          this.#start(asked)
          resolve()
        }
      }
      const timer = setTimeout(() => {
        this.#leave(key, waiting)
        reject(busy())
      }, this.#options.mostMs)
      queue.push(waiting)
    })
  }

  #mayStart ({ key, long }: Asked): boolean {
    return this.#busy.size < this.#options.atOnce && !this.#busy.has(key) &&
      (!long || this.#long < this.#options.longAtOnce)
  }

  #start ({ key, long }: Asked): void {
    this.#busy.add(key)
    if (long) this.#long++
    this.#shortInARow = long ? 0 : this.#shortInARow + 1
  }

  #leave (key: string, waiting: Waiting): void {
    const left = (this.#waiting.get(key) ?? []).filter((one) => one !== waiting)
    this.#waiting.delete(key)
    if (left.length > 0) this.#waiting.set(key, left) // as the last
  }

  #startWaiting (): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) next.start()
  }

  #next (): Waiting | undefined {
    const longFirst = this.#shortInARow >= SHORT_IN_A_ROW
    for (const long of [longFirst, !longFirst]) {
      for (const [key, queue] of this.#waiting) {
        const found = this.#mayStart({ key, long }) ? queue.find((one) => one.long === long) : undefined
        if (found !== undefined) return found
      }
    }
    return undefined
  }
}

const busy = (): ProblemError => new ProblemError(
  'unavailable', 'Too much that was sent before still waits for its turn; send this again, and less at once.'
)
