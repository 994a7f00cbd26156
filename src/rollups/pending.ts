import { parseNumbers } from '../postgres/parse-numbers.ts'
import type { RollupRow } from './definitions.ts'

/**
 * A row of `rollup_pending`, its arrays as Postgres writes them: an element is an event, or one that counts no more.
 */
export interface PendingRow { keys: string, places: string, counts: string }

/** What an event adds to a cell, or takes away from it. */
export type Visit = (
  day: number,
  channel: number,
  outcome: number,
  ward: number,
  street: number,
  events: number,
  count: number,
  avoidable: number
) => void

// Migration 0011 has the widths. A number is exact up to 53 bits, its bit operators only up to 32: so the day and the
// ward by arithmetic.
const [DAY, WARD] = [2 ** 22, 2 ** 27]

export const pendingKey = ({ localDay, channelId, outcome, avoidable }: RollupRow, sign: 1 | -1): number =>
  localDay * DAY + (channelId << 7 | outcome << 2 | (avoidable ? 2 : 0) | (sign === 1 ? 0 : 1))
export const pendingPlace = ({ wardId, street }: RollupRow): number => wardId * WARD + street

/** Reads what the two above wrote. */
export function eachPending (row: PendingRow, visit: Visit): void {
  const [keys, places, counts] = [parseNumbers(row.keys), parseNumbers(row.places), parseNumbers(row.counts)]
  for (let i = 0; i < keys.length; i++) {
    const [key, place] = [keys[i] ?? 0, places[i] ?? 0]
    const day = Math.floor(key / DAY)
    const low = key - day * DAY
    const ward = Math.floor(place / WARD)
    const sign = (low & 1) === 0 ? 1 : -1
    const count = sign * (counts[i] ?? 0)
    visit(day, low >> 7, low >> 2 & 31, ward, place - ward * WARD, sign, count, (low & 2) === 0 ? 0 : count)
  }
}
