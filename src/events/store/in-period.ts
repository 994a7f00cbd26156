import type pg from 'pg'
import type { Owner } from '../../intake/owner.ts'

/** Local days as days since 1970, both inclusive, and what of them; undefined: whatever it is. */
export interface PeriodQuestion {
  startOn: number
  endOn: number
  authorityIds: readonly number[] | undefined
  serviceIds: readonly number[] | undefined
  types: readonly number[] | undefined
}

// There is no index by day, which every new event would have to be written to: so events are gone through in the order
// of their key, some in each statement.
const READ = `
  SELECT max(id) AS last, count(*) AS read, array_agg(id ORDER BY id) FILTER (
    WHERE voided_at IS NULL AND local_date - '1970-01-01'::date BETWEEN $4 AND $5
      AND ($6::int2[] IS NULL OR authority_id = ANY ($6)) AND ($7::int2[] IS NULL OR service_id = ANY ($7))
      AND ($8::int2[] IS NULL OR type = ANY ($8))
  ) AS ids
  FROM (
    SELECT id, voided_at, local_date, authority_id, service_id, type FROM event
    WHERE owner_id = $1::int2 AND source_id = $2::int4 AND id > $3 ORDER BY id LIMIT $9
  ) AS page`
const PAGE = 20_000

/** The ids of a source's events of a period that count, sorted; it stops reading where there are more than `most`. */
export async function idsInPeriod (
  client: pg.ClientBase, { ownerId, sourceId }: Owner,
  { startOn, endOn, authorityIds, serviceIds, types }: PeriodQuestion, most: number
): Promise<string[]> {
  const found: string[] = []
  for (let after: string | undefined = ''; after !== undefined && found.length <= most;) {
    const { rows: [page] }: pg.QueryResult<{ last: string | null, read: number, ids: string[] | null }> =
      await client.query({
        name: 'ids-in-period',
        text: READ,
        values: [ownerId, sourceId, after, startOn, endOn, authorityIds, serviceIds, types, PAGE]
      })
    for (const id of page?.ids ?? []) found.push(id)
    after = page === undefined || page.read < PAGE ? undefined : page.last ?? undefined
  }
  return found
}
