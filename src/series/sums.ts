import { ProblemError } from '../errors.ts'
import { exact } from '../rollups/index.ts'
import type { Cell, CellQuery, Dimension } from './cell.ts'

interface Summand { day: number, events: number, count: number }

/** Sums at once, of however few groups an answer then shows: 16 megabytes. */
const MOST_SUMS = 1_000_000

/**
 * What a question asks for, added up from parts in any order, each of a day in its periods. Throws `ProblemError` where
 * that is too much to hold.
 */
export class Sums<Part extends Summand> {
  readonly #from: number
  readonly #periodOf: number[]
  readonly #periods: number
  readonly #dimensions: readonly Dimension[]
  readonly #ids: ReadonlyArray<(part: Part) => number>
  // Groups are numbered, and so is what dimensions before the last have in common: 0 is the whole. Of each the numbers
  // of what the next dimension tells apart, by id; and of all, one after the other, the sums by period. Thousands of
  // streets so make next to no objects.
  readonly #within: Array<Map<number, number> | undefined> = []
  readonly #events: number[] = []
  readonly #counts: number[] = []

  constructor ({ starts, end, groupBy }: CellQuery, idOf: (dimension: Dimension) => (part: Part) => number) {
    this.#from = starts[0] ?? 0
    this.#periodOf = starts.flatMap((start, period) =>
      Array.from({ length: (starts[period + 1] ?? end) - start }, () => period)
    )
    this.#periods = starts.length
    this.#dimensions = groupBy
    this.#ids = groupBy.map(idOf)
    this.#begin()
  }

  add (part: Part): void {
    let group = 0
    for (const idOf of this.#ids) {
      const id = idOf(part)
      const within = this.#within[group] ??= new Map<number, number>()
      let next = within.get(id)
      if (next === undefined) within.set(id, next = this.#begin())
      group = next
    }
    const at = group * this.#periods + (this.#periodOf[part.day - this.#from] ?? 0)
    this.#events[at] = (this.#events[at] ?? 0) + part.events
    this.#counts[at] = (this.#counts[at] ?? 0) + part.count
  }

  #begin (): number {
    if (this.#counts.length + this.#periods > MOST_SUMS) {
      throw new ProblemError(
        'invalid-request',
        `That adds up more than ${MOST_SUMS} values: group by less, or ask for fewer authorities or periods.`
      )
    }
    for (let i = 0; i < this.#periods; i++) {
      this.#events.push(0)
      this.#counts.push(0)
    }
    return this.#within.push(undefined) - 1
  }

  /** Where there are any events. */
  get cells (): Cell[] {
    const cells: Cell[] = []
    this.#collect(cells, 0, 0, {})
    return cells
  }

  #collect (cells: Cell[], group: number, depth: number, ids: Partial<Record<Dimension, number>>): void {
    const dimension = this.#dimensions[depth]
    if (dimension !== undefined) {
      for (const [id, next] of this.#within[group] ?? []) {
        this.#collect(cells, next, depth + 1, { ...ids, [dimension]: id })
      }
      return
    }
    for (let period = 0, at = group * this.#periods; period < this.#periods; period++, at++) {
      if ((this.#events[at] ?? 0) > 0) cells.push({ ...ids, period, count: exact(this.#counts[at] ?? 0) })
    }
  }
}
