import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { acceptBatch, type Batch } from './accept-batch.ts'
import { rowCheck } from './check-schema.ts'
import { EventResolver } from './resolve-event.ts'
import type { Receipt } from './receipt.ts'
import { storeEvents } from './store-events.ts'

interface Context { pool: pg.Pool, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, Object.keys(EventSchema.properties))

/** Takes a batch of events: see `acceptBatch`. */
export async function acceptEvents ({ pool, directory, now }: Context, batch: Batch): Promise<Receipt> {
  const resolver = new EventResolver(directory, batch.source, now)
  const resolve: EventResolver['resolve'] = (event, index) => resolver.resolve(event, index)
  return await acceptBatch(pool, { what: 'an event', check: eventCheck, resolve, store: storeEvents }, batch, now)
}
