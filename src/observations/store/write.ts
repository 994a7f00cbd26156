import type pg from 'pg'
import { HIGHEST_REVISION, LAST_PLAIN } from '../../domain/revision.ts'
import {
  COLUMN_NAMES, encodeObservations, KEY_NAMES, PLAIN_NAMES, revisionOf, sameKey, unnestObservations, type ObservationRow
} from './row.ts'

/** What is stored of an observation: all but the last column of a version, which says whether it was withdrawn. */
const STORED = `${COLUMN_NAMES}, source_id, received_at, receipt_id, revised`

/** By whom, when and with which receipt. */
export interface Sent { sourceId: number, at: Date, receiptId: number }

// The same statement stores the version. An observation that comes back after it was withdrawn is a revised one.
const WRITE = `
  WITH stored AS (
    INSERT INTO observation AS existing (${STORED})
    SELECT ${COLUMN_NAMES.split(', ').map((name) => `row.${name}`).join(', ')}, $1::int4, $2::timestamptz, $3::int8,
      EXISTS (SELECT FROM observation_version AS version WHERE ${sameKey('version', 'row')})
    FROM ${unnestObservations(4)}
    ON CONFLICT (${KEY_NAMES.join(', ')}) DO UPDATE SET
      value = excluded.value, provisional = excluded.provisional, note = excluded.note, source_id = excluded.source_id,
      received_at = excluded.received_at, receipt_id = excluded.receipt_id, revision = excluded.revision,
      sent_revision = excluded.sent_revision,
      revised = existing.revised OR existing.value <> excluded.value
    RETURNING *
  )
  INSERT INTO observation_version (${STORED}, withdrawn) SELECT ${STORED}, false FROM stored`

/** Stores observations of distinct keys, in key order, with the revisions that they get; behind `lockPlaces`. */
export async function writeObservations (
  client: pg.ClientBase, rows: readonly ObservationRow[], { sourceId, at, receiptId }: Sent
): Promise<void> {
  await client.query({
    name: 'write-observations', text: WRITE, values: [sourceId, at, receiptId, ...encodeObservations(rows)]
  })
}

/** The version that says that a figure is gone: of the ordinal and the revision behind those of the figure. */
const withdrawn = (by: { sourceId: string, at: string, receiptId: string }): string => `
  INSERT INTO observation_version (${STORED}, withdrawn)
  SELECT ${PLAIN_NAMES}, revision + 1, CASE WHEN sent_revision IS NULL AND revision < ${LAST_PLAIN} THEN NULL
      ELSE least(${revisionOf('gone')} + 1, ${HIGHEST_REVISION}) END,
    ${by.sourceId}::int4, ${by.at}::timestamptz, ${by.receiptId}::int8, revised, true FROM gone`

const WITHDRAW = `
  WITH gone AS (
    DELETE FROM observation
    WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
      AND (channel_id, ward_id) NOT IN (SELECT * FROM unnest($6::int2[], $7::int4[]))
    RETURNING *
  )
  ${withdrawn({ sourceId: '$10', at: '$9', receiptId: '$8' })}`

export interface ObservationSet {
  authorityId: number
  serviceId: number
  measureId: number
  startOn: string
  period: number
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
  by: Sent
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

/** Ids of the sources that sent the observations of a period but those in `keep`. */
export async function sendersOfOthers (
  client: pg.ClientBase, set: ObservationSet, keep: readonly ObservationRow[]
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `
    SELECT DISTINCT source_id AS id FROM observation
    WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
      AND (channel_id, ward_id) NOT IN (SELECT * FROM unnest($6::int2[], $7::int4[]))
    ORDER BY 1`,
    [
      set.authorityId, set.serviceId, set.measureId, set.startOn, set.period,
      keep.map(({ channelId }) => channelId), keep.map(({ wardId }) => wardId)
    ]
  )
  return rows.map(({ id }) => id)
}

/**
 * Notes that a period's observations are replaced by what `content` is the hash of. Returns false where they were
 * before: then this is a retry, and a late one must not withdraw what came since.
 */
export async function noteReplacement (
  client: pg.ClientBase, { authorityId, serviceId, measureId, startOn, period }: ObservationSet, content: Buffer,
  receiptId: number
): Promise<boolean> {
  const { rowCount } = await client.query(
    `
    INSERT INTO observation_replacement (authority_id, service_id, measure_id, start_on, period, content, receipt_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [authorityId, serviceId, measureId, startOn, period, content, receiptId]
  )
  return rowCount === 1
}

const WITHDRAW_ALL = `
  WITH keys AS (SELECT * FROM ${unnestObservations(4)}),
  gone AS (DELETE FROM observation USING keys WHERE ${sameKey('observation', 'keys')} RETURNING observation.*),
  stays AS (
    UPDATE observation SET revised = true
    FROM (SELECT DISTINCT authority_id, service_id, measure_id, start_on, period FROM keys) AS of
    WHERE observation.authority_id = of.authority_id AND observation.service_id = of.service_id
      AND observation.measure_id = of.measure_id AND observation.start_on = of.start_on
      AND observation.period = of.period AND NOT observation.revised
      AND NOT EXISTS (SELECT FROM keys WHERE ${sameKey('observation', 'keys')})
  )
  ${withdrawn({ sourceId: '$1', at: '$2', receiptId: '$3' })}`

/** Withdraws these figures, behind `lockPlaces`, and marks what stays of their periods as revised. */
export async function withdrawFigures (
  client: pg.ClientBase, rows: readonly ObservationRow[], { sourceId, at, receiptId }: Sent
): Promise<void> {
  await client.query({
    name: 'withdraw-figures', text: WITHDRAW_ALL, values: [sourceId, at, receiptId, ...encodeObservations(rows)]
  })
}
