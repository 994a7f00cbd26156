import type { Statement } from '../support/statements.ts'

/**
 * Statements of the file `at`, a folder if it ends with a slash, whose text has `has` in it. Each shard answers the
 * whole statement for its own rows, unless it is one `inTurn`: of sub-plans, one after the other, or whose rows go
 * through the coordinator. What is committed between two of them is seen by the second alone.
 */
export interface Several { at: string, has: string, inTurn?: true, reason: string }

export const isOf = (statement: Statement, { at, has }: Several): boolean =>
  (at.endsWith('/') ? statement.at.startsWith(at) : statement.at === at) &&
  statement.text.replace(/\s+/g, ' ').includes(has)

/** Those that are not one task on one shard of a cluster, and why that is right. An entry that none needs is told. */
export const SEVERAL: readonly Several[] = [
  {
    at: 'src/',
    has: 'authority_id = ANY',
    reason: 'about several authorities'
  },
  {
    at: 'src/events/store/insert.ts',
    has: 'INSERT INTO event',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/events/store/append-few.ts',
    has: 'WITH sent AS',
    inTurn: true,
    reason: 'sent before a process knows the nodes, for a moment after its start'
  },
  {
    at: 'src/intake/store/receipts.ts',
    has: 'INSERT INTO receipt',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/intake/store/feeds.ts',
    has: 'INSERT INTO feed',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/intake/store/refusals.ts',
    has: 'INSERT INTO rejection',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/intake/store/refusals.ts',
    has: 'INSERT INTO unmapped_word',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/retention/store/erasures.ts',
    has: 'INSERT INTO erased_event',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  {
    at: 'src/retention/store/cut-offs.ts',
    has: 'INSERT INTO retention_cut_off',
    inTurn: true,
    reason: 'a copy of the cut-offs is on every node'
  },
  {
    at: 'src/retention/store/remove.ts',
    has: 'DELETE FROM event USING retention_cut_off',
    reason: 'at night: closed days leave by the place of their rows, on every shard'
  },
  {
    at: 'src/quarantine/store/remove.ts',
    has: 'DELETE FROM rejection USING retention_cut_off',
    reason: 'at night: what is kept no longer leaves every shard'
  },
  {
    at: 'src/quarantine/store/remove.ts',
    has: 'received_at <= $1',
    reason: 'at night: what is kept no longer leaves every shard'
  },
  {
    at: 'src/quarantine/store/remove.ts',
    has: 'last_seen <= $1',
    reason: 'at night: what is kept no longer leaves every shard'
  },
  {
    at: 'src/performance-platform/store/data-sets.ts',
    has: 'FROM record r WHERE r.data_set_id = v.data_set_id',
    reason: 'the newest record of every data set there is: each shard answers for its own'
  },
  {
    at: 'src/rollups/fold.ts',
    has: ') AS pending',
    reason: 'what is pending of every series, which is folded for one authority after the other'
  },
  {
    at: 'src/rollups/database-states.ts',
    has: 'database_moment()',
    inTurn: true,
    reason: 'asks every node how far it has come'
  },
  {
    at: 'src/performance-platform/store/record-sums.ts',
    has: 'FROM record WHERE data_set_id = ANY',
    reason: 'about several data sets'
  },
  {
    at: 'src/performance-platform/store/groups.ts',
    has: 'AS a(id int2, slug text, name text)',
    inTurn: true,
    reason: 'authorities side by side: names and labels go to the nodes first; all days are read in one pass'
  },
  {
    at: 'src/performance-platform/store/raw.ts',
    has: 'AS a(id int2, slug text, name text)',
    inTurn: true,
    reason: 'authorities side by side: names and labels go to the nodes first; all days are read in one pass'
  },
  {
    at: 'src/observations/store/write.ts',
    has: 'INSERT INTO observation',
    inTurn: true,
    reason: 'of several authorities: the coordinator takes the arrays apart, each shard writes its rows in one task'
  },
  { at: 'src/observations/store/read.ts', has: 'FROM observation', reason: 'figures of several authorities, compared' },
  {
    at: 'src/observations/store/in-period.ts',
    has: 'FROM observation',
    reason: 'figures that a source sent, of all its authorities'
  },
  { at: 'src/catalogue/store/kpis.ts', has: 'FROM "observation', reason: 'whether anybody has a figure of a measure' },
  { at: 'src/catalogue/store/quotas.ts', has: 'FROM annotation', reason: 'the authority that has most notes' },
  { at: 'src/export/store/state.ts', has: 'FROM node_probe', reason: 'asks every node' },
  { at: 'src/export/store/state.ts', has: 'FROM receipt', reason: 'the newest receipt, whoever sent it' },
  { at: 'src/kpi/store/annotations.ts', has: 'FROM annotation', reason: 'notes of several authorities' },
  { at: 'src/kpi/store/feeds.ts', has: 'FROM', reason: 'feeds of the country, and what their sources sent' },
  { at: 'src/kpi/store/freshness.ts', has: 'FROM series_state', reason: 'the newest figures of the country' },
  {
    at: 'src/open-views/store/places.ts',
    has: 'open_worked',
    reason: 'every place of the country; the coordinator says when each was worked out'
  },
  {
    at: 'src/releases/store/released-counts.ts',
    has: 'FROM released_year',
    reason: 'released years of several authorities, compared'
  },
  { at: 'src/releases/store/releases.ts', has: 'FROM release', reason: 'the newest releases of the country' },
  {
    at: 'src/releases/store/releases.ts',
    has: 'INSERT INTO released_count',
    inTurn: true,
    reason: 'one authority\'s counts as arrays, taken apart by the coordinator'
  },
  { at: 'src/webhooks/store/refused.ts', has: 'FROM receipt', reason: 'what was refused of all sources' },
  {
    at: 'src/events/store/revise.ts',
    has: 'WITH history AS',
    inTurn: true,
    reason: 'what events said goes to their history first; the transaction has locked them'
  },
  {
    at: 'src/events/store/unkept.ts',
    has: 'SELECT refuse_unkept(',
    inTurn: true,
    reason: 'looks into the coordinator\'s copy of the cut-offs and its list of erasures'
  },
  {
    at: 'src/retention/store/remove.ts',
    has: 'FROM event_pages()',
    inTurn: true,
    reason: 'asks each shard how large it is'
  },
  {
    at: 'src/catalogue/store/sources.ts',
    has: 'USING source',
    inTurn: true,
    reason: 'what was refused of a source that is removed, whose authority the coordinator knows'
  },
  { at: 'src/rollups/extents.ts', has: 'WHERE true', reason: 'the series of the country that have events' },
  { at: 'src/rollups/extents.ts', has: 'AND true', reason: 'the newest day of every series of the country' },
  {
    at: 'src/rollups/rebuild.ts',
    has: '',
    inTurn: true,
    reason: 'an operator has all rollups made anew, in one transaction that holds every writer off'
  },
  {
    at: 'src/rollups/revised-days.ts',
    has: 'INSERT INTO revised_day',
    inTurn: true,
    reason: 'what the service sends is handed to its shard by the coordinator'
  },
  { at: 'src/rollups/verify.ts', has: 'count(*) AS days', reason: 'counts the closed days of the country' },
  {
    at: 'src/postgres/cluster/nodes-away.ts',
    has: 'FROM nodes_away()',
    inTurn: true,
    reason: 'asks each node whether it answers, and reads no rows of theirs'
  }
]
