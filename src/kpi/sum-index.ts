import { remembered } from '../domain/remembered.ts'
import type { Subdivision } from '../observations/observation-index.ts'
import type { RangeSum } from './store/event-sums.ts'

/** Sums by the ranges of days that they are of, and by ward or street: an authority has thousands of streets. */
export class SumIndex {
  readonly #ofRange: ReadonlyMap<number, RangeSum[]>
  readonly #byArea: (eventRange: number) => ReadonlyMap<number, RangeSum[]>

  constructor (sums: readonly RangeSum[]) {
    this.#ofRange = Map.groupBy(sums, ({ eventRange }) => eventRange)
    this.#byArea = remembered((eventRange) => Map.groupBy(this.#ofRange.get(eventRange) ?? [], ({ area }) => area))
  }

  in (eventRanges: readonly number[]): RangeSum[] {
    return eventRanges.flatMap((eventRange) => this.#ofRange.get(eventRange) ?? [])
  }

  of (eventRanges: readonly number[], subdivision: Subdivision): RangeSum[] {
    if (subdivision.kind === 'whole') return this.in(eventRanges)
    if (subdivision.kind === 'channel') return this.in(eventRanges).filter(({ channel }) => channel === subdivision.id)
    return eventRanges.flatMap((eventRange) => this.#byArea(eventRange).get(subdivision.id) ?? [])
  }
}
