import type pg from 'pg'

/** A node that does not answer: its number in `pg_dist_node`, and the authorities that have their rows there. */
export interface NodeAway { node: number, authorities: number[] }

/** The nodes that do not answer, each asked by itself: none where there is one server. (cluster/functions.ts) */
export async function nodesAway (client: pg.Pool | pg.ClientBase): Promise<NodeAway[]> {
  return (await client.query<NodeAway>('SELECT node, authorities FROM nodes_away()')).rows
}
