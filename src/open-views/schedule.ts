import type { FastifyBaseLogger } from 'fastify'
import { localDay, localMinutes } from '../domain/calendar.ts'
import { fillOpenViews, type Filling } from './fill.ts'
import { readRuleChanges } from './store/places.ts'

const EVERY_MS = 30_000
/** Minutes after midnight in London: the day before has ended, and what senders send by night has come. */
const AT = 5 * 60

interface Options extends Omit<Filling, 'signal' | 'rests'> {
  logger: FastifyBaseLogger
  /** How often to look; left out: never. */
  everyMs?: number | undefined
}

/**
 * Fills the views every morning where somebody reads them, at once where they were never filled, and again where a rule
 * changed, or days were published, since the last time.
 */
export class OpenViews {
  readonly #options: Options
  readonly #stopping = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #done = ''

  constructor (options: Options) {
    this.#options = options
    const { everyMs } = options
    this.#timer = everyMs === undefined ? undefined : setInterval(() => { void this.look() }, everyMs).unref()
  }

  /** One look; what fails is told and tried again on a later one. */
  async look (): Promise<void> {
    this.#looking ??= this.#look().catch(this.#options.onError).finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  async #look (): Promise<void> {
    const { pool, catalogue, clock, logger } = this.#options
    const now = clock()
    const { since } = catalogue.directory.publication
    // Before the hour the morning of the day before holds.
    const morning = localMinutes(now) < AT ? localDay(now) - 1 : localDay(now)
    const due = `${morning} ${since} ${await readRuleChanges(pool)}`
    if (due === this.#done) return
    const rests = this.#timer !== undefined
    const filled = await fillOpenViews({ ...this.#options, rests, signal: this.#stopping.signal })
    if (filled === undefined || this.#stopping.signal.aborted) return
    this.#done = due
    logger.info(filled, 'views for SQL filled')
  }

  async close (): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    await this.#looking
  }
}

export { EVERY_MS as LOOKS_EVERY_MS }
