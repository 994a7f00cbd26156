import type pg from 'pg'
import { isConnectionLost } from '../postgres/failures.ts'
import { foldSome, lockSeries, readPending, type PendingSeries } from './fold.ts'
import { inTransaction } from '../postgres/transaction.ts'

/**
 * Folds what is pending into the rollups behind the writers, while they pause or when there is much of it. What a
 * process leaves unfolded when it ends, the next one finds: it costs reads time, no exactness.
 */
export interface Folding {
  /** So many events were committed. */
  note: (events: number) => void
  /** Where folding has fallen far behind: what to wait for before more is written. */
  relief: () => Promise<unknown> | undefined
  close: () => Promise<void>
}

interface Options {
  pool: pg.Pool
  everyMs: number
  onError: (error: unknown) => void
  /** Runs a transaction when its turn has come; left out: at once. */
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>
}

/** Events a tick from which on folding gives way to writers, who use the same cores. */
const BUSY_EVENTS = 500
/** To unpack a row costs readers as much as so many events in it. */
const ROW_COST = 40
/**
 * What is folded even then, of a series and of all, as the cost of reading it in events: reads stay bounded under any
 * load.
 */
const [MOST_OF_SERIES, MOST_OF_ALL] = [30_000, 1_500_000]
/** Beyond so many times that, writers wait for it. */
const FAR_BEHIND = 2
/**
 * What costs readers less, of a series and of all, may wait for more so many ticks: folding one event writes whole
 * rows.
 */
const [LITTLE_OF_SERIES, LITTLE_OF_ALL, PATIENCE_TICKS] = [2000, 10_000, 60]
/** Ticks after which to look for what others left: other processes, the one before this one, senders of figures. */
const LOOK_TICKS = 30
/** Events, at least, after which a transaction takes no further series. */
const ENOUGH = 50_000

export function startFolding ({ pool, everyMs, onError, inTurn = async (work) => await work() }: Options): Folding {
  let noted = 0
  let [quietTicks, ticks] = [PATIENCE_TICKS, 0]
  let somethingLeft = true
  let behind = 0 // the cost of what is pending, as last read, less what was folded since, more what was noted
  let current: Promise<unknown> | undefined

  const work = async (): Promise<void> => {
    somethingLeft ||= noted > 0 || ++ticks % LOOK_TICKS === 0
    const busy = noted >= BUSY_EVENTS
    noted = 0
    if (!somethingLeft) return
    const impatient = !busy && ++quietTicks > PATIENCE_TICKS
    if (impatient) quietTicks = 0
    const pending = await readPending(pool)
    behind = sumOf(pending)
    const due = busy
      ? overdue(pending)
      : impatient || behind > LITTLE_OF_ALL
        ? pending
        : pending.filter((one) => costOf(one) > LITTLE_OF_SERIES)
    somethingLeft = due.length < pending.length
    const groups = grouped(due)
    for (const group of groups) {
      current = foldTogether(pool, group, inTurn)
      try {
        await current
        behind -= sumOf(group)
      } catch (error) {
        if (isConnectionLost(error)) throw error
        // One that cannot be folded holds up no other: not those that come after it, nor, each tried alone, those
        // beside it.
        if (group.length > 1) groups.push(...group.map((one) => [one]))
        else onError(error)
      }
      if (!busy && noted >= BUSY_EVENTS) {
        somethingLeft = true
        break
      }
    }
  }
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work().catch(onError).finally(() => {
      running = current = undefined
    })
  }, everyMs).unref()

  return {
    note: (events) => {
      noted += events
      behind += events
    },
    relief: () => behind > FAR_BEHIND * MOST_OF_ALL ? current?.catch(() => undefined) : undefined,
    close: async () => {
      clearInterval(timer)
      await running
    }
  }
}

const costOf = ({ events, rows }: PendingSeries): number => events + rows * ROW_COST
const sumOf = (series: PendingSeries[]): number => series.reduce((sum, one) => sum + costOf(one), 0)

// The largest come first.
function overdue (pending: PendingSeries[]): PendingSeries[] {
  let left = sumOf(pending)
  return pending.filter((one) => {
    const due = costOf(one) > MOST_OF_SERIES || left > MOST_OF_ALL
    if (due) left -= costOf(one)
    return due
  })
}

// Series of one authority each: its rows lie on one node of a cluster, so a transaction is over one node.
function grouped (series: PendingSeries[]): PendingSeries[][] {
  const groups: PendingSeries[][] = []
  const open = new Map<number, { group: PendingSeries[], events: number }>()
  for (const one of series) {
    let own = open.get(one.authorityId)
    if (own === undefined || own.events >= ENOUGH) {
      own = { group: [], events: 0 }
      open.set(one.authorityId, own)
      groups.push(own.group)
    }
    own.group.push(one)
    own.events += one.events
  }
  return groups
}

async function foldTogether (
  pool: pg.Pool, series: PendingSeries[], inTurn: NonNullable<Options['inTurn']>
): Promise<void> {
  const [authorityId = 0] = series.map(({ authorityId }) => authorityId)
  let more = true
  while (more) {
    more = await inTurn(async () => await inTransaction(pool, async (client) => {
      await lockSeries(client, series)
      return await foldSome(client, authorityId, series)
    }))
  }
}
