import type pg from 'pg'

/** What a source had refused since it was last said. */
export interface Refused {
  sourceId: number
  batches: number
  rows: number
  /** The newest receipt. */
  receipt: number
  /** How many errors there were of each code, of the first hundred of each batch. */
  codes: Record<string, number>
  since: Date
}

const KEY = 'batch.refused/'

/**
 * What was refused up to `until`, by source: of those of whom nothing was said for an hour, and from `from` on at the
 * earliest. Notes that it is said, inside the caller's transaction.
 */
export async function takeRefused (
  client: pg.ClientBase, { from, until, hourAgo }: { from: Date, until: Date, hourAgo: Date }
): Promise<Refused[]> {
  const { rows: said } = await client.query<{ sourceId: number, at: Date }>(
    `SELECT substring(key FROM ${KEY.length + 1})::int4 AS "sourceId", at FROM webhook_said WHERE starts_with(key, $1)`,
    [KEY]
  )
  const { rows } = await client.query<Refused>(
    `
    WITH refused AS MATERIALIZED (
      SELECT receipt.source_id, id, received_at, rejected, errors FROM receipt
      LEFT JOIN jsonb_to_recordset($4::jsonb) AS said("sourceId" int4, at timestamptz)
        ON said."sourceId" = receipt.source_id
      WHERE rejected > 0 AND received_at > $1 AND received_at <= $2
        AND (said.at IS NULL OR (received_at > said.at AND said.at <= $3))
    ),
    code AS (
      SELECT source_id, jsonb_object_agg(code, errors) AS codes FROM (
        SELECT source_id, error ->> 'code' AS code, count(*) AS errors
        FROM refused CROSS JOIN LATERAL jsonb_array_elements(errors) AS error GROUP BY 1, 2
      ) AS one GROUP BY 1
    )
    SELECT source_id AS "sourceId", count(*) AS batches, sum(rejected) AS rows, max(id) AS receipt,
      min(received_at) AS since,
      coalesce((SELECT codes FROM code WHERE code.source_id = refused.source_id), '{}') AS codes
    FROM refused GROUP BY source_id`,
    [from, until, hourAgo, JSON.stringify(said)]
  )
  await client.query(
    `
    INSERT INTO webhook_said (key, at)
    SELECT '${KEY}' || source_id, $2::timestamptz FROM unnest($1::int4[]) AS refused(source_id)
    ON CONFLICT (key) DO UPDATE SET at = excluded.at`,
    [rows.map(({ sourceId }) => sourceId).sort((a, b) => a - b), until]
  )
  return rows
}
