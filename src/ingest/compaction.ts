import type pg from 'pg'
import { compact, type Stretch } from '../store/rollups/compact.ts'
import { seriesKey, type RollupRow } from '../store/rollups/definitions.ts'

/** Puts append-only rollups together behind the writers. What is lost when the process ends costs reads time, no exactness. */
export interface Compaction {
  /** Events of a transaction that committed. */
  note: (rows: Iterable<{ row: RollupRow }>) => void
  close: () => Promise<void>
}

interface Options { pool: pg.Pool, isBusy: () => boolean, onError: (error: unknown) => void }

const TICK_MS = 1000
/** Rows after which a stretch is put together even while events come in, so that reads stay bounded under any load. */
const OVERDUE_ROWS = 50_000
/** How many ticks a few rows may wait for more: compacting reads the whole stretch. */
const PATIENCE_TICKS = 30
const MANY_ROWS = 500

interface Waiting extends Stretch { rows: number, age: number }

export function startCompaction ({ pool, isBusy, onError }: Options): Compaction {
  const waiting = new Map<number, Waiting>()
  let running: Promise<void> | undefined

  const work = async (): Promise<void> => {
    for (const one of waiting.values()) one.age++
    for (const [key, one] of waiting) {
      if (isBusy() ? one.rows < OVERDUE_ROWS : one.rows < MANY_ROWS && one.age < PATIENCE_TICKS) continue
      waiting.delete(key)
      if (one.rows > 1) await compact(pool, one)
    }
  }
  const timer = setInterval(() => { running ??= work().catch(onError).finally(() => { running = undefined }) }, TICK_MS).unref()

  return {
    note: (rows) => {
      for (const { row } of rows) {
        const known = waiting.get(seriesKey(row))
        if (known === undefined) {
          const { authorityId, serviceId, type, localDay } = row
          waiting.set(seriesKey(row), { authorityId, serviceId, type, from: localDay, to: localDay, rows: 1, age: 0 })
        } else {
          known.rows++
          if (row.localDay < known.from) known.from = row.localDay
          else if (row.localDay > known.to) known.to = row.localDay
        }
      }
    },
    close: async () => {
      clearInterval(timer)
      await running
    }
  }
}
