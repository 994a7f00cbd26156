import { exact } from '../domain/exact.ts'
import { ProblemError } from '../errors.ts'
import type { PeriodSum, SumQuery, Dimension } from './sum-query.ts'

interface DaySum { day: number, events: number, count: number }

/** Sums in memory at once, also for an answer that shows only the largest groups: 16 megabytes. */
const MOST_SUMS = 1_000_000

/**
 * Adds up the sums of a query from sums of single days, which come in any order. Throws `ProblemError` where the table
 * would grow too large.
 */
export class SumTable<Addend extends DaySum> {
  readonly #from: number
  readonly #periodOf: number[]
  readonly #periods: number
  readonly #dimensions: readonly Dimension[]
  readonly #ids: ReadonlyArray<(addend: Addend) => number>
  // A tree: level k splits the level above by the id of dimension k, and node 0 is the root. Nodes are numbers:
  // `#within` holds the children of each by id, `#events` and `#counts` its sums by period, one node after the other.
  // So thousands of streets make next to no objects.
  readonly #within: Array<Map<number, number> | undefined> = []
  readonly #events: number[] = []
  readonly #counts: number[] = []

  constructor ({ starts, end, groupBy }: SumQuery, idOf: (dimension: Dimension) => (addend: Addend) => number) {
    this.#from = starts[0] ?? 0
    this.#periodOf = starts.flatMap((start, period) =>
      Array.from({ length: (starts[period + 1] ?? end) - start }, () => period)
    )
    this.#periods = starts.length
    this.#dimensions = groupBy
    this.#ids = groupBy.map(idOf)
    this.#begin()
  }

  add (addend: Addend): void {
    let group = 0
    for (const idOf of this.#ids) {
      const id = idOf(addend)
      const within = this.#within[group] ??= new Map<number, number>()
      let next = within.get(id)
      if (next === undefined) within.set(id, next = this.#begin())
      group = next
    }
    const at = group * this.#periods + (this.#periodOf[addend.day - this.#from] ?? 0)
    this.#events[at] = (this.#events[at] ?? 0) + addend.events
    this.#counts[at] = (this.#counts[at] ?? 0) + addend.count
  }

  #begin (): number {
    if (this.#counts.length + this.#periods > MOST_SUMS) {
      throw new ProblemError(
        'too-costly',
        `That adds up more than ${MOST_SUMS} values: group by less, or ask for fewer authorities or periods.`
      )
    }
    for (let i = 0; i < this.#periods; i++) {
      this.#events.push(0)
      this.#counts.push(0)
    }
    return this.#within.push(undefined) - 1
  }

  /** The sums of groups and periods that have events. */
  get sums (): PeriodSum[] {
    const sums: PeriodSum[] = []
    this.#collect(sums, 0, 0, {})
    return sums
  }

  #collect (sums: PeriodSum[], group: number, depth: number, ids: Partial<Record<Dimension, number>>): void {
    const dimension = this.#dimensions[depth]
    if (dimension !== undefined) {
      for (const [id, next] of this.#within[group] ?? []) {
        this.#collect(sums, next, depth + 1, { ...ids, [dimension]: id })
      }
      return
    }
    for (let period = 0, at = group * this.#periods; period < this.#periods; period++, at++) {
      if ((this.#events[at] ?? 0) > 0) sums.push({ ...ids, period, count: exact(this.#counts[at] ?? 0) })
    }
  }
}
