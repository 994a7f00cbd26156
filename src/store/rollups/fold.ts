import type pg from 'pg'
import { int2Array } from '../binary-array.ts'
import { keysFrom, MEASURES, ROLLUPS, SERIES, SUMS } from './definitions.ts'

/** Events of one authority, service and type. */
export interface Series { authorityId: number, serviceId: number, type: number }

/** What of a series is not folded yet: rows of `rollup_pending` and the events in them. */
export interface PendingSeries extends Series { rows: number, events: number }

const OF_SERIES = 'unnest($1::int2[], $2::int2[], $3::int2[]) AS series(authority_id, service_id, type)'

// One statement, so one moment: what is deleted is what is added. All channels of a day are summed first, and the
// smaller rollups made from those.
const FOLD = `
  WITH gone AS (
    DELETE FROM rollup_pending AS p USING ${OF_SERIES} WHERE ${SERIES.map((column) => `p.${column} = series.${column}`).join(' AND ')} RETURNING p.*
  ), by_place AS MATERIALIZED (
    SELECT ${SERIES.map((column) => `gone.${column}`).join(', ')}, local_date, channel_id, outcome, ward_id, street, ${SUMS}
    FROM gone CROSS JOIN LATERAL rollup_cells(gone.keys, gone.places, gone.counts) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  ), by_day AS MATERIALIZED (
    SELECT ${SERIES.join(', ')}, local_date, channel_id, outcome, ${SUMS} FROM by_place GROUP BY 1, 2, 3, 4, 5, 6
  ), ${ROLLUPS.map((rollup) => {
    const { folded, keys } = rollup
    const key = keys.join(', ')
    const positions = keys.map((_, i) => i + 1).join(', ')
    return `${folded}_written AS (
      INSERT INTO ${folded} AS kept (${key}, ${MEASURES.join(', ')})
      SELECT ${keysFrom(rollup)}, ${SUMS} FROM ${keys.includes('ward_id') ? 'by_place' : 'by_day'} GROUP BY ${positions} ORDER BY ${positions}
      ON CONFLICT (${key}) DO UPDATE SET ${MEASURES.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', ')}
    )`
  }).join(', ')}
  INSERT INTO rollup_fold AS kept (${SERIES.join(', ')}, folds) SELECT DISTINCT ${SERIES.join(', ')}, 1 FROM gone
  ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET folds = kept.folds + 1`

const values = (series: readonly Series[]): Buffer[] => [
  int2Array(series, ({ authorityId }) => authorityId), int2Array(series, ({ serviceId }) => serviceId), int2Array(series, ({ type }) => type)
]

/** Moves what is pending of these series, which the caller's transaction has locked, into the folded rollups. Changes no sum. */
export async function foldPending (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  await client.query({ name: 'fold-pending', text: FOLD, values: values(series) })
}

/** Makes others who fold these series wait until the transaction ends: in one order, so never in a circle. */
export async function lockSeries (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  await client.query({
    name: 'lock-series',
    text: `SELECT pg_advisory_xact_lock(key) FROM (
      SELECT (authority_id::int8 << 17) + (service_id::int8 << 2) + type AS key FROM ${OF_SERIES} ORDER BY 1
    ) AS sorted`,
    values: values(series)
  })
}

/** The series that have something pending, those with the most events first. */
export async function readPending (client: pg.Pool | pg.ClientBase): Promise<PendingSeries[]> {
  const { rows } = await client.query<PendingSeries>(`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, count(*) AS rows, sum(cardinality(counts)) AS events
    FROM rollup_pending GROUP BY 1, 2, 3 ORDER BY events DESC, 1, 2, 3`)
  return rows
}
