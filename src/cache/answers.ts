import { hash } from 'node:crypto'
import type { Moments, SeriesScope, SeriesStates } from '../rollups/index.ts'
import { KeptPromises } from './kept-promises.ts'

/** An answer as it is sent. */
export interface Answer { body: Buffer, etag: string }

interface Kept {
  version: string
  catalogue: object
  touched: SeriesScope | undefined
  answer: Promise<Answer>
  started: number
  took: number | undefined
}

export interface Question {
  /** All that decides the answer at one state of the data, with `catalogue`. */
  about: string
  /** The catalogue in force, compared by identity. */
  catalogue: object
  /** The answer as text, or its bytes. */
  compute: () => Promise<string | Buffer>
  /** All that the answer is made of; asked where it is not known. Left out: anything. */
  touches?: (() => SeriesScope) | undefined
}

const MOST_BYTES = 32 * 1024 * 1024
const LARGEST = 16 * 1024 * 1024
/** What an answer takes up beside its body and what it is kept by. */
const KEPT_BYTES = 2500
const SLOW_MS = 250
const PATIENCE = 10
/** Authorities whose states are looked up one by one; with more, that nothing was committed at all is what counts. */
const MOST_AUTHORITIES = 100

/**
 * Answers that are computed once for each state of what they are made of: kept while nothing of that is committed, and
 * shared by all who ask the same at once. Never older than the newest commit before the request, also beside other
 * processes.
 */
export class Answers {
  readonly #moments: Pick<Moments, 'take'>
  readonly #versions: Pick<SeriesStates, 'take'>
  readonly #kept = new KeptPromises<Kept>({ maxSize: MOST_BYTES, maxEntrySize: LARGEST })
  readonly #stopwatch: () => number

  constructor (
    moments: Pick<Moments, 'take'>, versions: Pick<SeriesStates, 'take'>, stopwatch = () => performance.now()
  ) {
    this.#moments = moments
    this.#versions = versions
    this.#stopwatch = stopwatch
  }

  /**
   * As `answer`, for one that its readers may keep for minutes. While events come in without a pause, what takes long
   * to compute would be computed without a pause; so it holds for ten times as long as that took.
   */
  async patientAnswer (question: Question): Promise<Answer> {
    const known = this.#kept.get(question.about)
    if (known?.catalogue === question.catalogue && this.#holds(known)) return await known.answer
    return await this.answer(question)
  }

  #holds ({ started, took }: Kept): boolean {
    const age = this.#stopwatch() - started
    return took === undefined ? age > SLOW_MS : took > SLOW_MS && age < took * (1 + PATIENCE)
  }

  async answer ({ about, catalogue, compute, touches }: Question): Promise<Answer> {
    const before = this.#kept.get(about)
    const touched = before?.catalogue === catalogue ? before.touched : touches?.()
    const version =
      await (touched === undefined || touched.authorityIds.length > MOST_AUTHORITIES
        ? this.#moments.take()
        : this.#versions.take(touched))
    const same = this.#kept.get(about)
    if (same?.version === version && same.catalogue === catalogue) return await same.answer
    const started = this.#stopwatch()
    const answer = compute().then(toAnswer)
    const kept: Kept = { version, catalogue, touched, answer, started, took: undefined }
    this.#kept.keep(about, kept, answer, ({ body }) => body.length + about.length + KEPT_BYTES)
    const known = await answer
    kept.took = this.#stopwatch() - started
    return known
  }
}

// As bytes from now on: whoever is sent a kept answer need not wait for its encoding again.
function toAnswer (answer: string | Buffer): Answer {
  const body = typeof answer === 'string' ? Buffer.from(answer) : answer
  return { body, etag: `"${hash('sha1', body, 'base64url')}"` }
}
