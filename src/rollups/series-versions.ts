import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { int2Array, int4Array } from '../postgres/binary-array.ts'

/** What an answer is made of: the events, figures and notes of these authorities and a service. */
export interface SeriesScope { authorityIds: readonly number[], serviceId: number }

/**
 * A statement that says within its transaction that figures or notes changed; `places` selects authority_id and
 * service_id, 0 for all.
 */
export const tellChange = (places: string): string =>
  'INSERT INTO rollup_pending (authority_id, service_id, type, keys, places, counts) SELECT place.*, 0, \'{}\', ' +
    `'{}', '{}' FROM (${places}) AS place`

interface Ask { scope: SeriesScope, resolve: (version: string) => void, reject: (error: unknown) => void }

// Between two folds rows are only added to what is pending, and each fold counts: so both numbers are the same only if
// nothing was committed, and so are their sums over several series.
const OF_SCOPE = 'authority_id = ANY (scope.authority_ids) AND service_id IN (0::int2, scope.service_id)'
const READ = `
  SELECT n, coalesce((SELECT sum(folds) FROM rollup_fold WHERE ${OF_SCOPE}),
    0) || '.' || (SELECT count(*) FROM rollup_pending WHERE ${OF_SCOPE}) AS version
  FROM (
    SELECT n, service_id, array_agg(authority_id) AS authority_ids
    FROM unnest((SELECT $1::int4[]), (SELECT $2::int2[]), (SELECT $3::int2[])) AS place(n, authority_id,
      service_id) GROUP BY 1, 2
  ) AS scope`

/** The version of each scope, in their order; see `SeriesVersions`. */
export async function readVersions (
  client: pg.Pool | pg.ClientBase, scopes: readonly SeriesScope[]
): Promise<string[]> {
  const places = scopes.flatMap(({ authorityIds, serviceId }, n) =>
    authorityIds.map((authorityId) => ({ n, authorityId, serviceId }))
  )
  const { rows } = await client.query<{ n: number, version: string }>({
    name: 'series-versions',
    text: READ,
    values: [
      int4Array(places, ({ n }) => n),
      int2Array(places, ({ authorityId }) => authorityId),
      int2Array(places, ({ serviceId }) => serviceId)
    ]
  })
  const found = new Map(rows.map(({ n, version }) => [n, version]))
  return scopes.map((_, n) => found.get(n) ?? '')
}

/**
 * Names the state of what an answer is made of: equal versions mean that nothing of it was committed between them, by
 * any process, whatever else was. All who ask while a question is on its way share the next one.
 */
export class SeriesVersions {
  readonly #pool: pg.Pool
  #waiting: Ask[] = []
  #asking = false

  constructor (pool: pg.Pool) {
    this.#pool = pool
  }

  /** Taken after the call. */
  async take (scope: SeriesScope): Promise<string> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ scope, resolve, reject })
      if (!this.#asking) void this.#ask()
    })
  }

  async #ask (): Promise<void> {
    this.#asking = true
    while (this.#waiting.length > 0) {
      await setImmediate() // requests that came in the same turn share one question
      const asks = this.#waiting
      this.#waiting = []
      try {
        const scopes = [...new Set(asks.map(({ scope }) => scope))] // those who ask the same bring the same
        const versions = await readVersions(this.#pool, scopes)
        const of = new Map(scopes.map((scope, n) => [scope, versions[n] ?? '']))
        for (const { scope, resolve } of asks) resolve(of.get(scope) ?? '')
      } catch (error) {
        for (const { reject } of asks) reject(error)
      }
    }
    this.#asking = false
  }
}
