import { closest, distance } from 'fastest-levenshtein'
import { isCode } from '../domain/fold.ts'

/** Why a name was not found, with the nearest name where one is near; `ambiguous`: all that it may mean. */
export interface Unknown { unknown: string, suggestion: string | undefined, ambiguous?: string[] }
export const isUnknown = (found: object): found is Unknown => 'unknown' in found

/** Says that a name is unknown. The nearest name is looked for only when it is read: many callers only try a name. */
export function unknownName (unknown: string, names: () => Iterable<string>): Unknown {
  return { unknown, get suggestion () { return nearest(unknown, names()) } }
}

/** Says that a name may mean any of several, so that it is taken for none. */
export function ambiguousName (unknown: string, ambiguous: string[]): Unknown {
  return { unknown, suggestion: undefined, ambiguous }
}

/** Characters: nobody meant a longer name, and to compare one of megabytes takes seconds. */
const LONGEST_NAME = 200

/**
 * The nearest of `names`, if it is near enough to be what was meant: a third of the letters may differ. Codes are never
 * near one another.
 */
export function nearest (name: string, names: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME || isCode(name)) return undefined
  const all = [...names].filter((one) => !isCode(one))
  if (all.length === 0) return undefined
  const found = closest(name.toLowerCase(), all)
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.max(2, name.length / 3) ? found : undefined
}
