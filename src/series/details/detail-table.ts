import { exact } from '../../domain/exact.ts'
import { GroupTree } from '../group-tree.ts'
import type { SeriesQuery } from '../parse.ts'
import type { Sum } from '../sum.ts'
import type { Dimension, SumQuery } from '../sum-query.ts'
import type { Addend } from './addend.ts'
import { addDetails, type Details } from './details.ts'

const idOf = (name: Dimension | 'band') => (addend: Addend): number =>
  name === 'authority' ? addend.authorityId : addend[name]

/** Adds up and takes away, in any order. */
export class DetailTable {
  readonly #query: SeriesQuery
  readonly #groups: GroupTree<Addend, Dimension | 'band'>
  readonly #events: number[] = []
  readonly #things: number[] = []
  readonly #totals: number[] = []

  constructor (query: SeriesQuery, periods: Pick<SumQuery, 'starts' | 'end'>) {
    const { groupBy, measure: { inBands } } = query
    this.#query = query
    this.#groups = new GroupTree(periods, inBands === true ? [...groupBy, 'band'] : groupBy, idOf)
  }

  periodOf (day: number): number {
    return this.#groups.periodOf(day)
  }

  /** `sign` -1: takes it away. */
  add (addend: Addend, sign: 1 | -1): void {
    const at = this.#groups.cellOf(addend)
    while (this.#events.length < this.#groups.size) for (const column of this.#columns) column.push(0)
    this.#events[at] = (this.#events[at] ?? 0) + sign * addend.events
    this.#things[at] = (this.#things[at] ?? 0) + sign * addend.things
    this.#totals[at] = (this.#totals[at] ?? 0) + sign * addend.total
  }

  get #columns (): number[][] {
    return [this.#events, this.#things, this.#totals]
  }

  /** The sums of groups and periods that have what is measured: events, or things of which it is said. */
  get sums (): Sum[] {
    const { measure: { kind } } = this.#query
    const sums: Sum[] = []
    if (kind === 'count' || kind === 'events') {
      this.#groups.eachCell((ids, period, at) => {
        if ((this.#events[at] ?? 0) > 0) sums.push({ ...ids, period, count: exact(this.#totals[at] ?? 0) })
      })
      return sums
    }
    for (const [sum, details] of this.#measured()) {
      const { things, total } = details
      if (things !== 0 || total !== 0) sums.push({ ...sum, count: kind === 'amount' ? total : things, details })
    }
    return sums
  }

  /** What is measured of each group and period, bands put together. */
  #measured (): Iterable<[Omit<Sum, 'count'>, Details]> {
    const found = new Map<string, [Omit<Sum, 'count'>, Details]>()
    this.#groups.eachCell(({ band = 0, ...ids }, period, at) => {
      const [things, total] = [this.#things[at] ?? 0, this.#totals[at] ?? 0]
      if (things === 0 && total === 0) return
      const key = `${period} ${this.#query.groupBy.map((dimension) => ids[dimension]).join(' ')}`
      const one = { things, total, bands: new Map([[band, things]]) }
      const [sum, before] = found.get(key) ?? [{ ...ids, period }, undefined]
      found.set(key, [sum, before === undefined ? addDetails([one]) : addDetails([before, one])])
    })
    return found.values()
  }
}
