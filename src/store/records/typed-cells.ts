import type pg from 'pg'
import { dateArray, int4Array } from '../binary-array.ts'
import { readColumns } from '../read-columns.ts'
import { betweenDays } from '../rollups/definitions.ts'
import type { TypedSeries } from './relation.ts'
import { DAY_ROLLUPS } from './typed-day.ts'

/** What a period has of one name: days with anything, each a record of the dialect, and their sum. `period` is an index. */
export interface TypedCell { period: number, name: number, records: number, count: number }

interface Stretch { from: number, before: number, starts: readonly number[] }

/**
 * The cells of a series from the day `from` to before the day `before`, by periods that start on `starts`, ascending. `names`
 * has a number for each id, 0 for the others: ids of one name are one record a day.
 */
export async function readTypedCells (
  pool: pg.Pool, { authorityId, serviceId, type, dimension }: TypedSeries, names: ReadonlyArray<readonly [id: number, name: number]>, { from, before, starts }: Stretch
): Promise<TypedCell[]> {
  const { table, column } = DAY_ROLLUPS[dimension.field]
  return await readColumns(pool, {
    columns: ['period', 'name', 'records', 'count'],
    text: `
      SELECT width_bucket(local_date, (SELECT $1::date[])) - 1 AS period, name, count(*) AS records, sum8(count) AS count
      FROM (
        SELECT local_date, coalesce(named.name, 0) AS name, sum8(count) AS count
        FROM ${table} LEFT JOIN unnest((SELECT $6::int4[]), (SELECT $7::int4[])) AS named(id, name) ON named.id = ${column}
        WHERE authority_id = (SELECT $2::int2) AND service_id = (SELECT $3::int2) AND type = (SELECT $4::int2)
          AND ${betweenDays('(SELECT ($5::date[])[1])', '(SELECT ($5::date[])[2])')}
        GROUP BY 1, 2 HAVING sum8(events) > 0
      ) AS record
      GROUP BY 1, 2`,
    values: [
      dateArray(starts, (day) => day), authorityId, serviceId, type, dateArray([from, before], (day) => day),
      int4Array(names, ([id]) => id), int4Array(names, ([, name]) => name)
    ]
  })
}
