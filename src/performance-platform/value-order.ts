import { numberOf } from '../json/exact-json.ts'

/**
 * How values of a field are ordered: null, then numbers (false and true amid them as 0 and 1), then strings by code
 * point. Lists, as a collected set is one, compare item by item.
 */
export function compareValues (a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b)
  const [rankA, rankB] = [rank(a), rank(b)]
  if (rankA !== rankB) return rankA - rankB
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  // Order false and 0, true and 1 too, so that the order of an answer never depends on chance.
  return rankA === 1
    ? magnitude(a) - magnitude(b) || Number(typeof a !== 'boolean') - Number(typeof b !== 'boolean')
    : 0
}

export function compareLists (a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

function rank (value: unknown): number {
  if (value === null || value === undefined) return 0
  if (typeof value === 'string') return 2
  return Array.isArray(value) ? 3 : 1
}

const magnitude = (value: unknown): number => numberOf(value) ?? Number(value)

/** JavaScript's `<` compares UTF-16 units, which puts what lies beyond U+FFFF before U+E000. */
export function compareCodePoints (a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (unitA !== unitB) return weight(unitA) - weight(unitB)
  }
  return a.length - b.length
}

const weight = (unit: number): number => unit >= 0xD800 && unit <= 0xDFFF ? unit + 0x10000 : unit
