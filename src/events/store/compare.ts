import type pg from 'pg'
import { CONTENT_COLUMNS, encodeEvents, unnestEventsNumbered, type EventRow, type Owner } from './row.ts'

/** How a row of a batch stands to what is stored under its key. */
export type Verdict = 'new' | 'duplicate' | 'conflict' | 'newer' | 'stale'

/** `revision` is the one that is stored. */
export interface Comparison { verdict: Verdict, revision: number }

const row = (table: string): string => `ROW(${CONTENT_COLUMNS.map((name) => `${table}.${name}`).join(', ')})`

// "new" are rows that are not stored, and those this batch stored just now. A row older than what is stored is a late
// retry if the history has that very revision, and stale if not. LIMIT 1 makes the planner look up each key: of a
// source with some tens of thousands of events it would rather read all. Duplicates stay unsaid: of a batch sent again
// they are all there is.
const COMPARE = `
  SELECT * FROM (
    SELECT row.n, coalesce(event.revision, 0) AS revision, CASE
        WHEN event.id IS NULL OR event.receipt_id = $3::int8 THEN 'new'
        WHEN row.revision > event.revision THEN 'newer'
        WHEN row.revision = event.revision THEN
          CASE WHEN ${row('event')} IS NOT DISTINCT FROM ${row('row')} THEN 'duplicate' ELSE 'conflict' END
        WHEN history.id IS NOT NULL AND ${row('history')} IS NOT DISTINCT FROM ${row('row')} THEN 'duplicate'
        ELSE 'stale'
      END AS verdict
    FROM ${unnestEventsNumbered(4)}
    LEFT JOIN LATERAL (
      SELECT * FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = row.id LIMIT 1
    ) AS event ON true
    LEFT JOIN event_history AS history ON history.owner_id = $1::int2 AND history.source_id = $2::int4
      AND history.id = row.id AND history.revision = row.revision AND row.revision < event.revision
  ) AS judged WHERE verdict <> 'duplicate'`

/** Compares rows with what is stored, by content; the answer is aligned with `rows`. */
export async function compareEvents (
  client: pg.Pool | pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[], receiptId: number | null
): Promise<Comparison[]> {
  const { rows: found } = await client.query<{ n: number, verdict: Verdict, revision: number }>({
    name: 'compare-events', text: COMPARE, values: [ownerId, sourceId, receiptId, ...encodeEvents(rows)]
  })
  const verdicts = rows.map(({ revision }): Comparison => ({ verdict: 'duplicate', revision }))
  for (const { n, verdict, revision } of found) verdicts[n - 1] = { verdict, revision }
  return verdicts
}
