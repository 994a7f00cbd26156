import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, type Batch } from './accept-batch.ts'
import { rowCheck } from './check-schema.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Compaction } from './compaction.ts'
import { surelyFits } from './fits-event.ts'
import { EventResolver } from './resolve-event.ts'
import type { Receipt } from './receipt.ts'
import { storeEvents } from './store-events.ts'

interface Context { pool: pg.Pool, queue: CommitQueue, compaction: Compaction, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, Object.keys(EventSchema.properties), surelyFits)

/** Takes a batch of events: see `acceptBatch`. New events go through the queue, together with others. */
export async function acceptEvents ({ pool, queue, compaction, directory, now }: Context, batch: Batch): Promise<Receipt> {
  const resolver = new EventResolver(directory, batch.source, now)
  return await acceptBatch(pool, {
    what: 'an event',
    check: eventCheck,
    resolve: (event, index) => resolver.resolve(event, index),
    store: storeEvents,
    append: async (checked) => {
      const receipt = await queue.append(checked)
      if (receipt !== undefined) compaction.note(checked.rows)
      return receipt
    },
    onStored: ({ rows, source }, { stored }) => {
      compaction.note(rows)
      queue.noteResent(source, stored < rows.length)
    }
  }, batch, now)
}
