import { exact } from '../domain/exact.ts'

/** Sums of one row, by ascending key. */
export interface Sums { keys: number[], events: number[], counts: number[], avoidable: number[] }

/**
 * `Sums` as bytes, each number as Postgres sends it, the highest byte first: 4 bytes in `keys` and `events`, 8 in the
 * others. Empty `counts` are as `events`, empty `avoidable` are none.
 */
export interface PackedSums { keys: Buffer, events: Buffer, counts: Buffer, avoidable: Buffer }

export const NO_SUMS: Sums = { keys: [], events: [], counts: [], avoidable: [] }

export function parsePacked (row: PackedSums): Sums {
  const [keys, events] = [int4s(row.keys), int4s(row.events)]
  return {
    keys,
    events,
    counts: row.counts.length === 0 ? events : int8s(row.counts),
    avoidable: row.avoidable.length === 0 ? keys.map(() => 0) : int8s(row.avoidable)
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

/** Whether all that counts is the number of events, and whether nothing is avoidable: then a row has no such bytes. */
export const abbreviated = ({ events, counts, avoidable }: Sums): Pick<Sums, 'counts' | 'avoidable'> => ({
  counts: counts.every((count, i) => count === events[i]) ? [] : counts,
  avoidable: avoidable.every((count) => count === 0) ? [] : avoidable
})

/**
 * Adds up sums of the same key. What comes to nothing is left out; no events alone are not nothing, while what they
 * count is still to be taken away.
 */
export function mergeSums (a: Sums, b: Sums): Sums {
  const merged: Sums = { keys: [], events: [], counts: [], avoidable: [] }
  let [i, j] = [0, 0]
  while (i < a.keys.length || j < b.keys.length) {
    const key = Math.min(a.keys[i] ?? Infinity, b.keys[j] ?? Infinity)
    let [events, count, avoidable] = [0, 0, 0]
    if (a.keys[i] === key) {
      events += a.events[i] ?? 0
      count += a.counts[i] ?? 0
      avoidable += a.avoidable[i++] ?? 0
    }
    if (b.keys[j] === key) {
      events += b.events[j] ?? 0
      count += b.counts[j] ?? 0
      avoidable += b.avoidable[j++] ?? 0
    }
    if (events === 0 && count === 0 && avoidable === 0) continue
    merged.keys.push(key)
    merged.events.push(exactEvents(events))
    merged.counts.push(exact(count))
    merged.avoidable.push(exact(avoidable))
  }
  return merged
}
