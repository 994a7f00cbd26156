import type { Batch } from '../intake/accept-batch.ts'
import type { Receipt } from '../intake/receipt.ts'

/** A receipt for a body of which no row was refused. */
export interface Whole { receiptId: number, received: number, bodyHash: Buffer }

const MOST_BODIES = 10_000

/**
 * Bodies of which every row was stored, by their very bytes: what a sender sends again whose answer was lost on its
 * way. For as long as the catalogue holds by which their names were read. A hint that saves reading the rows; the proof
 * is the receipt in the database, which was committed with them, for no row is ever deleted.
 */
export class SentBefore {
  readonly #bodies = new Map<string, Whole>()
  #catalogue: object | undefined

  find ({ source, body: { type, hash }, dryRun }: Batch, catalogue: object): Whole | undefined {
    return hash === undefined || dryRun || catalogue !== this.#catalogue
      ? undefined
      : this.#bodies.get(keyOf(source.id, type, hash))
  }

  note ({ source, body: { type, hash } }: Batch, catalogue: object, { id, received, rejected }: Receipt): void {
    if (hash === undefined || id === null || rejected > 0) return
    if (catalogue !== this.#catalogue) this.#bodies.clear()
    this.#catalogue = catalogue
    this.#bodies.set(keyOf(source.id, type, hash), { receiptId: id, received, bodyHash: hash })
    for (const oldest of this.#bodies.keys()) {
      if (this.#bodies.size <= MOST_BODIES) break
      this.#bodies.delete(oldest)
    }
  }
}

const keyOf = (sourceId: number, type: string, hash: Buffer): string => `${sourceId} ${type} ${hash.toString('base64')}`
