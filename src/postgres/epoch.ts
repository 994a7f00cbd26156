/**
 * SQL for a text that is another one after a restore, whatever way it was made. What a process keeps in memory is named
 * by it, beside counters that a restore sets back: a server that was brought back to an earlier time has started anew,
 * and a table that was dropped, truncated or made in another database lies in another file. Rows that are put back one
 * by one are written by another transaction: add `xminSum` of the counters' rows.
 */
export const epochOf = (table: string): string =>
  `(extract(epoch FROM pg_postmaster_start_time()) || '.' || pg_relation_filenode('${table}'))`

/** SQL for the file that a table lies in, or the files of its parts (partitions.ts). */
const fileOf = (table: string): string => `coalesce(pg_relation_filenode('${table}')::text, (
  SELECT string_agg(pg_relation_filenode(relid)::text, ',' ORDER BY relid)
  FROM pg_partition_tree('${table}') WHERE isleaf))`

/** SQL for the rows' own writers: it changes whenever one is written, be it with what stood there before. */
export const XMIN = 'xmin::text::int8'

/**
 * SQL for a text that names the history of a database: a server that is started again goes on with it, one that was
 * restored does not, but for files that were put back while it stood still, which nothing in it can tell.
 */
export const historyOf = (...tables: string[]): string => [
  '(SELECT system_identifier FROM pg_control_system())',
  '(SELECT timeline_id FROM pg_control_checkpoint())',
  '(SELECT oid FROM pg_database WHERE datname = current_database())',
  ...tables.map(fileOf)
].join(" || '.' || ")

/** SQL for the number of the next transaction. */
const NEXT = 'pg_snapshot_xmax(pg_current_snapshot())::text::int8'

/**
 * SQL for the transactions that began since the one that wrote a row, or no fewer: `xmin` has but the lower 32 bits of
 * its number. Postgres keeps it in rows that it has frozen.
 */
const TRANSACTIONS_SINCE = `((${NEXT} - xmin::text::int8) & 4294967295)`

/** SQL for the name of the server that a row is on. */
const NODE = '(pg_control_system()).system_identifier::text'

/**
 * SQL for whether a row was written by a transaction of this number or a later one. Each server counts transactions by
 * itself: the parameter is the numbers as JSON, by `NODE`; those of a server that is not among them are later ones.
 * For statements about one authority, which run where its rows are.
 */
export const writtenSince = (parameter: string): string =>
  `${TRANSACTIONS_SINCE} <= ${NEXT} - coalesce((${parameter}::jsonb ->> (SELECT ${NODE}))::int8, 0)`

/** How far a server had come that has rows, and which files it has them in. */
export interface NodeState { place: number, node: string, files: string, xmin: number, next: number }

/**
 * The statement that asks every server that has rows, once for each shard on a cluster: a shard that was moved, or
 * restored, lies in other files.
 */
export const NODE_STATES = `
  SELECT id AS place, ${NODE} AS node,
    (pg_control_checkpoint()).timeline_id || '.' || pg_relation_filenode(tableoid) AS files,
    pg_snapshot_xmin(pg_current_snapshot())::text::int8 AS xmin, ${NEXT} AS next
  FROM node_probe ORDER BY id`

/**
 * SQL for whether a row is none that a snapshot (a parameter) saw. Whoever else had begun before and not ended is no
 * matter then; but it holds for writers without savepoints alone, whose numbers no snapshot has.
 */
export const unseenBy = (parameter: string): string =>
  `NOT pg_visible_in_snapshot((${NEXT} - ${TRANSACTIONS_SINCE})::text::xid8, ${parameter}::pg_snapshot)`
