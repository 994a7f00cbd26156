import type pg from 'pg'
import type { Repeats } from '../../intake/repeats.ts'
import { int4Array, int8Array } from '../../postgres/binary-array.ts'
import {
  byAuthority, CONTENT_NAMES, encodeObservations, revisionOf, sameKey, unnestObservationsNumbered, type ObservationRow
} from './row.ts'

/**
 * How an observation stands to what is stored. `older`: that is newer, so it is passed over; `contradicts`: the same
 * days have another value under another name; `foreign`: it would replace what a source sent that is none of the
 * sender's.
 */
export type Verdict = 'new' | 'newer' | 'duplicate' | 'older' | 'conflict' | 'stale' | 'contradicts' | 'foreign'

export interface Comparison {
  verdict: Verdict
  /** The highest revision stored, and the last ordinal; 0 for none. */
  last: number
  ordinal: number
  /** Code of the other period that is stored for the same days, and its value. */
  other: { period: number, value: number } | null
  /** Id of the source that sent what is stored, 0 for none. */
  sentBy: number
}

const content = (table: string): string => `ROW(${CONTENT_NAMES.map((name) => `${table}.${name}`).join(', ')})`
const SAME_DAYS = ['service_id', 'measure_id', 'start_on', 'end_on', 'channel_id', 'ward_id']

// Parameter 1: the sources whose figures the sender may replace, its own first of all; 2: the newest holds; 3: the
// batch is all there is of its days, so that what was said before may be said again; 4: the authority, named in each
// condition, so that all of it is looked up where that authority's rows lie.
// Without a revision, what any version said is a late retry: it must not undo its correction, nor a withdrawal.
const COMPARE = `
  SELECT coalesce(past.last, 0) AS last, coalesce(past.ordinal, 0) AS ordinal,
    coalesce(existing.source_id, 0) AS "sentBy",
    CASE WHEN other.period IS NOT NULL THEN jsonb_build_object('period', other.period, 'value', other.value) END
      AS other,
    CASE
      WHEN ${content('existing')} = ${content('row')} AND row.said IN (0, past.last) THEN 'duplicate'
      WHEN past.known AND NOT $3::bool THEN CASE WHEN $2::bool AND row.said = 0 THEN 'older' ELSE 'duplicate' END
      WHEN existing.source_id <> ALL ($1::int4[]) THEN 'foreign'
      WHEN row.said > 0 AND row.said < bound.last THEN CASE WHEN $2::bool THEN 'older' ELSE 'stale' END
      WHEN row.said = bound.last AND NOT $2::bool AND NOT (past.known AND existing.period IS NULL) THEN 'conflict'
      WHEN other.same AND existing.period IS NULL THEN 'duplicate'
      WHEN NOT other.same THEN 'contradicts'
      WHEN past.last IS NULL THEN 'new'
      ELSE 'newer'
    END AS verdict
  FROM ${unnestObservationsNumbered(5)}
  LEFT JOIN LATERAL (
    SELECT max(${revisionOf('version')}) AS last, max(version.revision) AS ordinal,
      max(${revisionOf('version')}) FILTER (WHERE NOT version.withdrawn) AS sent,
      bool_or(NOT version.withdrawn AND row.said IN (0, ${revisionOf('version')})
        AND ${content('version')} = ${content('row')}) AS known
    FROM observation_version AS version WHERE version.authority_id = $4::int2 AND ${sameKey('version', 'row')}
  ) AS past ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN $3::bool THEN past.sent ELSE past.last END AS last) AS bound
  LEFT JOIN observation AS existing ON existing.authority_id = $4::int2 AND ${sameKey('existing', 'row')}
  LEFT JOIN LATERAL (
    SELECT twin.period, twin.value, ${content('twin')} = ${content('row')} AS same FROM observation AS twin
    WHERE twin.authority_id = $4::int2 AND ${SAME_DAYS.map((name) => `twin.${name} = row.${name}`).join(' AND ')}
      AND twin.period <> row.period LIMIT 1
  ) AS other ON true
  ORDER BY row.n`

/**
 * Compares observations with what is stored, behind `lockPlaces`; the answer is aligned with `rows`. `own`: ids of the
 * sources whose figures may be replaced.
 */
export async function compareObservations (
  client: pg.ClientBase, rows: readonly ObservationRow[], own: readonly number[], { newest, period }: Repeats
): Promise<Comparison[]> {
  const compared = new Map<ObservationRow, Comparison>()
  for (const [authorityId, some] of byAuthority(rows)) {
    const { rows: found } = await client.query<Comparison>({
      name: 'compare-observations',
      text: COMPARE,
      values: [
        int4Array(own, (id) => id), newest, period !== undefined, authorityId, ...encodeObservations(some),
        int8Array(some, ({ revision }) => revision)
      ]
    })
    for (const [i, row] of some.entries()) {
      const comparison = found[i]
      if (comparison !== undefined) compared.set(row, comparison)
    }
  }
  return rows.flatMap((row) => compared.get(row) ?? [])
}
