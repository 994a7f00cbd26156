import type pg from 'pg'
import { Slices } from '../domain/slices.ts'
import { Turns } from './turns.ts'

/** Bytes of a body that is read and checked at once, which takes less than a slice: it does not wait for its turn. */
const FEW_BYTES = 8 * 1024
/** Bytes from which on a body counts as long, and gives way to shorter ones. */
const LONG_BYTES = 64 * 1024

/** Who sends: whoever has the same key waits for itself, and for nobody else. */
export interface Sender { key: string, bytes: number }

/** What all that is sent to this process shares, and how it is shared out. */
export class Intake {
  /** For transactions, behind `storing`. */
  readonly pool: pg.Pool
  readonly #reading = new Turns({ atOnce: 1 })
  readonly #storing: Turns

  /** `pool`: the connections of writers. One is left to the appending of new events, one more to short transactions. */
  constructor (pool: pg.Pool, connections = pool.options.max) {
    this.pool = pool
    this.#storing = new Turns({ atOnce: Math.max(1, connections - 1), longAtOnce: Math.max(1, connections - 2) })
  }

  /** Reads and checks what was sent: one body at a time, in slices. */
  async read<T> ({ key, bytes }: Sender, work: (slices: Slices) => Promise<T>): Promise<T> {
    if (bytes <= FEW_BYTES) return await work(new Slices())
    return await this.#reading.run({ key, long: bytes >= LONG_BYTES }, async () => await work(new Slices()))
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
