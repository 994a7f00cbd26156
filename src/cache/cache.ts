import { LRUCache } from 'lru-cache'

/** What an entry is made of: the same catalogue, by identity, and data in the same state make the same value. */
export interface Version { catalogue: object, state: string }

interface Entry { version: Version, value: Promise<unknown>, started: number, ended: number }

/** All that the service remembers of answers and plans together. */
const MOST_BYTES = 64 * 1024 * 1024
const LARGEST = 16 * 1024 * 1024
/** What an entry takes up beside its value and its key: 500 measured, and shreds of buffers. */
const ENTRY_BYTES = 1000
const SLOW_MS = 250
const PATIENCE = 10

/**
 * Values that are computed once for each version of what they are made of, and shared by all who ask at once. What
 * nobody asked for the longest makes room for what is new.
 */
export class Cache {
  readonly #entries: LRUCache<string, Entry>
  readonly #stopwatch: () => number

  constructor ({ mostBytes = MOST_BYTES, stopwatch = () => performance.now() } = {}) {
    this.#entries = new LRUCache({ maxSize: mostBytes, maxEntrySize: Math.min(LARGEST, mostBytes) })
    this.#stopwatch = stopwatch
  }

  /**
   * The value of `key` at `version`. `key` begins with the kind of value, and names all that decides the value beside
   * the version. Calls `compute` before it returns, or not at all. A value that fails is forgotten.
   */
  async get<T> (
    key: string, version: Version, compute: () => Promise<T>, bytesOf: (value: T) => number
  ): Promise<T> {
    const found = this.#entries.get(key)
    if (found?.version.catalogue === version.catalogue && found.version.state === version.state) {
      return await (found.value as Promise<T>)
    }
    const started = this.#stopwatch()
    const value = compute()
    const entry: Entry = { version, value, started, ended: Infinity }
    this.#entries.set(key, entry, { size: 1 })
    try {
      const bytes = bytesOf(await value) + key.length + ENTRY_BYTES
      if (this.#isCurrent(key, entry)) {
        // As a new object: lru-cache keeps the size of one that it has already.
        this.#entries.set(key, { ...entry, ended: this.#stopwatch() }, { size: bytes })
      }
    } catch (error) {
      if (this.#isCurrent(key, entry)) this.#entries.delete(key)
      throw error
    }
    return await value
  }

  /**
   * The value of `key` in whatever state of the data, if it is slow: for as long as it is being computed, and for ten
   * times as long as that took. While events come in without a pause it would else be computed without a pause.
   */
  getSlow<T> (key: string, catalogue: object): Promise<T> | undefined {
    const entry = this.#entries.get(key)
    if (entry?.version.catalogue !== catalogue) return undefined
    const now = this.#stopwatch()
    const took = Math.min(entry.ended, now) - entry.started
    return took > SLOW_MS && now < entry.started + took * (1 + PATIENCE) ? entry.value as Promise<T> : undefined
  }

  #isCurrent (key: string, entry: Entry): boolean {
    return this.#entries.peek(key) === entry
  }
}
