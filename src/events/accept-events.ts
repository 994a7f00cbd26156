import type { Directory } from '../catalogue/directory.ts'
import { localDay, parseInstant } from '../domain/calendar.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, senderOf, type Batch } from '../intake/accept-batch.ts'
import { rowCheck } from '../intake/check-schema.ts'
import { Reach } from '../intake/arrivals.ts'
import type { Intake } from '../intake/intake.ts'
import type { Receipt } from '../intake/receipt.ts'
import type { RefusedKind } from '../intake/refusals/refusals.ts'
import { isUnnumbered } from '../intake/repeats.ts'
import { FEED_KINDS } from '../intake/store/feeds.ts'
import type { Folding } from '../rollups/index.ts'
import type { CommitQueue } from './commit-queue.ts'
import { ReplacedEvents } from './replaced.ts'
import { EventResolver } from './resolve-event.ts'
import { storeEvents } from './store-events.ts'

export interface EventIntake { intake: Intake, queue: CommitQueue, folding: Folding, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, 'event')

const FIELDS: ReadonlySet<string> = new Set(Object.keys(EventSchema.properties))

/** What has to be known to keep an event that was refused. */
export const refusedEvents = ({ attributes }: Directory): RefusedKind => ({
  kind: 'event',
  fields: FIELDS,
  isAttribute: (name) => attributes.typesOf(name).length > 0,
  dayOf: ({ occurred_at: at }) => {
    const instant = typeof at === 'string' ? parseInstant(at.trim()) : undefined
    return instant === undefined ? undefined : localDay(instant)
  }
})

/** Takes a batch of events: see `acceptBatch`; says how long ago the newest of them happened, if any was looked at. */
export async function acceptEvents (
  { intake, queue, folding, directory, now }: EventIntake, batch: Batch
): Promise<Receipt & { lagMs: number }> {
  const resolver = new EventResolver(directory, batch.source, now)
  const { repeats } = batch
  const replaced = repeats.period && new ReplacedEvents(directory, batch.source, repeats.period)
  const reach = new Reach()
  const receipt = await acceptBatch(
    intake,
    {
      what: 'an event',
      check: eventCheck,
      freeText: 'id',
      refused: refusedEvents(directory),
      resolve: (event, index, told) => {
        const row = resolver.resolve(event, index, told)
        if (Array.isArray(row)) return row
        reach.note(row.authorityId, row.serviceId, row.localDay)
        if (!isUnnumbered(repeats)) return row
        const outside = replaced?.refuse(row, index)
        return outside === undefined ? { ...row, revision: event.revision ?? 0 } : [outside]
      },
      // Beside a transaction of its own, a source's events could wait for its locks with others in their group.
      append: async (source) =>
        replaced !== undefined || intake.isStoring(senderOf(batch).key) ? undefined : await queue.append(source),
      store: async (client, checked) => await storeEvents(client, checked, replaced),
      committed: ({ source }, { stored, duplicates, revised, older }) => {
        folding.note(stored + revised)
        queue.noteResent(source, duplicates + revised + (older ?? 0) > 0)
        intake.arrivals.note(source.id, FEED_KINDS.events, reach, now)
      }
    },
    batch,
    now
  )
  return { ...receipt, lagMs: now - resolver.newestAt }
}
