import t from 'tap'
import { whyUndistributable, whyUnusable, type ClusterServer } from '../../src/postgres/cluster/refusals.ts'
import type { ClusterState } from '../../src/postgres/cluster/state.ts'

const IDLE: ClusterState = { kind: 'idle', version: '13.2-1', on: [], off: ['event', 'receipt'] }
const SERVER: ClusterServer = { hasFiles: true, walLevel: 'logical', preparedTransactions: 100, nodes: 2, sessions: 0 }

t.test('each thing that keeps a database from being distributed is one sentence that says what to do', async (t) => {
  const cases: Array<[Partial<ClusterState>, Partial<ClusterServer>, RegExp]> = [
    [{ kind: 'single', version: undefined }, { hasFiles: false }, /^the server has no extension citus: install it/],
    [{ kind: 'single', version: undefined }, {}, /^the database has no extension citus: run CREATE EXTENSION citus/],
    [{ kind: 'node' }, {}, /^DATABASE_URL is the address of a node of a cluster: give that of its coordinator/],
    [{ kind: 'partly', on: ['event'], off: ['receipt'] }, {}, /partly distributed: event lie .*, receipt do not; restore/],
    [{ version: '11.3-1' }, {}, /of version 11.3-1, and 12.1 to 14 are tested: install one of these$/],
    [{ version: '12.0' }, {}, /of version 12.0, /],
    [{ version: '15.0-1' }, {}, /of version 15.0-1, /],
    [{}, { nodes: 0 }, /no node for rows: run SELECT citus_add_node/],
    [{}, { walLevel: 'replica' }, /^wal_level is replica, .* set it to logical on the coordinator and on every node/],
    [{}, { preparedTransactions: 0 }, /^max_prepared_transactions is 0, .* set it to max_connections/],
    [{}, { sessions: 1 }, /^the service is running on this database: stop every instance/]
  ]
  for (const [state, server, why] of cases) {
    const said = whyUndistributable({ ...IDLE, ...state }, { ...SERVER, ...server }) ?? ''
    t.match(said, why)
    t.notMatch(said, /\n|\. [A-Z]/, 'one sentence')
  }
  for (const version of ['12.1-1', '13.2-1', '14.0-1', '14.9-2']) {
    t.equal(whyUndistributable({ ...IDLE, version }, SERVER), undefined, version)
  }
  t.equal(
    whyUndistributable({ ...IDLE, kind: 'distributed' }, { ...SERVER, sessions: 3 }), undefined, 'run again, it is safe'
  )
})

t.test('the service runs on one server, and on a cluster that is whole or empty', async (t) => {
  for (const kind of ['single', 'idle', 'distributed'] as const) t.equal(whyUnusable({ ...IDLE, kind }), undefined, kind)
  t.match(whyUnusable({ ...IDLE, kind: 'node' }), /coordinator/)
  t.match(whyUnusable({ ...IDLE, kind: 'partly', on: ['a', 'b', 'c', 'd'] }), /: a, b, c and 1 more lie on the nodes/)
  t.match(whyUnusable({ ...IDLE, kind: 'distributed', version: '11.0-1' }), /tested/)
  t.equal(whyUnusable({ ...IDLE, version: '11.0-1' }), undefined, 'an extension that nothing uses does no harm')
})
