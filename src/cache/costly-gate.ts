import { ProblemError } from '../errors.ts'
import { ofThisRequest } from '../telemetry/request-trace.ts'

/** Who waits for something costly. */
export interface Asker {
  /** Clients are served in turn. */
  client: string
  /** Calls `leave` when the asker goes away; called only for those who have to wait. */
  onGone: (leave: () => void) => void
  /** Throws `ProblemError` where the asker has had so much computed that it may ask for no more just now. */
  mayAsk?: () => Promise<void>
}

export interface GateLimits {
  /** Computed at the same time by this process. */
  atOnce: number
  /** Of them for one client, so that there is a place for another. */
  ofClient: number
  /** Waiting for one client. */
  waitingOfClient: number
  /** Waiting for all clients together. */
  waiting: number
  /** The longest that anybody waits, in milliseconds. */
  waitMs: number
}

/**
 * Three, because an answer waits for Postgres for much of its time while the one thread shapes another. A page of a
 * front end asks for a dozen answers at once, and all of an office may have one address: a hundred may wait.
 */
export const GATE_LIMITS: GateLimits = { atOnce: 3, ofClient: 2, waitingOfClient: 100, waiting: 500, waitMs: 15_000 }

/** A computation that waits for its turn. */
export interface Turn<T> {
  value: Promise<T>
  /**
   * Waits in the queue of the asker's client as well: whoever is served first has it computed. Rejects with
   * `ProblemError` (unavailable) where the asker waits too long, or too many do; else never settles.
   */
  wait: (asker: Asker) => Promise<never>
}

interface Waiting {
  isWaiting: boolean
  /** How many askers of each client wait for it. */
  clients: Map<string, number>
  begin: () => Promise<unknown>
  giveUp: (error: unknown) => void
  /** What to do when it begins: stop the clocks of those who wait. */
  onBegin: Array<() => void>
}

// Asked again after a wait: others may have had it begun meanwhile.
const isWaiting = (turn: Waiting): boolean => turn.isWaiting

/**
 * A small gate for what costs much: some computations at a time, each client in turn. So a client with many questions
 * makes another wait for a few of them at most, and what is cheap never waits.
 */
export class CostlyGate {
  readonly #limits: GateLimits
  readonly #running = new Map<string, number>()
  /** What each client waits for; clients in the order in which they are served. */
  readonly #queues = new Map<string, Set<Waiting>>()
  #atWork = 0
  #waiting = 0

  constructor (limits: Partial<GateLimits> = {}) {
    this.#limits = { ...GATE_LIMITS, ...limits }
  }

  /** How many wait, over all clients. */
  get waiting (): number { return this.#waiting }

  get atWork (): number { return this.#atWork }

  /** Computes a value when the asker's turn comes: at once, if there is a place. */
  async run<T> (asker: Asker, compute: () => Promise<T>): Promise<T> {
    const turn = this.turnFor(compute)
    return await Promise.race([turn.value, turn.wait(asker)])
  }

  /** A turn that nobody waits for yet. */
  turnFor<T> (compute: () => Promise<T>): Turn<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const waiting: Waiting = {
      isWaiting: true,
      clients: new Map(),
      // Whoever has done before begins it.
      begin: ofThisRequest(async () => {
        try {
          resolve(await compute())
        } catch (error) {
          reject(error)
        }
      }),
      giveUp: reject,
      onBegin: []
    }
    return { value: promise, wait: async (asker) => await this.#wait(waiting, asker) }
  }

  async #wait (turn: Waiting, { client, onGone, mayAsk }: Asker): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>()
    if (!turn.isWaiting) return await promise
    turn.clients.set(client, (turn.clients.get(client) ?? 0) + 1)
    if (mayAsk !== undefined) {
      try {
        await mayAsk()
      } catch (error) {
        if (isWaiting(turn)) this.#leave(turn, client, error)
        throw error
      }
      if (!isWaiting(turn)) return await promise
    }
    if (this.#hasPlace(client)) {
      this.#begin(turn, client)
      return await promise
    }
    const { waitMs } = this.#limits
    let hasLeft = false
    const leave = (why: string): void => {
      if (hasLeft || !turn.isWaiting) return
      hasLeft = true
      clearTimeout(timer)
      const error = new ProblemError('unavailable', `${why}; ask again after the seconds in Retry-After, or for less.`)
      this.#leave(turn, client, error)
      reject(error)
    }
    const timer = setTimeout(leave, waitMs, `This question waited for its turn for ${waitMs / 1000} seconds`)
    turn.onBegin.push(() => clearTimeout(timer))
    if (this.#enqueue(turn, client)) onGone(() => leave('The client went away'))
    else leave('Too many costly questions wait already')
    return await promise
  }

  #hasPlace (client: string): boolean {
    const { atOnce, ofClient } = this.#limits
    return this.#atWork < atOnce && (this.#running.get(client) ?? 0) < ofClient
  }

  /** False: too many wait. */
  #enqueue (turn: Waiting, client: string): boolean {
    const queue = this.#queues.get(client) ?? new Set()
    if (queue.has(turn)) return true
    const { waitingOfClient, waiting } = this.#limits
    if (queue.size >= waitingOfClient || this.#waiting >= waiting) return false
    this.#queues.set(client, queue.add(turn))
    this.#waiting++
    return true
  }

  #dequeue (turn: Waiting, client: string): void {
    const queue = this.#queues.get(client)
    if (queue?.delete(turn) !== true) return
    this.#waiting--
    if (queue.size === 0) this.#queues.delete(client)
  }

  // Nobody computes what nobody waits for.
  #leave (turn: Waiting, client: string, error: unknown): void {
    const left = (turn.clients.get(client) ?? 1) - 1
    if (left > 0) {
      turn.clients.set(client, left)
      return
    }
    turn.clients.delete(client)
    this.#dequeue(turn, client)
    if (turn.clients.size > 0) return
    turn.isWaiting = false
    turn.giveUp(error)
  }

  #begin (turn: Waiting, client: string): void {
    turn.isWaiting = false
    for (const other of turn.clients.keys()) this.#dequeue(turn, other)
    for (const stop of turn.onBegin) stop()
    this.#atWork++
    this.#running.set(client, (this.#running.get(client) ?? 0) + 1)
    void turn.begin().finally(() => {
      this.#atWork--
      const left = (this.#running.get(client) ?? 1) - 1
      if (left === 0) this.#running.delete(client)
      else this.#running.set(client, left)
      this.#next()
    })
  }

  #next (): void {
    for (const [client, queue] of [...this.#queues]) {
      const [turn] = queue
      if (turn === undefined || !turn.isWaiting || !this.#hasPlace(client)) continue
      this.#begin(turn, client)
      // Served: behind all others now.
      if (this.#queues.delete(client) && queue.size > 0) this.#queues.set(client, queue)
    }
  }
}
