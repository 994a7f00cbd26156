import { hash } from 'node:crypto'
import type { SeriesScope } from '../rollups/index.ts'
import type { Cache } from './cache.ts'
import type { States } from './states.ts'
import { CostlyGate, type Asker, type Turn } from './costly-gate.ts'

/**
 * An answer as it is sent; `next`: of a page, the address of the next one; `keptMs`: to a patient question, for how
 * long it has been kept, whatever was committed.
 */
export interface Answer { body: Buffer, etag: string, next?: string | undefined, keptMs?: number }

/** A page of a list, and the address of the next one. */
interface Page { body: string, next: string | undefined }

export interface Question {
  /** What is asked: the address, or a name where many addresses ask the same. */
  about: string
  /** The media type of the answer. */
  type: string
  /** Name of the viewer: viewers with one name see the same. */
  viewer: string
  /** Number of the day, or of the hour, that the answer holds in. */
  time: number
  /** The catalogue in force. */
  catalogue: object
  /** Who waits for it, where it has to be computed. */
  asker: Asker
  /** The series that the answer is made of; called once for each catalogue. Left out: the whole database. */
  scope?: (() => SeriesScope) | undefined
  /** For clients who may cache the answer for minutes: a slow answer is given again even after a commit. */
  patient?: boolean
  /** The answer as text, or its bytes. */
  compute: () => Promise<string | Buffer | Page>
}

/**
 * Caches answers as bytes, one for each state of the data. An answer is never older than the newest commit before the
 * question, by any process, unless the question is patient. What is not cached is computed when its turn comes.
 */
export class AnswerCache {
  readonly #cache: Cache
  readonly #states: Pick<States, 'of'>
  readonly #gate: CostlyGate
  /** Of the answers that are not computed yet, by key and state; of the newest of each key by the key alone, too. */
  readonly #waiting = new Map<string, Turn<Answer>>()

  constructor (cache: Cache, states: Pick<States, 'of'>, gate = new CostlyGate()) {
    this.#cache = cache
    this.#states = states
    this.#gate = gate
  }

  async answer (question: Question): Promise<Answer> {
    const { about, type, viewer, time, catalogue, patient = false, asker, compute } = question
    const key = ['answer', type, viewer, time, about].join('\n')
    const slow = patient ? this.#cache.getSlow<Answer>(key, catalogue) : undefined
    if (slow !== undefined) {
      const keptMs = this.#cache.ageOf(key)
      return { ...await this.#withTurn(slow, this.#waiting.get(key), asker), keptMs }
    }
    const state = await this.#states.of(await this.#scopeOf(question, key))
    const place = `${state}\n${key}`
    const answer = this.#cache.get(key, { catalogue, state }, async (begin) => {
      const turn = this.#gate.turnFor(async () => {
        begin()
        return toAnswer(await compute())
      })
      for (const name of [place, key]) this.#waiting.set(name, turn)
      return await turn.value.finally(() => {
        for (const name of [place, key]) if (this.#waiting.get(name) === turn) this.#waiting.delete(name)
      })
    }, ({ body }) => body.length)
    return await this.#withTurn(answer, this.#waiting.get(place), asker)
  }

  /** Whoever asks for what waits already waits in the queue of their own client, and need not wait for another's. */
  async #withTurn (answer: Promise<Answer>, turn: Turn<Answer> | undefined, asker: Asker): Promise<Answer> {
    return turn === undefined ? await answer : await Promise.race([answer, turn.wait(asker)])
  }

  /** Gives all who ask the same question the same scope object, so that its state is looked up once. */
  async #scopeOf ({ catalogue, scope }: Question, key: string): Promise<SeriesScope | undefined> {
    return scope && await this.#cache.get(
      `scope of ${key}`, { catalogue, state: '' }, async () => scope(), ({ authorityIds }) => authorityIds.length * 8
    )
  }
}

export const etagOf = (body: string | Buffer): string => `"${hash('sha1', body, 'base64url')}"`

// Encode the answer once, so that later requests need not wait for it.
function toAnswer (answer: string | Buffer | Page): Answer {
  if (typeof answer === 'object' && 'body' in answer) return { ...toAnswer(answer.body), next: answer.next }
  const body = typeof answer === 'string' ? Buffer.from(answer) : answer
  return { body, etag: etagOf(body) }
}
