import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { HOUR_MS } from '../domain/calendar.ts'
import { queueMessages } from '../outbox/store/queue.ts'
import { takeRefused } from './store/refused.ts'

/** A receipt has the time at which its batch came, and is there a moment later. */
const COMMITTED_MS = 30_000
const LOOKS_BACK_MS = 2 * HOUR_MS

/**
 * Says of each source what it had refused: whole batches and single rows, once an hour at most, from its receipts. In
 * the caller's transaction.
 */
export async function tellOfRefusedBatches (client: pg.ClientBase, directory: Directory, now: number): Promise<void> {
  const refused = await takeRefused(client, {
    from: new Date(now - LOOKS_BACK_MS), until: new Date(now - COMMITTED_MS), hourAgo: new Date(now - HOUR_MS)
  })
  await queueMessages(client, refused.flatMap(({ sourceId, batches, rows, receipt, codes, since }) => {
    const source = directory.sourceById.get(sourceId)
    if (source === undefined) return []
    return [{
      type: 'batch.refused' as const,
      at: new Date(now),
      authorityIds: [source.authority_id, ...source.carried_to],
      serviceIds: source.services,
      data: {
        source: nameOfSource(source),
        since: since.toISOString(),
        batches,
        rows,
        codes,
        receipt: String(receipt),
        links: { receipt: `/v1/receipts/${receipt}`, errors: '/v1/errors' }
      }
    }]
  }))
}
