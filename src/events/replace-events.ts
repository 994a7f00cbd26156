import type pg from 'pg'
import { ProblemError } from '../errors.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import type { EventRow } from './columns.ts'
import type { ReplacedEvents } from './replaced.ts'
import { idsInPeriod } from './store/in-period.ts'
import type { Owner } from '../intake/owner.ts'

/** Events that one batch may take the place of: what a transaction voids in ten seconds (adr/0044). */
export const MOST_REPLACED = 100_000

/**
 * The ids of stored events that a batch replaces and does not name itself, sorted. What is stored meanwhile by another
 * process comes after the batch. Throws `ProblemError` (period-too-large).
 */
export async function idsToReplace (
  client: pg.ClientBase, owner: Owner, replaced: ReplacedEvents, rows: ReadonlyArray<CheckedRow<EventRow>>
): Promise<string[]> {
  const ids = await idsInPeriod(client, owner, replaced.question, MOST_REPLACED)
  if (ids.length > MOST_REPLACED) {
    throw new ProblemError(
      'period-too-large',
      `More than ${MOST_REPLACED} events are stored of the period; replace shorter periods, one after the other.`
    )
  }
  const sent = new Set(rows.map(({ row }) => row.id))
  return ids.filter((id) => !sent.has(id))
}
