/**
 * Where the rows of each table lie once the database is distributed (docs/scaling.md). A migration that makes a table
 * adds it here: `distribute` and the check after migrations know no other list.
 */
export interface Distributed { table: string, by: string }

const by = (column: string, tables: readonly string[]): Distributed[] =>
  tables.map((table) => ({ table, by: column }))

/**
 * Rows of an authority lie together, whichever of two columns says whose they are: so a batch, what it changes of the
 * rollups, and its receipt are written on one node. Events are by the authority of their source: one that is sent again
 * about another authority has to meet the row that it corrects.
 */
export const OF_AUTHORITIES: readonly Distributed[] = [
  ...by('owner_id', ['event', 'event_history', 'erased_event', 'receipt', 'rejection', 'unmapped_word']),
  ...by('authority_id', [
    'rollup_pending', 'rollup_week_folded', 'rollup_channel_day_folded', 'rollup_ward_day_folded',
    'rollup_street_month_folded', 'rollup_pending_detail', 'rollup_detail_day_folded',
    'rollup_detail_street_month_folded', 'series_state', 'revised_day', 'observation', 'observation_version',
    'observation_replacement', 'annotation', 'release', 'released_year', 'released_count', 'feed', 'feed_arrival'
  ]),
  ...by('id', ['node_probe'])
]

/** The records of a data set lie together. */
export const OF_DATA_SETS: readonly Distributed[] = by('data_set_id', ['record', 'record_rollup', 'data_set_version'])

/** Small tables that statements on distributed rows look into: every node has a copy. */
export const EVERYWHERE: readonly string[] = ['retention_cut_off']

/** All that lie on the nodes. */
export const LISTED: readonly string[] = [
  ...OF_AUTHORITIES.map(({ table }) => table), ...OF_DATA_SETS.map(({ table }) => table), ...EVERYWHERE
]

/** Tables without a key, whose shards can move all the same. */
export const WITHOUT_KEY: readonly string[] = ['rollup_pending', 'rollup_pending_detail']

/**
 * All others stay on the coordinator alone: the catalogue is read once into memory, and settings are small. No node has
 * copies of them: a foreign key to a copied table would make all that refer to it tables of the cluster as well, and
 * start their identities anew.
 */
export const ON_COORDINATOR: readonly string[] = [
  'area', 'area_write', 'attribute', 'audit', 'authoritative', 'authority', 'catalogue_edition', 'catalogue_state',
  'channel', 'channel_class', 'comparator_group', 'dashboard', 'data_set', 'disclosure_rule', 'erasure',
  'expanding_migration', 'feed_rhythm', 'kpi_definition', 'kysely_migration', 'kysely_migration_lock', 'mapping',
  'measure', 'neighbour', 'neighbour_model', 'open_kpi_row', 'open_reader', 'open_rules', 'open_series_row',
  'open_worked', 'proposal', 'provision', 'publication_rule', 'rate_limit_count', 'release_key', 'reorganisation',
  'retention_rule', 'service', 'source', 'target', 'token', 'unit_cost', 'webhook', 'webhook_message', 'webhook_said'
]

/** Of each shard of `node_probe` the id of its row; on the coordinator. */
export const PROBES = 'node_probe_shard'

/** A table without rows on the coordinator that is part of the cluster: see `commit_as_one` in functions.ts. */
export const BESIDE = 'written_beside'
