import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { Slices } from '../domain/slices.ts'
import { Arrivals } from './arrivals.ts'
import { Turns } from './turns.ts'

/** Bytes of a body that is read and checked at once, which takes less than a slice: it does not wait for its turn. */
const FEW_BYTES = 8 * 1024
/** Bytes from which on a body counts as long, and gives way to shorter ones. */
const LONG_BYTES = 64 * 1024

export interface Manners {
  /** For so long after a short request others are taken to be there, who want answers; in milliseconds. */
  othersMs: number
  /** The longest that the next body waits for a commit: one that waits for locks holds up no other sender. */
  commitMs: number
}

const MANNERS: Manners = { othersMs: 250, commitMs: 50 }

/** Who sends: whoever has the same key waits for itself, and for nobody else. */
export interface Sender { key: string, bytes: number }

/** What all that is sent to this process shares, and how it is shared out. */
export class Intake {
  /** For transactions, behind `storing`. */
  readonly pool: pg.Pool
  /** When rows came in of each feed. */
  readonly arrivals: Arrivals
  readonly #reading = new Turns({ atOnce: 1 })
  readonly #storing: Turns
  readonly #manners: Manners
  #othersAt = -Infinity

  /** `pool`: the connections of writers. One is left to the appending of new events, one more to short transactions. */
  constructor (
    pool: pg.Pool,
    connections = pool.options.max,
    manners = MANNERS,
    arrivals = new Arrivals(pool, () => undefined)
  ) {
    this.pool = pool
    this.arrivals = arrivals
    this.#manners = manners
    this.#storing = new Turns({ atOnce: Math.max(1, connections - 1), longAtOnce: Math.max(1, connections - 2) })
  }

  /** Reads and checks what was sent: one body at a time, in slices. */
  async read<T> ({ key, bytes }: Sender, work: (slices: Slices) => Promise<T>): Promise<T> {
    if (bytes <= FEW_BYTES) return await work(new Slices())
    return await this.#reading.run({ key, long: bytes >= LONG_BYTES }, async () => await work(new Slices()))
  }

  /**
   * The same for what is committed as soon as it is read. Where others ask meanwhile, the next body waits for the
   * commit as well: to read one while Postgres writes another takes two cores, and leaves none for answers.
   */
  async readAndCommit<T> (sender: Sender, read: (slices: Slices) => Promise<() => Promise<T>>): Promise<T> {
    let committed: Promise<T> | undefined
    const commit = await this.read(sender, async (slices) => {
      const commit = await read(slices)
      if (this.#othersAsk) {
        committed = commit()
        await Promise.race([committed.catch(() => undefined), wait(this.#manners.commitMs, undefined, { ref: false })])
      }
      return commit
    })
    return await (committed ?? commit())
  }

  /** For work behind the writers: while others ask, it takes turns with what is sent. */
  async behind<T> (work: () => Promise<T>): Promise<T> {
    return this.#othersAsk ? await this.#reading.run({ key: 'behind the writers', long: true }, work) : await work()
  }

  get #othersAsk (): boolean {
    return performance.now() - this.#othersAt < this.#manners.othersMs
  }

  /** A request has come with so many bytes: one with few is of somebody who wants an answer soon. */
  noteShort (bytes: number): void {
    if (bytes <= FEW_BYTES) this.#othersAt = performance.now()
  }

  /**
   * For a transaction that may wait for locks or take seconds: it takes a connection when its turn has come. What has
   * the same key goes one after the other, so that one sender has one connection.
   */
  async store<T> ({ key, bytes }: Sender, work: () => Promise<T>): Promise<T> {
    return await this.#storing.run({ key, long: bytes >= LONG_BYTES }, work)
  }

  /** How many wait for their turn to read or to store. */
  get waiting (): number {
    return this.#reading.waiting + this.#storing.waiting
  }

  /** Whether a transaction of the key is on its way, or waits. */
  isStoring (key: string): boolean {
    return this.#storing.isBusy(key)
  }
}
