import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, type Batch } from '../intake/accept-batch.ts'
import { appendAgain, appendRest } from './append-rest.ts'
import { rowCheck } from '../intake/check-schema.ts'
import type { CommitQueue } from './commit-queue.ts'
import { surelyFits } from './fits-event.ts'
import type { Folding } from '../rollups/index.ts'
import type { Receipt } from '../intake/receipt.ts'
import { EventResolver } from './resolve-event.ts'
import type { SentBefore } from './sent-before.ts'
import { storeEvents } from './store-events.ts'

interface Context {
  pool: pg.Pool
  queue: CommitQueue
  folding: Folding
  sentBefore: SentBefore
  directory: Directory
  now: number
}

const eventCheck = rowCheck(EventSchema, 'event', surelyFits)

/** Takes a batch of events: see `acceptBatch`. */
export async function acceptEvents (
  { pool, queue, folding, sentBefore, directory, now }: Context, batch: Batch
): Promise<Receipt> {
  const resolver = new EventResolver(directory, batch.source, now)
  return await acceptBatch(
    pool,
    {
      what: 'an event',
      check: eventCheck,
      free: 'id',
      resolve: (event, index) => resolver.resolve(event, index),
      known: (sent, at) => {
        const whole = sentBefore.find(sent, directory)
        return whole && appendAgain(pool, queue, sent, whole, at)
      },
      fast: [(checked) => queue.append(checked), (checked) => appendRest(pool, queue, checked)],
      store: storeEvents,
      committed: (sent, receipt) => {
        folding.note(receipt.stored + receipt.revised)
        queue.noteResent(sent.source, receipt.duplicates + receipt.revised > 0)
        sentBefore.note(sent, directory, receipt)
      }
    },
    batch,
    now
  )
}
