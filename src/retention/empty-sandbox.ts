import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { lockEvents } from '../events/store/revise.ts'
import { ownerOf, type Owner } from '../intake/owner.ts'
import { senderOf } from '../intake/accept-batch.ts'
import type { Intake } from '../intake/intake.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { deleteRefusedOf } from '../quarantine/store/remove.ts'
import { forgetRevisedDays, recordChange, recordChanges, RollupChange, type ChangedPlace } from '../rollups/index.ts'
import { deleteEvents } from './store/erasures.ts'
import { deleteObservationsOf, deleteReceiptsOf, someEventIds } from './store/sandboxes.ts'

/** Events that one transaction removes, and one request. */
const [AT_ONCE, MOST_EMPTIED] = [2000, 100_000]
export { MOST_EMPTIED }

export interface Emptied { events: number, observations: number, receipts: number, empty: boolean }

/** Removes what a source of the sandbox sent, in small transactions. Whatever it sends meanwhile may stay. */
export async function emptySandbox (intake: Intake, source: Source): Promise<Emptied> {
  if (source.id >= 0) throw new Error(`${source.authority.slug}/${source.name} is no sandbox`)
  const inTurn = async <T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    await intake.store(senderOf({ source, bytes: 0 }), async () => await inTransaction(intake.pool, work))
  const owner = ownerOf(source)
  let events = 0
  for (let removed = AT_ONCE; removed === AT_ONCE; events += removed) {
    if (events >= MOST_EMPTIED) return { events, observations: 0, receipts: 0, empty: false }
    removed = await inTurn(async (client) => await removeSome(client, owner))
  }
  const rest = await inTurn(async (client) => {
    const gone: ChangedPlace[] = []
    for (const authorityId of reportsOn(source)) {
      gone.push(...await deleteObservationsOf(client, owner.sourceId, authorityId))
    }
    const receipts = await deleteReceiptsOf(client, owner)
    await deleteRefusedOf(client, owner)
    await forgetRevisedDays(client, reportsOn(source))
    await recordChanges(client, placesOf(source, gone))
    return { observations: gone.length, receipts }
  })
  return { events, ...rest, empty: true }
}

async function removeSome (client: pg.ClientBase, owner: Owner): Promise<number> {
  const events = await lockEvents(client, owner, await someEventIds(client, owner, AT_ONCE))
  const change = new RollupChange()
  for (const event of events) if (!event.voided) change.add(event, -1)
  await deleteEvents(client, owner, events.map(({ id }) => id))
  await recordChange(client, change)
  return events.length
}

// Marks of corrected days are part of every answer about them, also where no figure has changed.
const placesOf = (source: Source, changed: readonly ChangedPlace[]): ChangedPlace[] => [
  ...changed,
  ...reportsOn(source).flatMap((authorityId) => source.services.map((serviceId) => ({ authorityId, serviceId })))
]
