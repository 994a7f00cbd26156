import type pg from 'pg'
import { foldPending, lockSeries, readPending, type PendingSeries } from '../store/rollups/fold.ts'
import { inTransaction } from '../store/transaction.ts'

/**
 * Folds what is pending into the rollups behind the writers, while they pause or when there is much of it. What a process
 * leaves unfolded when it ends, the next one finds: it costs reads time, no exactness.
 */
export interface Folding {
  /** So many events were committed. */
  note: (events: number) => void
  close: () => Promise<void>
}

interface Options { pool: pg.Pool, onError: (error: unknown) => void }

const TICK_MS = 1000
/** Events a tick from which on folding gives way to writers, who use the same cores. */
const BUSY_EVENTS = 500
/** To unpack a row costs readers as much as so many events in it. */
const ROW_COST = 40
/** What is folded even then, of a series and of all, as the cost of reading it in events: reads stay bounded under any load. */
const [MOST_OF_SERIES, MOST_OF_ALL] = [75_000, 1_500_000]
/** Fewer than these may wait for more for so many ticks. */
const [FEW_EVENTS, PATIENCE_TICKS] = [500, 5]
/** Ticks after which to look for what others left: other processes, the one before this one, senders of figures. */
const LOOK_TICKS = 30
/** Events, at least, after which a transaction takes no further series. */
const ENOUGH = 50_000

export function startFolding ({ pool, onError }: Options): Folding {
  let noted = 0
  let [quietTicks, ticks] = [PATIENCE_TICKS, 0]
  let somethingLeft = true

  const work = async (): Promise<void> => {
    somethingLeft ||= noted > 0 || ++ticks % LOOK_TICKS === 0
    const busy = noted >= BUSY_EVENTS
    noted = 0
    if (!somethingLeft) return
    const impatient = !busy && ++quietTicks > PATIENCE_TICKS
    if (impatient) quietTicks = 0
    const pending = await readPending(pool)
    const due = busy ? overdue(pending) : impatient ? pending : pending.filter(({ events }) => events >= FEW_EVENTS)
    somethingLeft = due.length < pending.length
    for (const group of grouped(due)) {
      await foldTogether(pool, group)
      if (!busy && noted >= BUSY_EVENTS) {
        somethingLeft = true
        break
      }
    }
  }
  let running: Promise<void> | undefined
  const timer = setInterval(() => { running ??= work().catch(onError).finally(() => { running = undefined }) }, TICK_MS).unref()

  return {
    note: (events) => { noted += events },
    close: async () => {
      clearInterval(timer)
      await running
    }
  }
}

// The largest come first.
function overdue (pending: PendingSeries[]): PendingSeries[] {
  const costs = pending.map(({ events, rows }) => events + rows * ROW_COST)
  let left = costs.reduce((sum, cost) => sum + cost, 0)
  return pending.filter((_, i) => {
    const cost = costs[i] ?? 0
    const due = cost > MOST_OF_SERIES || left > MOST_OF_ALL
    if (due) left -= cost
    return due
  })
}

function grouped (series: PendingSeries[]): PendingSeries[][] {
  const groups: PendingSeries[][] = []
  let events = ENOUGH
  for (const one of series) {
    if (events >= ENOUGH) {
      groups.push([])
      events = 0
    }
    groups.at(-1)?.push(one)
    events += one.events
  }
  return groups
}

async function foldTogether (pool: pg.Pool, series: PendingSeries[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query("SET LOCAL work_mem = '64MB'") // sorts of a hundred thousand cells
    await lockSeries(client, series)
    await foldPending(client, series)
  })
}
