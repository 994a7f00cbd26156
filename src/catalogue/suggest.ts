import { closest, distance } from 'fastest-levenshtein'

/** Why a name was not found, with the nearest name where one is near. */
export interface Unknown { unknown: string, suggestion: string | undefined, successors?: string[] }
export const isUnknown = (found: object): found is Unknown => 'unknown' in found

/** Says that a name is unknown. The nearest name is looked for only when it is read: many callers only try a name. */
export function unknownName (unknown: string, names: () => Iterable<string>, successors?: string[]): Unknown {
  return { unknown, get suggestion () { return nearest(unknown, names()) }, ...(successors && { successors }) }
}

/** The nearest of `names`, if it is near enough to be what was meant: a third of the letters may differ. */
export function nearest (name: string, names: Iterable<string>): string | undefined {
  const all = [...names]
  if (all.length === 0) return undefined
  const found = closest(name.toLowerCase(), all)
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 3) ? found : undefined
}
