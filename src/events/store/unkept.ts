import { hash } from 'node:crypto'
import pg from 'pg'
import { arrayOf, dateArray, int2Array, int4Array } from '../../postgres/binary-array.ts'
import type { Owner } from '../../intake/owner.ts'

/** The name of the constraint that `refuse_unkept` fails by where a source has erased events. */
const ERASED = 'erased_event'

/** For each authority its cut-off, as days since 1970: nothing is taken of the days before it. */
export type CutOffs = ReadonlyMap<number, number>

/**
 * The cut-offs, to hold for the rest of the caller's transaction: whoever moves one waits for writers that began
 * before, until their end, and removes rows afterwards. Call it before anything else that locks.
 */
export async function holdCutOffs (client: pg.ClientBase): Promise<CutOffs> {
  // The lock that every writer has, and nothing else: of a cluster, LOCK TABLE would take it on every node.
  await client.query('DELETE FROM event WHERE false')
  const { rows } = await client.query<{ id: number, day: number }>({
    name: 'read-cut-offs',
    text: "SELECT authority_id AS id, cut_off - '1970-01-01'::date AS day FROM retention_cut_off"
  })
  return new Map(rows.map(({ id, day }) => [id, day]))
}

export const isClosed = (
  cutOffs: CutOffs, { authorityId, localDay }: { authorityId: number, localDay: number }
): boolean => cutOffs.size > 0 && localDay < (cutOffs.get(authorityId) ?? -Infinity)

/** What is kept of an event that was erased: whoever has its id knows it again, and nobody reads it from this. */
export const erasedHash = (sourceId: number, id: string): Buffer => hash('sha256', `${sourceId} ${id}`, 'buffer')

/** Which of these ids of a source were erased. Ask it after `holdCutOffs`. */
export async function erasedOf (
  client: pg.ClientBase, { ownerId, sourceId }: Owner, ids: readonly string[]
): Promise<Set<string>> {
  const { rowCount } = await client.query({
    name: 'any-erased', text: 'SELECT FROM erasure WHERE source_id = $1::int4 AND keeps_out LIMIT 1', values: [sourceId]
  })
  if (rowCount === 0) return new Set()
  const { rows } = await client.query<{ n: number }>({
    name: 'which-erased',
    text: `
      SELECT sent.n FROM unnest($3::bytea[]) WITH ORDINALITY AS sent(hash, n)
      JOIN erased_event AS erased ON erased.owner_id = $1::int2 AND erased.source_id = $2::int4
        AND erased.hash = sent.hash`,
    values: [ownerId, sourceId, arrayOf('bytea')(ids, (id) => erasedHash(sourceId, id))]
  })
  return new Set(rows.flatMap(({ n }) => ids[n - 1] ?? []))
}

/**
 * For writers that look nothing up, after they wrote: fails, by a constraint, where a day is closed or a source has
 * erased events, for each batch to be looked up by itself.
 */
export async function refuseUnkept (
  client: pg.ClientBase, sourceIds: readonly number[], days: ReadonlyArray<{ authorityId: number, localDay: number }>
): Promise<void> {
  await client.query({
    name: 'refuse-unkept',
    text: 'SELECT refuse_unkept($1::int4[], $2::int2[], $3::date[])',
    values: [
      int4Array(sourceIds, (id) => id),
      int2Array(days, ({ authorityId }) => authorityId),
      dateArray(days, ({ localDay }) => localDay)
    ]
  })
}

/** The same as a text without parameters. */
export function refuseUnkeptText (
  sourceIds: readonly number[], days: ReadonlyArray<{ authorityId: number, localDay: number }>
): string {
  const arrayOf = (values: readonly number[]): string => {
    for (const value of values) if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no id and no day`)
    return `'{${values.join(',')}}'::int4[]`
  }
  return `SELECT refuse_unkept(${arrayOf(sourceIds)}, ${arrayOf(days.map(({ authorityId }) => authorityId))}::int2[],
    ARRAY(SELECT '1970-01-01'::date + day FROM unnest(${arrayOf(days.map(({ localDay }) => localDay))}) AS day))`
}

/** The source that has erased events, if a writer that looks nothing up was refused for that. */
export function sourceOfErased (error: unknown): number | undefined {
  const isOne = error instanceof pg.DatabaseError && error.constraint === ERASED
  return isOne ? Number(error.detail) : undefined
}
