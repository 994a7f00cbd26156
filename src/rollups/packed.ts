import { exact } from '../domain/exact.ts'
import type { Family, Measure } from './dimensions.ts'

/** Sums of one row by ascending key: of each measure of the row's family the sums of all keys. */
export interface Sums { keys: number[], measures: number[][] }

/**
 * `Sums` as bytes, by column (`Family.packed`), each number as Postgres sends it, the highest byte first: 4 bytes in
 * `keys` and `events`, 8 in the others. Empty `counts` are as `events`, other empty columns are all 0.
 */
export type PackedSums = Record<string, Buffer>

export const noSums = ({ measures }: Family): Sums => ({ keys: [], measures: measures.map(() => []) })

const EMPTY = Buffer.alloc(0)

export function parsePacked ({ measures }: Family, row: PackedSums): Sums {
  const keys = int4s(row['keys'] ?? EMPTY)
  const events = int4s(row['events'] ?? EMPTY)
  return {
    keys,
    measures: measures.map(({ packed, bytes, empty }) => {
      const column = row[packed] ?? EMPTY
      if (bytes === 4) return events
      if (column.length > 0) return int8s(column)
      return empty === 'as-events' ? events : new Array<number>(keys.length).fill(0)
    })
  }
}

function int4s (bytes: Buffer): number[] {
  const numbers = new Array<number>(bytes.length / 4)
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes.readInt32BE(4 * i)
  return numbers
}

function int8s (bytes: Buffer): number[] {
  const numbers = new Array<number>(bytes.length / 8)
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = exact(bytes.readInt32BE(8 * i) * 2 ** 32 + bytes.readUInt32BE(8 * i + 4))
  }
  return numbers
}

/** Events of one key: as many as 4 bytes hold. */
function exactEvents (sum: number): number {
  if (sum !== (sum | 0)) throw new RangeError(`${sum} events are beyond 2^31`)
  return sum
}

/** The measures as they are written: those that an empty column says are empty. */
export function abbreviated ({ measures: own }: Family, { measures }: Sums): number[][] {
  const [events = []] = measures
  return measures.map((sums, i) => {
    const { bytes, empty } = own[i] as Measure
    const plain = empty === 'as-events'
      ? sums.every((sum, n) => sum === events[n])
      : bytes === 8 && sums.every((sum) => sum === 0)
    return plain ? [] : sums
  })
}

/**
 * Adds up sums of the same key. What comes to nothing is left out; no events alone are not nothing, while what they
 * count is still to be taken away.
 */
export function mergeSums (a: Sums, b: Sums): Sums {
  const merged: Sums = { keys: [], measures: a.measures.map(() => []) }
  const sums = new Array<number>(a.measures.length).fill(0)
  const add = ({ measures }: Sums, at: number): void => {
    for (let n = 0; n < sums.length; n++) sums[n] = (sums[n] ?? 0) + (measures[n]?.[at] ?? 0)
  }
  let [i, j] = [0, 0]
  while (i < a.keys.length || j < b.keys.length) {
    const key = Math.min(a.keys[i] ?? Infinity, b.keys[j] ?? Infinity)
    sums.fill(0)
    if (a.keys[i] === key) add(a, i++)
    if (b.keys[j] === key) add(b, j++)
    if (sums.every((sum) => sum === 0)) continue
    merged.keys.push(key)
    for (const [n, sum] of sums.entries()) merged.measures[n]?.push(n === 0 ? exactEvents(sum) : exact(sum))
  }
  return merged
}
