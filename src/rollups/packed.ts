import type { Series } from './definitions.ts'

/** Cells of one row, by ascending key; migrations 0013 to 0015 have what a key holds, 0016 how it is kept. */
export interface PackedCells {
  keys: number[]
  events: number[]
  counts: number[]
  avoidable: number[]
}

/**
 * What goes into a packed row. `start` is the first day of its span, in days since 1970-01-01; `wardId` 0 where all
 * wards are together.
 */
export interface PackedSpan extends Series { start: number, wardId: number, cells: PackedCells }

/** `PackedCells` as Postgres keeps them: see migration 0016. Empty `counts` are as `events`, empty `avoidable` none. */
export interface PackedRow { keys: Buffer, events: Buffer, counts: Buffer, avoidable: Buffer }

export const dayKey = (dayInSpan: number, channel: number, outcome: number): number =>
  dayInSpan << 20 | channel << 5 | outcome
export const dayOfKey = (key: number): number => key >> 20
export const channelOfKey = (key: number): number => key >> 5 & 32_767
export const streetKey = (street: number, outcome: number): number => street << 5 | outcome
export const streetOfKey = (key: number): number => key >>> 5
export const outcomeOfKey = (key: number): number => key & 31

export function parsePacked (row: PackedRow): PackedCells {
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

// As the pool's own parsers: a sum beyond 2^53 must not be rounded in silence.
function int8s (bytes: Buffer): number[] {
  const numbers: number[] = []
  for (let at = 0; at < bytes.length; at += 8) {
    numbers.push(bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4))
  }
  if (!numbers.every(Number.isSafeInteger)) throw new RangeError('a sum is beyond 2^53')
  return numbers
}

/** More elements than a key ever has: with its place behind it a key of 32 bits is still a whole number of 53. */
const PLACES = 2 ** 20

/** Cells of elements in any order: those of one key together. */
export function packCells ({ keys, events, counts, avoidable }: PackedCells): PackedCells {
  if (keys.length > PLACES) throw new RangeError('more than are packed at once')
  // Sorted as plain numbers, which takes a tenth of what a Map of sums costs in time and garbage.
  const places = new Float64Array(keys.length)
  for (let i = 0; i < places.length; i++) places[i] = (keys[i] ?? 0) * PLACES + i
  places.sort()
  const cells: PackedCells = { keys: [], events: [], counts: [], avoidable: [] }
  for (let n = 0; n < places.length;) {
    const key = Math.floor((places[n] ?? 0) / PLACES)
    let [ofEvents, ofCounts, ofAvoidable] = [0, 0, 0]
    for (const next = (key + 1) * PLACES; n < places.length && (places[n] ?? 0) < next; n++) {
      const i = (places[n] ?? 0) - key * PLACES
      ofEvents += events[i] ?? 0
      ofCounts += counts[i] ?? 0
      ofAvoidable += avoidable[i] ?? 0
    }
    cells.keys.push(key)
    cells.events.push(ofEvents)
    cells.counts.push(ofCounts)
    cells.avoidable.push(ofAvoidable)
  }
  return cells
}

/**
 * Whether all that counts is the number of events, and whether nothing is avoidable: then the row has no such bytes.
 */
export const abbreviated = ({ events, counts, avoidable }: PackedCells): Pick<PackedCells, 'counts' | 'avoidable'> => ({
  counts: counts.every((count, i) => count === events[i]) ? [] : counts,
  avoidable: avoidable.every((count) => count === 0) ? [] : avoidable
})

/**
 * Adds up cells of the same key. What adds up to nothing is no cell; no events alone are, while what they count is
 * still to be taken away.
 */
export function mergePacked (a: PackedCells, b: PackedCells): PackedCells {
  const merged: PackedCells = { keys: [], events: [], counts: [], avoidable: [] }
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
    merged.events.push(events)
    merged.counts.push(count)
    merged.avoidable.push(avoidable)
  }
  return merged
}
