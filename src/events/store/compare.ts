import type pg from 'pg'
import type { EventRow } from '../columns.ts'
import { CONTENT_COLUMNS, encodeEvents, EVENT_COLUMN_NAMES, unnestEventsNumbered, type Owner } from './row.ts'

/** How a row of a batch stands to what is stored under its key. */
export type Verdict = 'new' | 'duplicate' | 'conflict' | 'newer' | 'stale'

/** `revision` is the one that is stored. */
export interface Comparison { verdict: Verdict, revision: number }

const row = (table: string): string => `ROW(${CONTENT_COLUMNS.map((name) => `${table}.${name}`).join(', ')})`

// A row older than what is stored is a late retry if the history has that very revision, and stale if not. LIMIT 1
// makes the planner look up each key: of a source with some tens of thousands of events it would rather read all.
// Duplicates are not returned: a batch sent again has nothing else.
const COMPARE = `
  SELECT n, revision, verdict FROM (
    SELECT row.n, coalesce(event.revision, 0) AS revision, CASE
        WHEN event.id IS NULL THEN 'new'
        WHEN row.revision > event.revision THEN 'newer'
        WHEN row.revision = event.revision THEN
          CASE WHEN ${row('event')} IS NOT DISTINCT FROM ${row('row')} THEN 'duplicate' ELSE 'conflict' END
        WHEN history.id IS NOT NULL AND ${row('history')} IS NOT DISTINCT FROM ${row('row')} THEN 'duplicate'
        ELSE 'stale'
      END AS verdict
    FROM ${unnestEventsNumbered(3)}
    LEFT JOIN LATERAL (
      SELECT ${EVENT_COLUMN_NAMES} FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = row.id LIMIT 1
    ) AS event ON true
    LEFT JOIN event_history AS history ON history.owner_id = $1::int2 AND history.source_id = $2::int4
      AND history.id = row.id AND history.revision = row.revision AND row.revision < event.revision
  ) AS judged WHERE verdict <> 'duplicate'`

/** Compares rows with what is stored, by content; the answer is aligned with `rows`. */
export async function compareEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[]
): Promise<Comparison[]> {
  const { rows: found } = await client.query<{ n: number, verdict: Verdict, revision: number }>({
    name: 'compare-events', text: COMPARE, values: [ownerId, sourceId, ...encodeEvents(rows)]
  })
  const verdicts = rows.map(({ revision }): Comparison => ({ verdict: 'duplicate', revision }))
  for (const { n, verdict, revision } of found) verdicts[n - 1] = { verdict, revision }
  return verdicts
}
