import { closest, distance } from 'fastest-levenshtein'

/** The nearest of `names`, if it is near enough to be what was meant: a third of the letters may differ. */
export function nearest (name: string, names: Iterable<string>): string | undefined {
  const all = [...names]
  if (all.length === 0) return undefined
  const found = closest(name.toLowerCase(), all)
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 3) ? found : undefined
}
