import type { SeriesScope } from '../rollups/index.ts'

/** Authorities whose states are looked up one by one. */
const MOST_AUTHORITIES = 100

/** Names the state of the data of an answer: two equal names mean that no commit between them changed that data. */
export class States {
  readonly #series: { take: (scope: SeriesScope) => Promise<string> }
  readonly #database: { take: () => Promise<string> }

  constructor (
    series: { take: (scope: SeriesScope) => Promise<string> }, database: { take: () => Promise<string> }
  ) {
    this.#series = series
    this.#database = database
  }

  /**
   * The state of up to 100 authorities. For more, and without a scope, it is the state of the whole database: to look
   * up each authority would cost more than it saves.
   */
  async of (scope: SeriesScope | undefined): Promise<string> {
    return scope === undefined || scope.authorityIds.length > MOST_AUTHORITIES
      ? await this.#database.take()
      : await this.#series.take(scope)
  }
}
