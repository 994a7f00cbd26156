import type pg from 'pg'
import { HIGHEST_REVISION, LAST_PLAIN } from '../../domain/revision.ts'
import { boolArray, int4Array, int8Array } from '../../postgres/binary-array.ts'
import {
  byAuthority, COLUMN_NAMES, encodeKeys, encodeObservations, encodePlain, KEY_NAMES, keyFrom, keyOf, revisionOf,
  sameKey, unnestKeys, unnestObservations, type ObservationRow
} from './row.ts'

/** What is stored of an observation: all but the last column of a version, which says whether it was withdrawn. */
const STORED = `${COLUMN_NAMES}, source_id, received_at, receipt_id, revised`

/** By whom, when and with which receipt. */
export interface Sent { sourceId: number, at: Date, receiptId: number }

// An observation that comes back after it was withdrawn is a revised one.
const WRITE = `
  INSERT INTO observation AS existing (${STORED})
  SELECT ${COLUMN_NAMES.split(', ').map((name) => `row.${name}`).join(', ')}, $1::int4, $2::timestamptz, $3::int8,
    row.existed
  FROM ${unnestObservations(4, { name: 'existed', type: 'bool' })}
  ON CONFLICT (${KEY_NAMES.join(', ')}) DO UPDATE SET
    value = excluded.value, provisional = excluded.provisional, note = excluded.note, source_id = excluded.source_id,
    received_at = excluded.received_at, receipt_id = excluded.receipt_id, revision = excluded.revision,
    sent_revision = excluded.sent_revision,
    revised = existing.revised OR existing.value <> excluded.value
  RETURNING ${keyFrom('existing')}, revised`

/** Stores observations of distinct keys, in key order, with the revisions that they get; behind `lockPlaces`. */
export async function writeObservations (
  client: pg.ClientBase, rows: readonly ObservationRow[], sent: Sent
): Promise<void> {
  const { rows: written } = await client.query<ObservationRow & { revised: boolean }>({
    name: 'write-observations',
    text: WRITE,
    values: [
      sent.sourceId, sent.at, sent.receiptId, ...encodeObservations(rows),
      boolArray(rows, ({ lastOrdinal = 0 }) => lastOrdinal > 0)
    ]
  })
  const revised = new Set(written.filter((one) => one.revised).map(keyOf))
  await insertVersions(client, encodeObservations(rows), rows.map((row) => revised.has(keyOf(row))), false, sent)
}

/**
 * Stores versions of observations: their columns, and whether each is a revised one. (A cluster takes to COPY where
 * nothing is returned, and Postgres has none of that within row-level security.)
 */
async function insertVersions (
  client: pg.ClientBase, columns: unknown[], revised: readonly boolean[], withdrawn: boolean,
  { sourceId, at, receiptId }: Sent
): Promise<void> {
  await client.query({
    name: 'write-observation-versions',
    text: `
      INSERT INTO observation_version (${STORED}, withdrawn)
      SELECT ${COLUMN_NAMES.split(', ').map((name) => `row.${name}`).join(', ')}, $1::int4, $2::timestamptz, $3::int8,
        row.revised, $4::bool
      FROM ${unnestObservations(5, { name: 'revised', type: 'bool' })}
      RETURNING 1 AS one`,
    values: [sourceId, at, receiptId, withdrawn, ...columns, boolArray(revised, (one) => one)]
  })
}

/** A figure that is gone, as the version that says so has it: of the ordinal and the revision behind its own. */
type Gone = Omit<ObservationRow, 'revision'> & { ordinal: number, sent: number | null, revised: boolean }

const GONE = `
  RETURNING ${keyFrom('gone')}, end_on - DATE '1970-01-01' AS "endOn", value, provisional, note, revised,
    revision + 1 AS ordinal,
    CASE WHEN sent_revision IS NULL AND revision < ${LAST_PLAIN} THEN NULL
      ELSE least(${revisionOf('gone')} + 1, ${HIGHEST_REVISION}) END AS sent`

async function insertWithdrawn (client: pg.ClientBase, gone: readonly Gone[], by: Sent): Promise<void> {
  const columns = [
    ...encodePlain(gone), int4Array(gone, ({ ordinal }) => ordinal), int8Array(gone, ({ sent }) => sent)
  ]
  await insertVersions(client, columns, gone.map(({ revised }) => revised), true, by)
}

const WITHDRAW = `
  DELETE FROM observation AS gone
  WHERE authority_id = $1 AND service_id = $2 AND measure_id = $3 AND start_on = $4 AND period = $5
    AND (channel_id, ward_id) NOT IN (SELECT * FROM unnest($6::int2[], $7::int4[]))
  ${GONE}`

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
  const { rows: gone } = await client.query<Gone>(WITHDRAW, [
    set.authorityId,
    set.serviceId,
    set.measureId,
    set.startOn,
    set.period,
    keep.map(({ channelId }) => channelId),
    keep.map(({ wardId }) => wardId)
  ])
  if (gone.length === 0) return 0
  await insertWithdrawn(client, gone, by)
  await client.query(MARK_REVISED, [set.authorityId, set.serviceId, set.measureId, set.startOn, set.period])
  return gone.length
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
  const { rows } = await client.query(
    `
    INSERT INTO observation_replacement (authority_id, service_id, measure_id, start_on, period, content, receipt_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING period`,
    [authorityId, serviceId, measureId, startOn, period, content, receiptId]
  )
  return rows.length === 1
}

const WITHDRAW_SOME = `
  DELETE FROM observation AS gone USING ${unnestKeys(2)}
  WHERE gone.authority_id = $1::int2 AND ${sameKey('gone', 'key')}
  ${GONE}`

const MARK_REST_REVISED = `
  UPDATE observation SET revised = true
  FROM (SELECT DISTINCT service_id, measure_id, start_on, period FROM ${unnestKeys(2)}) AS of
  WHERE observation.authority_id = $1::int2 AND observation.service_id = of.service_id
    AND observation.measure_id = of.measure_id AND observation.start_on = of.start_on
    AND observation.period = of.period AND NOT observation.revised`

/** Withdraws these figures, behind `lockPlaces`, and marks what stays of their periods as revised. */
export async function withdrawFigures (
  client: pg.ClientBase, rows: readonly ObservationRow[], by: Sent
): Promise<void> {
  for (const [authorityId, some] of byAuthority(rows)) {
    const values = [authorityId, ...encodeKeys(some)]
    const { rows: gone } = await client.query<Gone>({ name: 'withdraw-figures', text: WITHDRAW_SOME, values })
    await insertWithdrawn(client, gone, by)
    await client.query({ name: 'mark-rest-revised', text: MARK_REST_REVISED, values })
  }
}
