import { createHash } from 'node:crypto'
import type { Moments } from '../store/moment.ts'

/** An answer as it is sent. */
export interface Answer { body: string, etag: string }

interface Kept { moment: string, scope: object, answer: Promise<Answer> }

const MOST_CHARACTERS = 16 * 1024 * 1024
const LARGEST = 2 * 1024 * 1024

/**
 * Answers that are computed once for each state of the database: kept while nothing commits anywhere, and shared by all
 * who ask the same at once. Never older than the newest commit before the request, also beside other processes.
 */
export class Answers {
  readonly #moments: Moments
  readonly #kept = new Map<string, Kept>()
  #characters = 0

  constructor (moments: Moments) {
    this.#moments = moments
  }

  /** `question` and `scope` (compared by identity: the catalogue in force) decide the answer at a moment. */
  async answer (question: string, scope: object, compute: () => Promise<string>): Promise<Answer> {
    const moment = await this.#moments.take()
    const known = this.#kept.get(question)
    if (known?.moment === moment && known.scope === scope) return await known.answer
    const answer = compute().then((body) => ({ body, etag: `"${createHash('sha1').update(body).digest('base64url')}"` }))
    this.#forget(question)
    this.#kept.set(question, { moment, scope, answer })
    await answer.then(({ body }) => { this.#weigh(question, answer, body.length) }, () => {
      if (this.#kept.get(question)?.answer === answer) this.#kept.delete(question)
    })
    return await answer
  }

  readonly #sizes = new Map<string, number>()

  #weigh (question: string, answer: Promise<Answer>, size: number): void {
    if (this.#kept.get(question)?.answer !== answer) return
    if (size > LARGEST) {
      this.#forget(question)
      return
    }
    this.#sizes.set(question, size)
    this.#characters += size
    for (const oldest of this.#sizes.keys()) {
      if (this.#characters <= MOST_CHARACTERS) break
      this.#forget(oldest)
    }
  }

  #forget (question: string): void {
    this.#kept.delete(question)
    this.#characters -= this.#sizes.get(question) ?? 0
    this.#sizes.delete(question)
  }
}
