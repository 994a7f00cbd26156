import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from } from 'pg-copy-streams'
import { rowsOfCopy } from './copy-writer.ts'

/**
 * Appends rows by COPY, inside the caller's transaction. `bytes` are a whole COPY in the binary form, as `CopyWriter`
 * writes it. If one row cannot be taken none is, and the error of Postgres is thrown.
 */
export async function copyRows (
  client: pg.ClientBase, table: string, columns: readonly string[], bytes: Buffer
): Promise<void> {
  if (await isHeldByPolicies(client)) {
    await insertRows(client, table, columns, bytes)
    return
  }
  const stream = client.query(from(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`))
  stream.end(bytes)
  await finished(stream)
}

/** Of each connection, whether policies hold for its user: not for the owner of the tables. */
const held = new WeakMap<pg.ClientBase, boolean>()

async function isHeldByPolicies (client: pg.ClientBase): Promise<boolean> {
  const known = held.get(client)
  if (known !== undefined) return known
  const { rows: [found] } = await client.query<{ held: boolean }>("SELECT row_security_active('event') AS held")
  held.set(client, found?.held === true)
  return found?.held === true
}

/** Parameters of one statement, in the protocol of Postgres. */
const MOST_PARAMETERS = 65_535

// Postgres takes no COPY into a table whose policies hold for the user. The fields of a COPY and binary parameters are
// the same bytes.
async function insertRows (
  client: pg.ClientBase, table: string, columns: readonly string[], bytes: Buffer
): Promise<void> {
  const rows = rowsOfCopy(bytes)
  const atOnce = Math.floor(MOST_PARAMETERS / columns.length)
  for (let at = 0; at < rows.length; at += atOnce) {
    const some = rows.slice(at, at + atOnce)
    let place = 0
    const values = some.map((row) => `(${row.map(() => `$${++place}`).join(', ')})`)
    await client.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values.join(', ')}`, some.flat())
  }
}
