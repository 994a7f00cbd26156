import type pg from 'pg'
import { int8Array } from '../../postgres/binary-array.ts'
import type { EventRow } from '../columns.ts'
import { CONTENT_COLUMNS, encodeEvents, EVENT_COLUMN_NAMES, revisionOf, unnestEventsNumbered } from './row.ts'
import type { Owner } from '../../intake/owner.ts'

/** How a row of a batch stands to what is stored under its key. */
export interface Comparison {
  /** The revision in force, 0 where nothing is stored; the row's own where that is in force as the row says it. */
  revision: number
  /** What is in force says the same, whatever its revision. */
  same: boolean
  /** What is in force was withdrawn. */
  voided: boolean
  /** An earlier version said the same, with that revision if the row has one. */
  known: boolean
}

// No attributes were stored as {} for a while, where a sender wrote that.
const value = (table: string, name: string): string =>
  name === 'attributes' ? `nullif(${table}.attributes, '{}')` : `${table}.${name}`
const content = (table: string): string => `ROW(${CONTENT_COLUMNS.map((name) => value(table, name)).join(', ')})`

// LIMIT 1 makes the planner look up each key: of a source with some tens of thousands of events it would rather read
// all. What says the same as what is in force is not returned: a batch sent again has nothing else.
const COMPARE = `
  SELECT row.n, coalesce(event.said, 0) AS revision, same, coalesce(event.voided_at IS NOT NULL, false) AS voided,
    event.id IS NOT NULL AND row.said <= event.said AND EXISTS (
      SELECT FROM event_history AS history
      WHERE history.owner_id = $1::int2 AND history.source_id = $2::int4 AND history.id = row.id
        AND row.said IN (0, ${revisionOf('history')})
        AND ${content('history')} IS NOT DISTINCT FROM ${content('row')}
    ) AS known
  FROM ${unnestEventsNumbered(3)}
  LEFT JOIN LATERAL (
    SELECT ${EVENT_COLUMN_NAMES}, voided_at, ${revisionOf('event')} AS said
    FROM event WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id = row.id LIMIT 1
  ) AS event ON true
  CROSS JOIN LATERAL (
    SELECT event.id IS NOT NULL AND ${content('event')} IS NOT DISTINCT FROM ${content('row')} AS same
  ) AS judged
  WHERE NOT (same AND row.said IN (0, event.said) AND event.voided_at IS NULL)`

/** Compares rows with what is stored, by content; the answer is aligned with `rows`. */
export async function compareEvents (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, rows: readonly EventRow[]
): Promise<Comparison[]> {
  const { rows: found } = await client.query<Comparison & { n: number }>({
    name: 'compare-events',
    text: COMPARE,
    values: [ownerId, sourceId, ...encodeEvents(rows), int8Array(rows, ({ revision }) => revision)]
  })
  const comparisons = rows.map(({ revision }): Comparison => ({ revision, same: true, voided: false, known: false }))
  for (const { n, ...comparison } of found) comparisons[n - 1] = comparison
  return comparisons
}
