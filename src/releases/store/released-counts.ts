import type pg from 'pg'
import { int2Array } from '../../postgres/binary-array.ts'
import type { YearShape } from '../released-year.ts'
import type { ReleasedCount } from './releases.ts'

type Client = pg.Pool | pg.ClientBase

export interface ReleasedYearKey { authorityId: number, yearOn: number, state: string }

/** The financial years that are released of some authorities, in order, and the state of each. */
export async function readReleasedYears (
  client: Client, authorityIds: readonly number[], serviceId: number, type: number
): Promise<ReleasedYearKey[]> {
  const { rows } = await client.query<ReleasedYearKey>({
    name: 'released-years',
    text: `
      SELECT authority_id AS "authorityId", year_on - DATE '1970-01-01' AS "yearOn",
        release_id || '.' || changes AS state
      FROM released_year
      WHERE authority_id = ANY ($1::int2[]) AND service_id = $2::int2 AND type = $3::int2
      ORDER BY authority_id, year_on`,
    values: [int2Array(authorityIds, (id) => id), serviceId, type]
  })
  return rows
}

/** One released year: of its wards or of its streets; rows of later releases come last. */
export async function readReleasedYear (
  client: Client,
  { authorityId, yearOn }: Pick<ReleasedYearKey, 'authorityId' | 'yearOn'>,
  { serviceId, type, level }: { serviceId: number, type: number, level: 'ward' | 'street' }
): Promise<{ shape: YearShape, rows: ReleasedCount[] }> {
  const key = `authority_id = $1::int2 AND service_id = $2::int2 AND type = $3::int2
    AND year_on = DATE '1970-01-01' + $4::int4`
  const values = [authorityId, serviceId, type, yearOn]
  const [{ rows: [year] }, { rows }] = await Promise.all([
    client.query<{ shape: YearShape }>({
      name: 'released-year', text: `SELECT shape FROM released_year WHERE ${key}`, values
    }),
    client.query<ReleasedCount>({
      name: `released-counts-${level}`,
      text: `
        SELECT ward_id AS ward, street::float8 AS street, figure, on_day - DATE '1970-01-01' AS day,
          count::float8 AS count
        FROM released_count WHERE ${key} AND street ${level === 'ward' ? '= -1' : '> -1'} ORDER BY release_id`,
      values
    })
  ])
  if (year === undefined) throw new Error(`no release of ${yearOn} of authority ${authorityId}`)
  return { shape: year.shape, rows }
}
