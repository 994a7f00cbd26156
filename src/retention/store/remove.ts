import type pg from 'pg'
import type { Removed } from './cut-offs.ts'

/**
 * Each row is looked up by its key. Planned for one page of a large table, Postgres would read all of its history
 * instead.
 */
export const BY_KEY =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'

/** How many pages the table has: rows that come later are of open days. */
export async function countPages (client: pg.ClientBase): Promise<number> {
  const { rows: [row] } = await client.query<{ pages: number }>(
    "SELECT pg_relation_size('event') / current_setting('block_size')::int8 AS pages"
  )
  return row?.pages ?? 0
}

/** What records of data sets count as stays as long as the records: their sender sends all of them again. */
const OF_SENDERS = "(SELECT FROM source WHERE source.id = event.source_id AND position(':' IN source.name) = 0)"

// By their place and not by an index, which every new event would have to be written to.
const REMOVE_EVENTS = `
  WITH gone AS (
    DELETE FROM event USING retention_cut_off AS closed
    WHERE event.ctid >= $1::tid AND event.ctid < $2::tid AND closed.finished_at IS NULL
      AND closed.authority_id = event.authority_id AND event.local_date < closed.cut_off AND EXISTS ${OF_SENDERS}
    RETURNING event.owner_id, event.source_id, event.id, event.authority_id
  ),
  earlier AS (
    DELETE FROM event_history AS version USING gone
    WHERE version.owner_id = gone.owner_id AND version.source_id = gone.source_id AND version.id = gone.id
    RETURNING gone.authority_id
  ),
  removed AS (
    SELECT authority_id, sum(events) AS events, sum(versions) AS versions FROM (
      SELECT authority_id, 1 AS events, 0 AS versions FROM gone UNION ALL SELECT authority_id, 0, 1 FROM earlier
    ) AS row GROUP BY authority_id
  ),
  noted AS (
    UPDATE retention_cut_off AS closed SET events = closed.events + removed.events,
      versions = closed.versions + removed.versions
    FROM removed WHERE removed.authority_id = closed.authority_id
  )
  SELECT coalesce(sum(events), 0) AS events, coalesce(sum(versions), 0) AS versions, 0 AS receipts FROM removed`

/** Removes events of closed days, with their history, that lie in some pages; notes how many. */
export async function removeEvents (client: pg.ClientBase, page: number, pages: number): Promise<Removed> {
  await client.query(BY_KEY)
  const { rows: [removed] } = await client.query<Removed>(REMOVE_EVENTS, [`(${page},0)`, `(${page + pages},0)`])
  return removed ?? { events: 0, versions: 0, receipts: 0 }
}

// An event may be dated a day ahead of its receipt: one that stays keeps its own.
const REMOVE_RECEIPTS = `
  WITH page AS MATERIALIZED (
    SELECT id, source_id, received_at FROM receipt WHERE id > $1 ORDER BY id LIMIT $2
  ),
  gone AS (
    DELETE FROM receipt USING page, source, retention_cut_off AS closed
    WHERE receipt.id = page.id AND source.id = page.source_id AND closed.authority_id = source.authority_id
      AND closed.finished_at IS NULL
      AND page.received_at < (closed.cut_off - 2)::timestamp AT TIME ZONE 'Europe/London'
    RETURNING closed.authority_id
  ),
  noted AS (
    UPDATE retention_cut_off AS closed SET receipts = closed.receipts + removed.receipts
    FROM (SELECT authority_id, count(*) AS receipts FROM gone GROUP BY 1) AS removed
    WHERE removed.authority_id = closed.authority_id
  )
  SELECT max(id) AS last, count(*) AS read, (SELECT count(*) FROM gone) AS receipts,
    bool_and(received_at >= (SELECT max(cut_off) FROM retention_cut_off WHERE finished_at IS NULL)) AS newer
  FROM page`

/** Removes receipts of closed days behind a number; `last` is where to go on, undefined where there are no more. */
export async function removeReceipts (
  client: pg.ClientBase, after: number, most: number
): Promise<{ receipts: number, last: number | undefined }> {
  await client.query(BY_KEY)
  const { rows: [row] } = await client.query<{ last: number, read: number, receipts: number, newer: boolean }>(
    REMOVE_RECEIPTS, [after, most]
  )
  if (row === undefined) return { receipts: 0, last: undefined }
  return { receipts: row.receipts, last: row.read < most || row.newer ? undefined : row.last }
}
