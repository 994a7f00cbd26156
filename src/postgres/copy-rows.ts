import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from } from 'pg-copy-streams'

/**
 * Appends rows by COPY, inside the caller's transaction. `bytes` are a whole COPY in the binary form, as `CopyWriter`
 * writes it. If one row cannot be taken none is, and the error of Postgres is thrown.
 */
export async function copyRows (
  client: pg.ClientBase, table: string, columns: readonly string[], bytes: Buffer
): Promise<void> {
  const stream = client.query(from(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`))
  stream.end(bytes)
  await finished(stream)
}
