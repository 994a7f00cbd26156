import type pg from 'pg'
import { copyRows } from '../postgres/copy-rows.ts'
import { CopyWriter } from '../postgres/copy-writer.ts'
import { seriesKey, type RollupRow, type Series } from './definitions.ts'
import { foldPending, lockSeries } from './fold.ts'
import { pendingKey, pendingPlace } from './pending.ts'

/** Elements of a row of `rollup_pending`: it stays within the 2 kB that Postgres keeps in one place. */
const ELEMENTS_A_ROW = 80
const COLUMNS = ['authority_id', 'service_id', 'type', 'keys', 'places', 'counts']
const MOST_FIXED_BYTES = 3 * 6 + 3 * 24
const ELEMENT_BYTES = 2 * 12 + 8

interface SeriesChange extends Series { keys: number[], places: number[], counts: number[] }

/** What a transaction adds to the rollups and takes away, by series, one element for an event. */
export class RollupChange {
  readonly #series = new Map<number, SeriesChange>()
  #takesAway = false

  /** `sign` 1 adds an event, -1 takes it away. */
  add (row: RollupRow, sign: 1 | -1): void {
    const { keys, places, counts } = this.#of(row)
    keys.push(pendingKey(row, sign))
    places.push(pendingPlace(row))
    counts.push(row.count)
    if (sign === -1) this.#takesAway = true
  }

  /** Takes over what another transaction was to change, which is not used any more. */
  addAll (other: RollupChange): void {
    for (const [key, change] of other.#series) {
      const mine = this.#series.get(key)
      if (mine === undefined) this.#series.set(key, change)
      else for (const part of ['keys', 'places', 'counts'] as const) mine[part] = mine[part].concat(change[part])
    }
    this.#takesAway ||= other.#takesAway
  }

  #of ({ authorityId, serviceId, type }: Series): SeriesChange {
    const key = seriesKey({ authorityId, serviceId, type })
    let change = this.#series.get(key)
    if (change === undefined) {
      this.#series.set(key, change = { authorityId, serviceId, type, keys: [], places: [], counts: [] })
    }
    return change
  }

  get isEmpty (): boolean {
    return this.#series.size === 0
  }

  get takesAway (): boolean {
    return this.#takesAway
  }

  get series (): Series[] {
    return [...this.#series.values()]
  }

  /** Writes the change beside others of its kind: nobody waits for it. */
  async write (client: pg.ClientBase): Promise<void> {
    const writer = new CopyWriter(this.#series.size * MOST_FIXED_BYTES)
    for (const { authorityId, serviceId, type, keys, places, counts } of this.#series.values()) {
      for (let from = 0; from < keys.length; from += ELEMENTS_A_ROW) {
        const to = Math.min(from + ELEMENTS_A_ROW, keys.length)
        writer.row(COLUMNS.length, MOST_FIXED_BYTES + (to - from) * ELEMENT_BYTES)
        writer.int2(authorityId)
        writer.int2(serviceId)
        writer.int2(type)
        writer.int8Array(keys, from, to)
        writer.int8Array(places, from, to)
        writer.int4Array(counts, from, to)
      }
    }
    await copyRows(client, 'rollup_pending', COLUMNS, writer.written)
  }
}

/**
 * Writes the change inside the caller's transaction. What is taken away is folded at once: so nothing that others see
 * pending lessens a cell, and a cell with events in one of its rows has events.
 */
export async function recordChange (client: pg.ClientBase, change: RollupChange): Promise<void> {
  if (change.isEmpty) return
  if (change.takesAway) await lockSeries(client, change.series)
  await change.write(client)
  if (change.takesAway) await foldPending(client, change.series)
}
