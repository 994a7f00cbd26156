import type pg from 'pg'
import { writeAudit } from '../catalogue/store/audit.ts'
import { isClosed, type CutOffs, holdCutOffs } from '../events/store/unkept.ts'
import { lockEvents } from '../events/store/revise.ts'
import { formatDay } from '../domain/calendar.ts'
import { piecesOf } from '../intake/pieces.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { deleteRejectionsBetween, deleteRejectionsOf } from '../quarantine/store/remove.ts'
import { commitAsOne, inTransaction } from '../postgres/transaction.ts'
import { writersInFlight } from '../postgres/writers-in-flight.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'
import { atOnce, type InTurn } from './in-turn.ts'
import {
  countErased, deleteEvents, finishErasure, idsOfPeriod, keepOut, letIn, readErasure, type Erasure
} from './store/erasures.ts'

/** Ids that are erased in one transaction, and those of a source that are looked at to find them. */
const [IDS, READ] = [500, 10_000]

export interface Erasing {
  pool: pg.Pool
  clock: () => number
  inTurn?: InTurn
  /** Told of an erasure that is done, with numbers for the log. */
  say?: (what: string, numbers: object) => void
  signal?: AbortSignal
}

/**
 * Does what was ordered, in small transactions: each takes some events with all that they said before, and takes them
 * from the rollups of open days. It may be killed at any moment, and be run by several processes: what is gone is gone
 * once, and whoever comes later goes on. Ids are refused before their events go, so that nobody who sends one again
 * meanwhile brings it back.
 */
export async function erase (erasing: Erasing, id: number): Promise<void> {
  const { pool, clock, inTurn = atOnce, say, signal } = erasing
  const order = await readErasure(pool, id)
  if (order === undefined || order.finishedAt !== null) return
  for await (const ids of idsOf(pool, order)) {
    if (signal?.aborted === true) return
    if (ids.length === 0) continue
    await keepOut(pool, order, ids)
    await writersInFlight(pool, 'event')
    await writersInFlight(pool, 'rejection')
    await inTurn(async () => await inTransaction(pool, async (client) => await eraseSome(client, order, ids)))
  }
  const done = await inTransaction(pool, async (client) => await finish(client, order, new Date(clock())))
  if (done !== undefined) say?.('events erased', { erasure: id, events: done.events, versions: done.versions })
}

async function * idsOf (pool: pg.Pool, order: Erasure): AsyncGenerator<string[]> {
  if (order.ids !== null) {
    yield * piecesOf(order.ids.toSorted(), IDS)
    return
  }
  for (let after: string | undefined = ''; after !== undefined;) {
    const { ids, last }: { ids: string[], last: string | undefined } = await idsOfPeriod(pool, order, after, READ)
    yield * piecesOf(ids, IDS)
    after = last
  }
}

async function eraseSome (client: pg.ClientBase, order: Erasure, ids: readonly string[]): Promise<void> {
  const cutOffs: CutOffs = await holdCutOffs(client)
  const { startOn, endOn } = order
  const locked = await lockEvents(client, order, ids)
  const events = locked.filter(({ localDay }) =>
    startOn === null || endOn === null || (startOn <= formatDay(localDay) && formatDay(localDay) <= endOn)
  )
  // A correction may have taken one out of the period meanwhile.
  const spared = locked.filter((event) => !events.includes(event))
  if (spared.length > 0) await letIn(client, order, spared.map(({ id }) => id))
  const change = new RollupChange()
  // Figures of closed days stay, as they do where retention takes their events.
  for (const event of events) if (!event.voided && !isClosed(cutOffs, event)) change.add(event, -1)
  const versions = await deleteEvents(client, order, events.map(({ id }) => id))
  const sparedIds = new Set(spared.map(({ id }) => id))
  await deleteRejectionsOf(client, order, ids.filter((id) => !sparedIds.has(id)))
  await commitAsOne(client)
  await countErased(client, order.id, { events: events.length, versions })
  await recordChange(client, change)
}

async function finish (client: pg.ClientBase, order: Erasure, at: Date): Promise<Erasure | undefined> {
  const { id, startOn, endOn } = order
  if (startOn !== null && endOn !== null) await deleteRejectionsBetween(client, order, startOn, endOn)
  const done = await finishErasure(client, id, at)
  if (done === undefined) return undefined
  const { sourceId, ownerId, askedBy, events, versions } = done
  const { rows: [source] } = await client.query<{ name: string }>(
    `SELECT authority.slug || '/' || source.name AS name FROM source JOIN authority ON authority.id = authority_id
    WHERE source.id = $1`,
    [sourceId]
  )
  await writeAudit(queryBuilderOn(client), {
    at,
    actor: askedBy,
    action: 'events-erased',
    subject: source?.name ?? '',
    detail: { erasure: id, events, versions },
    authorityId: ownerId
  })
  return done
}
