import { Slices } from './slices.ts'

/** How a value is made from an item, and compared. */
export interface Making<Item, Made> {
  /** An upper bound of the sum of the value, known before it is made. */
  atMost: (item: Item) => number
  make: (item: Item) => Made
  sumOf: (made: Made) => number
  compare: (a: Made, b: Made) => number
}

/**
 * Makes the `top` values with the largest sums, largest first, equal sums in the order of `compare`. There may be
 * thousands of streets: only items whose upper bound can reach the top are made, in slices.
 */
export async function largestOf<Item, Made> (
  items: readonly Item[], top: number, { atMost, make, sumOf, compare }: Making<Item, Made>
): Promise<Made[]> {
  const slices = new Slices()
  const limits = items.map(atMost)
  const found: Array<{ made: Made, sum: number }> = []
  let last = -Infinity // the smallest sum among the `top` largest so far
  for (let [reach, above] = [top, Infinity]; above > last; reach *= 4) {
    const least = nthLargest(limits, reach)
    for (const [i, item] of items.entries()) {
      const limit = limits[i] ?? 0
      if (limit < least || limit >= above) continue
      const made = make(item)
      found.push({ made, sum: sumOf(made) })
      if (slices.over) await slices.pause()
    }
    last = nthLargest(found.map(({ sum }) => sum), top)
    above = least
  }
  return found.filter(({ sum }) => sum >= last).sort((a, b) => b.sum - a.sum || compare(a.made, b.made)).slice(0, top)
    .map(({ made }) => made)
}

/** -Infinity where there are fewer than `n`. */
const nthLargest = (numbers: readonly number[], n: number): number =>
  Float64Array.from(numbers).sort().at(-n) ?? -Infinity

/** `largestOf` for items that are their own values. */
export async function largest<Item> (
  items: readonly Item[], top: number, sumOf: (item: Item) => number, compare: (a: Item, b: Item) => number
): Promise<Item[]> {
  return await largestOf(items, top, { atMost: sumOf, make: (item) => item, sumOf, compare })
}
