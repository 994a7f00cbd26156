import { NOT_GIVEN } from '../attribute-values.ts'
import type { SeriesQuery } from '../parse.ts'

/**
 * Who ever sends what a question is about: who never does has no value, not 0. Undefined: whoever sends events at all.
 */
export class DetailSenders {
  readonly #measured: ReadonlySet<number> | undefined
  readonly #attributed: ReadonlySet<number> | undefined

  /** `measured`: who ever sent amounts, or durations; `attributed`: who ever sent the attribute. */
  constructor (measured: ReadonlySet<number> | undefined, attributed: ReadonlySet<number> | undefined) {
    this.#measured = measured
    this.#attributed = attributed
  }

  /**
   * Those of some authorities that send what a group is of; `ids` in the order of the question's `groupBy`. That an
   * event does not have the attribute is true of whoever never sends it.
   */
  of ({ groupBy, attribute }: SeriesQuery, ids: readonly number[], authorityIds: readonly number[]): readonly number[] {
    const ofGroup = ids[groupBy.indexOf('attribute')]
    const isNotGiven = ofGroup === undefined ? attribute?.wanted?.has(NOT_GIVEN) === true : ofGroup === NOT_GIVEN
    return authorityIds.filter((id) =>
      this.#measured?.has(id) !== false && (isNotGiven || this.#attributed?.has(id) !== false)
    )
  }
}
