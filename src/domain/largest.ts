/** How a value is made of an item, and compared. */
export interface Making<Item, Made> {
  /** What the sum of what is made of an item is at most. */
  atMost: (item: Item) => number
  make: (item: Item) => Made
  sumOf: (made: Made) => number
  compare: (a: Made, b: Made) => number
}

/**
 * Of what is made of the items the `top` with the largest sums, largest first; those of equal sums in the order of `compare`.
 * There may be thousands of streets: only what can be among the first is made, and compared.
 */
export function largestOf<Item, Made> (items: readonly Item[], top: number, { atMost, make, sumOf, compare }: Making<Item, Made>): Made[] {
  const limits = items.map(atMost)
  const ascending = Float64Array.from(limits).sort()
  const found: Array<{ made: Made, sum: number }> = []
  for (let [reach, above] = [top, Infinity]; ; reach *= 2) {
    const least = ascending.at(-reach) ?? -Infinity
    for (const [i, item] of items.entries()) {
      const limit = limits[i] ?? 0
      if (limit < least || limit >= above) continue
      const made = make(item)
      found.push({ made, sum: sumOf(made) })
    }
    found.sort((a, b) => b.sum - a.sum || compare(a.made, b.made))
    if (reach >= items.length || (found[top - 1]?.sum ?? -Infinity) >= least) return found.slice(0, top).map(({ made }) => made)
    above = least
  }
}

/** As `largestOf`, of the items themselves. */
export function largest<Item> (items: readonly Item[], top: number, sumOf: (item: Item) => number, compare: (a: Item, b: Item) => number): Item[] {
  return largestOf(items, top, { atMost: sumOf, make: (item) => item, sumOf, compare })
}
