import type { Source } from '../catalogue/directory.ts'
import { ProblemError } from '../errors.ts'
import { lockEvents, voidEvents } from './store/revise.ts'
import { ownerOf } from '../intake/owner.ts'
import { closedDay } from './refuse-unkept.ts'
import { holdCutOffs, isClosed } from './store/unkept.ts'
import { writeAudit } from '../catalogue/store/audit.ts'
import { narrowed } from '../postgres/scoped.ts'
import { senderOf } from '../intake/accept-batch.ts'
import type { Intake } from '../intake/intake.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'

/**
 * Withdraws an event of a source: it no longer counts, and stays with its history. Again: nothing changes.
 * Throws `ProblemError`: not-found if the source has no such event, closed-day if its day is closed.
 */
export async function voidOneEvent (intake: Intake, source: Source, id: string, now: number): Promise<void> {
  const owner = ownerOf(source)
  await intake.store(senderOf({ source, bytes: 0 }), async () => await inTransaction(intake.pool, async (client) => {
    const at = new Date(now)
    const cutOffs = await holdCutOffs(client)
    const event = await narrowed(client, { authorityIds: [owner.ownerId] }, async () => {
      const [event] = await lockEvents(client, owner, [id])
      if (event === undefined) {
        throw new ProblemError('not-found', `${source.authority.slug}/${source.name} has sent no event ${id}.`)
      }
      if (!event.voided && isClosed(cutOffs, event)) throw closedDay(cutOffs.get(event.authorityId) ?? 0)
      if (!event.voided) await voidEvents(client, owner, [id], at)
      return event
    })
    if (event.voided) return
    const change = new RollupChange()
    change.add(event, -1)
    await recordChange(client, change)
    const actor = `${source.authority.slug}/${source.name}`
    await writeAudit(queryBuilderOn(client), {
      at, actor, action: 'void-event', subject: `${actor}/${id}`, detail: {}, authorityId: event.authorityId
    })
  }))
}
