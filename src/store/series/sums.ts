import type { Cell, CellQuery, Dimension } from './cell.ts'

interface Summand { day: number, events: number, count: number }
interface Group { ids: Partial<Record<Dimension, number>>, sums: Array<{ events: number, count: number }> }

/** What a question asks for, added up from parts in any order, each of a day in its periods. */
export class Sums<Part extends Summand> {
  readonly #from: number
  readonly #periodOf: number[]
  readonly #groups: Group[] = []
  readonly #groupOf: (part: Part) => Group

  constructor ({ starts, end, groupBy }: CellQuery, idOf: (dimension: Dimension) => (part: Part) => number) {
    this.#from = starts[0] ?? 0
    this.#periodOf = starts.flatMap((start, period) => Array.from({ length: (starts[period + 1] ?? end) - start }, () => period))
    this.#groupOf = this.#grouping(groupBy, idOf, {})
  }

  add (part: Part): void {
    const sum = this.#groupOf(part).sums[this.#periodOf[part.day - this.#from] ?? 0] ??= { events: 0, count: 0 }
    sum.events += part.events
    sum.count += part.count
  }

  /** Where there are any events. */
  get cells (): Cell[] {
    return this.#groups.flatMap(({ ids, sums }) => sums.flatMap(({ events, count }, period) => events > 0 ? [{ ...ids, period, count }] : []))
  }

  // A map for each dimension in the one before: no key has to be made of several numbers for each of many thousand parts.
  #grouping ([dimension, ...rest]: readonly Dimension[], idOf: (dimension: Dimension) => (part: Part) => number, ids: Group['ids']): (part: Part) => Group {
    if (dimension === undefined) {
      const group: Group = { ids, sums: [] }
      this.#groups.push(group)
      return () => group
    }
    const id = idOf(dimension)
    const inner = new Map<number, (part: Part) => Group>()
    return (part) => {
      const key = id(part)
      let groupOf = inner.get(key)
      if (groupOf === undefined) inner.set(key, groupOf = this.#grouping(rest, idOf, { ...ids, [dimension]: key }))
      return groupOf(part)
    }
  }
}
