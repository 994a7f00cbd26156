import { hash } from 'node:crypto'
import type { Moments } from '../store/moment.ts'

/** An answer as it is sent. */
export interface Answer { body: string, etag: string }

interface Kept { moment: string, scope: object, answer: Promise<Answer>, started: number, took: number | undefined }

const MOST_CHARACTERS = 32 * 1024 * 1024
const LARGEST = 16 * 1024 * 1024
const SLOW_MS = 250
const PATIENCE = 10

/**
 * Answers that are computed once for each state of the database: kept while nothing commits anywhere, and shared by all
 * who ask the same at once. Never older than the newest commit before the request, also beside other processes.
 */
export class Answers {
  readonly #moments: Moments
  readonly #kept = new Map<string, Kept>()
  #characters = 0

  readonly #stopwatch: () => number

  constructor (moments: Moments, stopwatch = () => performance.now()) {
    this.#moments = moments
    this.#stopwatch = stopwatch
  }

  /**
   * As `answer`, for one that its readers may keep for minutes. While events come in without a pause, what takes long to
   * compute would be computed without a pause; so it holds for ten times as long as that took.
   */
  async patientAnswer (question: string, scope: object, compute: () => Promise<string>): Promise<Answer> {
    const known = this.#kept.get(question)
    if (known?.scope === scope && this.#holds(known)) return await known.answer
    return await this.answer(question, scope, compute)
  }

  #holds ({ started, took }: Kept): boolean {
    const age = this.#stopwatch() - started
    return took === undefined ? age > SLOW_MS : took > SLOW_MS && age < took * (1 + PATIENCE)
  }

  /** `question` and `scope` (compared by identity: the catalogue in force) decide the answer at a moment. */
  async answer (question: string, scope: object, compute: () => Promise<string>): Promise<Answer> {
    const moment = await this.#moments.take()
    const known = this.#kept.get(question)
    if (known?.moment === moment && known.scope === scope) return await known.answer
    const started = this.#stopwatch()
    const answer = compute().then((body) => ({ body, etag: `"${hash('sha1', body, 'base64url')}"` }))
    this.#forget(question)
    const kept: Kept = { moment, scope, answer, started, took: undefined }
    this.#kept.set(question, kept)
    await answer.then(({ body }) => {
      kept.took = this.#stopwatch() - kept.started
      this.#weigh(question, answer, body.length)
    }, () => {
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
