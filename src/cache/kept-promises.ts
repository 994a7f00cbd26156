import { LRUCache } from 'lru-cache'

/**
 * What is on its way or known, by key, as much as fits into so many bytes: what was not asked for the longest goes
 * first.
 */
export class KeptPromises<Kept extends object> {
  readonly #kept: LRUCache<string, Kept>

  constructor (limits: { maxSize: number, maxEntrySize?: number }) {
    this.#kept = new LRUCache(limits)
  }

  get (key: string): Kept | undefined {
    return this.#kept.get(key)
  }

  /** Keeps it from now on; counts what it takes up once `promise` is known, and drops it if that fails. */
  keep<T> (key: string, kept: Kept, promise: Promise<T>, bytesOf: (value: T) => number): void {
    this.#kept.set(key, kept, { size: 1 })
    const settle = (bytes: number | undefined): void => {
      if (this.#kept.peek(key) !== kept) return
      this.#kept.delete(key) // the same value set again would keep the size it had
      if (bytes !== undefined) this.#kept.set(key, kept, { size: bytes })
    }
    promise.then((value) => settle(bytesOf(value)), () => settle(undefined))
  }
}
