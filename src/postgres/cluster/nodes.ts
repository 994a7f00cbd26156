import type pg from 'pg'
import { queryBuilderOn } from '../database.ts'
import { distributedTables } from './state.ts'

const FRESH_MS = 60_000

/** Where nothing is known, and on one server, all is on the same. */
const SAME = 0

// Both signs: a sandbox has the id of its authority with the other one.
const READ = `
  SELECT owner.id, groupid AS node
  FROM (SELECT id FROM authority UNION SELECT -id FROM authority) AS owner
  JOIN pg_dist_placement ON shardid = get_shard_id_for_distribution_column('event', owner.id::int2)`

/** Of each authority, and its sandbox, the node that its rows lie on; empty: there is one server. */
export async function readNodes (pool: pg.Pool): Promise<Map<number, number>> {
  if (!(await distributedTables(queryBuilderOn(pool as unknown as pg.ClientBase))).has('event')) return new Map()
  const { rows } = await pool.query<{ id: number, node: number }>(READ)
  return new Map(rows.map(({ id, node }) => [id, node]))
}

/**
 * On which node of a cluster the rows of an authority lie. A hint, up to a minute old: a transaction over several nodes
 * is right too, and costs more.
 */
export class Nodes {
  readonly #pool: pg.Pool
  #byOwner: ReadonlyMap<number, number> = new Map()
  #readAt = -Infinity

  constructor (pool: pg.Pool) {
    this.#pool = pool
  }

  /** Of the rows that an authority's own sources send. */
  of (ownerId: number): number {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#readAt = performance.now()
      void this.read().catch(() => undefined) // what was known before is worth no less
    }
    return this.#byOwner.get(ownerId) ?? SAME
  }

  /** Whether there are several: one statement that writes several tables costs more there than one for each. */
  get areSeveral (): boolean {
    return this.#byOwner.size > 0
  }

  async read (): Promise<void> {
    this.#readAt = performance.now()
    this.#byOwner = await readNodes(this.#pool)
  }
}
