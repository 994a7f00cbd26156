import type pg from 'pg'
import type { ChangedPlace } from '../../rollups/index.ts'
import { COLUMN_NAMES, encodeObservations, KEY_NAMES, unnestObservations, type ObservationRow } from './row.ts'

const sameKey = (a: string, b: string): string => KEY_NAMES.map((name) => `${a}.${name} = ${b}.${name}`).join(' AND ')
/** What is stored of an observation: all but the last column of a version, which says whether it was withdrawn. */
const STORED = `${COLUMN_NAMES}, source_id, received_at, receipt_id, revision, revised`
const said = (table: string): string => `(${table}.value, ${table}.provisional, ${table}.note)`

// An observation that comes back after it was withdrawn continues its revision numbers. The same statement stores the
// version, so that no race between two writers can lose one.
const UPSERT = `
  WITH receipt AS MATERIALIZED (SELECT nextval('receipt_id') AS id),
  stored AS (
    INSERT INTO observation AS existing (${STORED})
    SELECT ${COLUMN_NAMES.split(', ').map((name) => `row.${name}`).join(', ')}, $1::int4, $2::timestamptz,
      (SELECT id FROM receipt),
      1 + coalesce(before.revision, 0), before.revision IS NOT NULL
    FROM ${unnestObservations(3)}
    LEFT JOIN LATERAL (SELECT max(version.revision) AS revision FROM observation_version AS version WHERE
      ${sameKey('version', 'row')}) AS before ON true
    ON CONFLICT (${KEY_NAMES.join(', ')}) DO UPDATE SET
      value = excluded.value, provisional = excluded.provisional, note = excluded.note, source_id = excluded.source_id,
      received_at = excluded.received_at, receipt_id = excluded.receipt_id, revision = existing.revision + 1,
      revised = existing.revised OR existing.value <> excluded.value
    WHERE ${said('existing')} IS DISTINCT FROM ${said('excluded')}
    RETURNING *
  ),
  versions AS (INSERT INTO observation_version (${STORED}, withdrawn) SELECT ${STORED}, false FROM stored)
  SELECT (SELECT id FROM receipt) AS "receiptId", count(*) FILTER (WHERE revision = 1) AS stored,
    count(*) FILTER (WHERE revision > 1) AS revised,
    coalesce(jsonb_agg(DISTINCT jsonb_build_object('authorityId', authority_id, 'serviceId', service_id)), '[]')
      AS changed
  FROM stored`

/** `changed`: the series that the caller passes to `recordChanges` at the end of the transaction. */
export interface UpsertResult { receiptId: number, stored: number, revised: number, changed: ChangedPlace[] }

/** Stores observations of distinct keys, in key order; one equal to what is stored changes nothing. One round trip. */
export async function upsertObservations (
  client: pg.ClientBase, rows: readonly ObservationRow[], { sourceId, at }: { sourceId: number, at: Date }
): Promise<UpsertResult> {
  const { rows: [result] } = await client.query<UpsertResult>({
    name: 'upsert-observations', text: UPSERT, values: [sourceId, at, ...encodeObservations(rows)]
  })
  if (result === undefined) throw new Error('upsert-observations gave no row')
  return result
}

const WITHDRAW = `
  WITH gone AS (
    DELETE FROM observation
    WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
      AND (channel_id, ward_id) NOT IN (SELECT * FROM unnest($6::int2[], $7::int4[]))
    RETURNING *
  )
  INSERT INTO observation_version (${STORED}, withdrawn)
  SELECT ${COLUMN_NAMES}, $10::int4, $9::timestamptz, $8::int8, revision + 1, revised, true FROM gone`

export interface ObservationSet {
  authorityId: number
  serviceId: number
  measureId: number
  startOn: string
  period: number
}

/** Makes replacements of the same measure wait for one another. The lock lasts until the transaction ends. */
export async function lockObservations (
  client: pg.ClientBase, { authorityId, serviceId, measureId }: ObservationSet
): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [authorityId, serviceId * 32_768 + measureId])
}

const MARK_REVISED = `
  UPDATE observation SET revised = true
  WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5 AND NOT revised`

/**
 * Withdraws all observations of a period but those in `keep`, and marks these as revised. Returns how many were
 * withdrawn.
 */
export async function withdrawOthers (
  client: pg.ClientBase,
  set: ObservationSet,
  keep: readonly ObservationRow[],
  by: { receiptId: number, sourceId: number, at: Date }
): Promise<number> {
  const { rowCount } = await client.query(WITHDRAW, [
    set.authorityId,
    set.serviceId,
    set.measureId,
    set.startOn,
    set.period,
    keep.map(({ channelId }) => channelId),
    keep.map(({ wardId }) => wardId),
    by.receiptId,
    by.at,
    by.sourceId
  ])
  if (rowCount === null || rowCount === 0) return 0
  await client.query(MARK_REVISED, [set.authorityId, set.serviceId, set.measureId, set.startOn, set.period])
  return rowCount
}
