/**
 * The `top` items with the largest sums, largest first; those of equal sums in the order of `compare`. There may be thousands of
 * streets with the same few sums, so only what can be among the first is compared.
 */
export function largest<Item> (items: readonly Item[], top: number, sumOf: (item: Item) => number, compare: (a: Item, b: Item) => number): Item[] {
  const sums = items.map(sumOf)
  const least = Float64Array.from(sums).sort().at(-top) ?? -Infinity
  return items.map((item, i) => ({ item, sum: sums[i] ?? 0 })).filter(({ sum }) => sum >= least)
    .sort((a, b) => b.sum - a.sum || compare(a.item, b.item)).slice(0, top).map(({ item }) => item)
}
