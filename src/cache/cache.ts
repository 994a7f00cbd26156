import { LRUCache } from 'lru-cache'

/** The version of an entry: the same catalogue object and data in the same state make the same value. */
export interface Version { catalogue: object, state: string }

/** `asked`: when the value was first asked for; `started`: when its computation began, which may have had to wait. */
interface Entry { version: Version, value: Promise<unknown>, asked: number, started: number, ended: number }

/** The most bytes of all cached answers and plans together. */
const MOST_BYTES = 64 * 1024 * 1024
const LARGEST = 16 * 1024 * 1024
/** The bytes of an entry beside its value and key: 500 measured, the rest for fragments of buffers. */
const ENTRY_BYTES = 1000
const SLOW_MS = 250
const PATIENCE = 10

/**
 * Computes each value once for each version, and shares it between all who ask at the same time. The least recently
 * used values make room for new ones.
 */
export class Cache {
  readonly #entries: LRUCache<string, Entry>
  readonly #stopwatch: () => number
  /** How often a value was there, and how often it had to be computed; of answers, and of what they are made from. */
  readonly counts = { answers: { hits: 0, misses: 0 }, parts: { hits: 0, misses: 0 } }

  constructor ({ mostBytes = MOST_BYTES, stopwatch = () => performance.now() } = {}) {
    this.#entries = new LRUCache({ maxSize: mostBytes, maxEntrySize: Math.min(LARGEST, mostBytes) })
    this.#stopwatch = stopwatch
  }

  /**
   * The value of `key` at `version`. `key` begins with the kind of value, and names all that decides the value beside
   * the version. Calls `compute` before it returns, or not at all. A value that fails is forgotten. Where the work has
   * to wait, `compute` calls `begin` when it begins.
   */
  async get<T> (
    key: string, version: Version, compute: (begin: () => void) => Promise<T>, bytesOf: (value: T) => number
  ): Promise<T> {
    const found = this.#entries.get(key)
    const counts = this.#countsOf(key)
    if (found?.version.catalogue === version.catalogue && found.version.state === version.state) {
      counts.hits++
      return await (found.value as Promise<T>)
    }
    counts.misses++
    const asked = this.#stopwatch()
    let started = asked
    const value = compute(() => {
      started = this.#stopwatch()
    })
    const entry: Entry = { version, value, asked, started, ended: Infinity }
    this.#entries.set(key, entry, { size: 1 })
    try {
      const bytes = bytesOf(await value) + key.length + ENTRY_BYTES
      if (this.#isCurrent(key, entry)) {
        // As a new object: lru-cache keeps the size of one that it has already.
        this.#entries.set(key, { ...entry, started, ended: this.#stopwatch() }, { size: bytes })
      }
    } catch (error) {
      if (this.#isCurrent(key, entry)) this.#entries.delete(key)
      throw error
    }
    return await value
  }

  /**
   * The value of `key` for any state of the data, if it is slow to compute: while it is being computed, and ten times
   * as long afterwards. Otherwise a steady stream of events would make the service compute it without a pause.
   */
  getSlow<T> (key: string, catalogue: object): Promise<T> | undefined {
    const entry = this.#entries.get(key)
    if (entry?.version.catalogue !== catalogue) return undefined
    const now = this.#stopwatch()
    if (entry.ended === Infinity) return now - entry.asked > SLOW_MS ? entry.value as Promise<T> : undefined
    const took = entry.ended - entry.started
    if (took <= SLOW_MS || now >= entry.started + took * (1 + PATIENCE)) return undefined
    this.#countsOf(key).hits++
    return entry.value as Promise<T>
  }

  /** For how many ms the value of `key` has been there, or been computed. */
  ageOf (key: string): number {
    const entry = this.#entries.peek(key)
    return entry === undefined ? 0 : this.#stopwatch() - entry.asked
  }

  get bytes (): number {
    return this.#entries.calculatedSize
  }

  #countsOf (key: string): { hits: number, misses: number } {
    return key.startsWith('answer\n') ? this.counts.answers : this.counts.parts
  }

  #isCurrent (key: string, entry: Entry): boolean {
    return this.#entries.peek(key) === entry
  }
}
