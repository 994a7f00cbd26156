import type { Directory } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, senderOf, type Batch } from '../intake/accept-batch.ts'
import { rowCheck } from '../intake/check-schema.ts'
import type { Intake } from '../intake/intake.ts'
import type { Receipt } from '../intake/receipt.ts'
import type { Folding } from '../rollups/index.ts'
import type { CommitQueue } from './commit-queue.ts'
import { EventResolver } from './resolve-event.ts'
import { storeEvents } from './store-events.ts'

interface EventIntake { intake: Intake, queue: CommitQueue, folding: Folding, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, 'event')

/** Takes a batch of events: see `acceptBatch`; says how long ago the newest of them happened, if any was looked at. */
export async function acceptEvents (
  { intake, queue, folding, directory, now }: EventIntake, batch: Batch
): Promise<Receipt & { lagMs: number }> {
  const resolver = new EventResolver(directory, batch.source, now)
  const receipt = await acceptBatch(
    intake,
    {
      what: 'an event',
      check: eventCheck,
      freeText: 'id',
      resolve: (event, index) => resolver.resolve(event, index),
      // Beside a transaction of its own, a source's events could wait for its locks with others in their group.
      append: async (source) => intake.isStoring(senderOf(batch).key) ? undefined : await queue.append(source),
      store: storeEvents,
      committed: ({ source }, { stored, duplicates, revised }) => {
        folding.note(stored + revised)
        queue.noteResent(source, duplicates + revised > 0)
      }
    },
    batch,
    now
  )
  return { ...receipt, lagMs: now - resolver.newestAt }
}
