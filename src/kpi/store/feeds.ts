import type pg from 'pg'
import type { Rhythm } from '../../domain/rhythm.ts'
import type { Owner } from '../../intake/owner.ts'
import type { FeedKind } from '../../intake/store/feeds.ts'

export interface FeedRow {
  authorityId: number
  serviceId: number
  sourceId: number
  kind: FeedKind
  newestOn: string
  arrivedOn: string
  rhythm: Rhythm | null
  allowed: number | null
}

type Client = pg.Pool | pg.ClientBase

/** What came in of each feed, and what was learnt of it: of one authority, or of all. */
export async function readFeedRows (client: Client, authorityId: number | null): Promise<FeedRow[]> {
  const { rows } = await client.query<FeedRow>(
    `
    SELECT authority_id AS "authorityId", service_id AS "serviceId", source_id AS "sourceId", kind,
      newest_on AS "newestOn", arrived_on AS "arrivedOn", rhythm, allowed_days AS allowed
    FROM feed ${authorityId === null ? '' : 'WHERE authority_id = $1'}`,
    authorityId === null ? [] : [authorityId]
  )
  return rows
}

/** A rhythm that somebody set. */
export interface RhythmRow {
  sourceId: number
  serviceId: number
  rhythm: Rhythm
  allowed: number | null
  updatedAt: Date
}

/** Those of the sources of an authority, or of all. */
export async function readRhythms (client: Client, ownerId: number | null = null): Promise<RhythmRow[]> {
  const { rows } = await client.query<RhythmRow>(
    `
    SELECT source_id AS "sourceId", service_id AS "serviceId", rhythm, allowed_days AS allowed,
      updated_at AS "updatedAt"
    FROM feed_rhythm WHERE $1::int2 IS NULL OR authority_id = $1`,
    [ownerId]
  )
  return rows
}

/** What became of rows. */
export interface RowCounts { received: number, stored: number, duplicates: number, revised: number, rejected: number }

export interface SentRows { sourceId: number, day: RowCounts, week: RowCounts }

const COUNTS = ['received', 'stored', 'duplicates', 'revised', 'rejected'] as const
const sums = (of: 'day' | 'week', since: '' | ' FILTER (WHERE received_at >= $1)'): string =>
  `jsonb_build_object(${COUNTS.map((name) => `'${name}', coalesce(sum(${name})${since}, 0)`).join(', ')}) AS ${of}`

/** Rows that each source sent since a day ago and since a week ago, by its receipts. */
export async function readSentRows (
  client: Client, since: { day: Date, week: Date }, sources: readonly Owner[]
): Promise<SentRows[]> {
  const { rows } = await client.query<SentRows>(
    `
    SELECT source_id AS "sourceId", ${sums('day', ' FILTER (WHERE received_at >= $1)')}, ${sums('week', '')}
    FROM receipt
    WHERE received_at >= $2 AND owner_id = ANY ($3::int2[]) AND source_id = ANY ($4::int4[])
    GROUP BY owner_id, source_id`,
    [
      since.day, since.week, [...new Set(sources.map(({ ownerId }) => ownerId))],
      sources.map(({ sourceId }) => sourceId)
    ]
  )
  return rows
}
