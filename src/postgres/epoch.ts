/**
 * SQL for a text that is another one after a restore, whatever way it was made. What a process keeps in memory is named
 * by it, beside counters that a restore sets back: a server that was brought back to an earlier time has started anew,
 * and a table that was dropped, truncated or made in another database lies in another file. Rows that are put back one
 * by one are written by another transaction: add `xminSum` of the counters' rows.
 */
export const epochOf = (table: string): string =>
  `(extract(epoch FROM pg_postmaster_start_time()) || '.' || pg_relation_filenode('${table}'))`

/** SQL for the rows' own writers: it changes whenever one is written, be it with what stood there before. */
export const XMIN = 'xmin::text::int8'
