import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { writeAudit } from '../catalogue/store/audit.ts'
import { DAY_MS, localDay } from '../domain/calendar.ts'
import { cutOffOn, GRACE_DAYS, retentionOf } from '../domain/retention.ts'
import { deleteRejectionsOfClosedDays } from '../quarantine/store/remove.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { oneAtATime } from '../postgres/one-at-a-time.ts'
import { inTransactionOn } from '../postgres/transaction.ts'
import { writersInFlight } from '../postgres/writers-in-flight.ts'
import { atOnce, type InTurn } from './in-turn.ts'
import {
  finishCutOffs, moveCutOffs, readAuthorityIds, readSenders, readUnfinished, type CutOff, type Removed
} from './store/cut-offs.ts'
import { countPages, removeEvents, removeReceipts } from './store/remove.ts'
import { OF_ALL, readRules } from './store/rules.ts'

/** Some thousand rows: a tenth of a second of one connection. */
const [PAGES, RECEIPTS] = [100, 5000]
/** After each transaction it leaves Postgres alone for as long as that took, and no longer than this. */
const LONGEST_PAUSE_MS = 1000

export interface Retiring {
  /** Its one connection is taken from here. */
  pool: pg.Pool
  clock: () => number
  /** Runs a transaction when its turn has come; left out: at once. */
  inTurn?: InTurn
  /** Told of each step, with numbers for the log. */
  say?: (what: string, numbers?: object) => void
  /** What is not done when it aborts is left to the next run. */
  signal?: AbortSignal
}

/** What a run did; `finished`: the cut-offs of which nothing is left now. */
export interface Retired extends Removed { moved: number, finished: CutOff[] }

/**
 * Moves every cut-off to where the rules in force have it, and removes the raw rows before it in small transactions,
 * behind the writers. It may be killed at any moment: a cut-off is committed before anything is removed, so nothing
 * that leaves can be sent again, and the next run goes on. Returns undefined where another process is at it.
 */
export async function retire (retiring: Retiring, by: string): Promise<Retired | undefined> {
  return await oneAtATime(retiring.pool, 'retention', async (client) => await run(client, retiring, by))
}

async function run (client: pg.PoolClient, retiring: Retiring, by: string): Promise<Retired> {
  const { clock, say = () => undefined, signal } = retiring
  const moved = await inTransactionOn(client, async () => await moveDue(client, clock()))
  const unfinished = await readUnfinished(client)
  const total: Retired = { moved, events: 0, versions: 0, receipts: 0, finished: [] }
  if (unfinished.length === 0) return total
  say('removing raw rows of closed days', { authorities: unfinished.length, moved })
  // Who began before the cut-offs moved may still store what they close.
  await writersInFlight(client, 'event')
  await removeAll(client, retiring, unfinished, total)
  if (signal?.aborted === true) return total
  total.finished = await inTransactionOn(client, async () => await finish(client, unfinished, new Date(clock()), by))
  const { events, versions, receipts } = total
  say('raw rows of closed days removed', { authorities: total.finished.length, events, versions, receipts })
  return total
}

/** Moves the cut-offs that rules in force ask for. */
async function moveDue (client: pg.ClientBase, now: number): Promise<number> {
  const rules = await readRules(queryBuilderOn(client))
  const today = localDay(now)
  const moves = (await readAuthorityIds(client)).flatMap((authorityId) => {
    const { months, since } = retentionOf(rules.get(authorityId), rules.get(OF_ALL))
    if (months === null || since === undefined || since.getTime() + GRACE_DAYS * DAY_MS > now) return []
    return [{ authorityId, day: cutOffOn(today, months) }]
  })
  return moves.length === 0 ? 0 : await moveCutOffs(client, moves, new Date(now))
}

async function removeAll (
  client: pg.PoolClient, retiring: Retiring, unfinished: readonly CutOff[], total: Removed
): Promise<void> {
  const { inTurn = atOnce, signal } = retiring
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const [result, ms] = await inTurn(async () => {
      const began = performance.now()
      return [await inTransactionOn(client, work), performance.now() - began] as const
    })
    await wait(Math.min(ms, LONGEST_PAUSE_MS))
    return result
  }
  await step(async () => await deleteRejectionsOfClosedDays(client))
  const senders = await readSenders(client)
  const sourceIds = senders.map(({ sourceId }) => sourceId)
  const { pages, parts } = await countPages(client)
  const some = Math.ceil(PAGES / parts)
  for (let page = 0; page < pages && signal?.aborted !== true; page += some) {
    const { events, versions } = await step(async () => await removeEvents(client, sourceIds, page, some))
    total.events += events
    total.versions += versions
  }
  for (const cutOff of unfinished) {
    for (const sender of senders.filter(({ authorityId }) => authorityId === cutOff.authorityId)) {
      for (let after: number | undefined = -1; after !== undefined && signal?.aborted !== true;) {
        const from: number = after
        const { receipts, last } = await step(async () => await removeReceipts(client, cutOff, sender, from, RECEIPTS))
        total.receipts += receipts
        after = last
      }
    }
  }
}

async function finish (client: pg.ClientBase, unfinished: CutOff[], at: Date, by: string): Promise<CutOff[]> {
  const finished = await finishCutOffs(client, unfinished, at)
  for (const { authorityId, day, events, versions, receipts } of finished) {
    if (events + receipts === 0) continue
    await writeAudit(queryBuilderOn(client), {
      at,
      actor: by,
      action: 'remove-raw-rows',
      subject: `before ${day}`,
      detail: { cut_off: day, events, versions, receipts },
      authorityId
    })
  }
  return finished
}
