import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, type Batch } from './accept-batch.ts'
import { rowCheck } from './check-schema.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Compaction } from './compaction.ts'
import { surelyFits } from './fits-event.ts'
import type { Receipt } from './receipt.ts'
import { EventResolver } from './resolve-event.ts'
import { storeEvents } from './store-events.ts'

interface Context { pool: pg.Pool, queue: CommitQueue, compaction: Compaction, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, Object.keys(EventSchema.properties), 'event', surelyFits)

/** Takes a batch of events: see `acceptBatch`. */
export async function acceptEvents ({ pool, queue, compaction, directory, now }: Context, batch: Batch): Promise<Receipt> {
  const resolver = new EventResolver(directory, batch.source, now)
  return await acceptBatch(pool, {
    what: 'an event',
    check: eventCheck,
    free: 'id',
    resolve: (event, index) => resolver.resolve(event, index),
    append: async (checked) => await queue.append(checked),
    store: storeEvents,
    committed: ({ source, rows }, { stored }) => {
      compaction.note(rows)
      queue.noteResent(source, stored < rows.length)
    }
  }, batch, now)
}
