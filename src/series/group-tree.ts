import { ProblemError } from '../errors.ts'
import type { SumQuery } from './sum-query.ts'

/** Sums in memory at once, also for an answer that shows only the largest groups: 16 megabytes. */
const MOST_SUMS = 1_000_000

/**
 * Numbers the sums of a query by group and period, so that they may be kept in arrays: thousands of streets make next
 * to no objects. Throws `ProblemError` where there would be too many.
 */
export class GroupTree<Addend extends { day: number }, Name extends string> {
  readonly #from: number
  readonly #periodOf: number[]
  readonly #periods: number
  readonly #names: readonly Name[]
  readonly #ids: ReadonlyArray<(addend: Addend) => number>
  // Level k splits the level above by the id of dimension k, and node 0 is the root. Nodes are numbers: `#within` holds
  // the children of each by id; its sums follow those of the node before.
  readonly #within: Array<Map<number, number> | undefined> = [undefined]

  constructor (
    { starts, end }: Pick<SumQuery, 'starts' | 'end'>, names: readonly Name[],
    idOf: (name: Name) => (addend: Addend) => number
  ) {
    this.#from = starts[0] ?? 0
    this.#periodOf = starts.flatMap((start, period) =>
      Array.from({ length: (starts[period + 1] ?? end) - start }, () => period)
    )
    this.#periods = starts.length
    this.#names = names
    this.#ids = names.map(idOf)
  }

  /** How many sums there are. */
  get size (): number {
    return this.#within.length * this.#periods
  }

  periodOf (day: number): number {
    return this.#periodOf[day - this.#from] ?? 0
  }

  /** The number of the sum that something is added to. */
  cellOf (addend: Addend): number {
    let group = 0
    for (const idOf of this.#ids) {
      const id = idOf(addend)
      const within = this.#within[group] ??= new Map<number, number>()
      let next = within.get(id)
      if (next === undefined) within.set(id, next = this.#begin())
      group = next
    }
    return group * this.#periods + (this.#periodOf[addend.day - this.#from] ?? 0)
  }

  #begin (): number {
    if (this.size + this.#periods > MOST_SUMS) {
      throw new ProblemError(
        'too-costly',
        `That adds up more than ${MOST_SUMS} values: group by less, or ask for fewer authorities or periods.`
      )
    }
    return this.#within.push(undefined) - 1
  }

  /** Visits every sum of the groups that there are. */
  eachCell (visit: (ids: Partial<Record<Name, number>>, period: number, at: number) => void): void {
    this.#visit(visit, 0, 0, {})
  }

  #visit (
    visit: Parameters<GroupTree<Addend, Name>['eachCell']>[0], group: number, depth: number,
    ids: Partial<Record<Name, number>>
  ): void {
    const name = this.#names[depth]
    if (name !== undefined) {
      for (const [id, next] of this.#within[group] ?? []) this.#visit(visit, next, depth + 1, { ...ids, [name]: id })
      return
    }
    for (let period = 0, at = group * this.#periods; period < this.#periods; period++, at++) visit(ids, period, at)
  }
}
