import { exact } from '../domain/exact.ts'
import { GroupTree } from './group-tree.ts'
import type { PeriodSum, SumDimension, SumQuery } from './sum-query.ts'

interface DaySum { day: number, events: number, count: number }

/**
 * Adds up the sums of a query from sums of single days, which come in any order. Throws `ProblemError` where the table
 * would grow too large.
 */
export class SumTable<Addend extends DaySum> {
  readonly #groups: GroupTree<Addend, SumDimension>
  readonly #events: number[] = []
  readonly #counts: number[] = []

  constructor (query: SumQuery, idOf: (dimension: SumDimension) => (addend: Addend) => number) {
    this.#groups = new GroupTree(query, query.groupBy, idOf)
  }

  add (addend: Addend): void {
    const at = this.#groups.cellOf(addend)
    // Without holes: an array with some is a slow one.
    while (this.#events.length < this.#groups.size) {
      this.#events.push(0)
      this.#counts.push(0)
    }
    this.#events[at] = (this.#events[at] ?? 0) + addend.events
    this.#counts[at] = (this.#counts[at] ?? 0) + addend.count
  }

  /** The sums of groups and periods that have events. */
  get sums (): PeriodSum[] {
    const sums: PeriodSum[] = []
    this.#groups.eachCell((ids, period, at) => {
      if ((this.#events[at] ?? 0) > 0) sums.push({ ...ids, period, count: exact(this.#counts[at] ?? 0) })
    })
    return sums
  }
}
