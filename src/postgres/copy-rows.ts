import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from } from 'pg-copy-streams'
import type { PgType } from './binary-writer.ts'
import { arraysOf, parametersOf } from './copy-writer.ts'

export interface Target {
  table: string
  columns: readonly string[]
  /** Of tables that take many rows and have no arrays: spares time where Postgres takes no COPY. */
  types?: readonly PgType[]
}

/**
 * Appends rows by COPY, inside the caller's transaction. `bytes` are a whole COPY in the binary form, as `CopyWriter`
 * writes it. If one row cannot be taken none is, and the error of Postgres is thrown.
 */
export async function copyRows (client: pg.ClientBase, target: Target, bytes: Buffer): Promise<void> {
  if (await isHeldByPolicies(client)) {
    await insertRows(client, target, bytes)
    return
  }
  const { table, columns } = target
  const stream = client.query(from(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`))
  stream.end(bytes)
  await finished(stream)
}

/** Of each connection, whether policies hold for its user: not for the owner of the tables. */
const held = new WeakMap<pg.ClientBase, boolean>()

export async function isHeldByPolicies (client: pg.ClientBase): Promise<boolean> {
  const known = held.get(client)
  if (known !== undefined) return known
  const { rows: [found] } = await client.query<{ held: boolean }>("SELECT row_security_active('event') AS held")
  held.set(client, found?.held === true)
  return found?.held === true
}

/** Parameters of one statement, in the protocol of Postgres. */
const MOST_PARAMETERS = 65_535

// Postgres takes no COPY into a table whose policies hold for the user.
async function insertRows (client: pg.ClientBase, { table, columns, types }: Target, bytes: Buffer): Promise<void> {
  const insert = `INSERT INTO ${table} (${columns.join(', ')})`
  if (types !== undefined) {
    const arrays = types.map((type, i) => `$${i + 1}::${type}[]`)
    await client.query(`${insert} SELECT * FROM unnest(${arrays.join(', ')})`, arraysOf(bytes, types))
    return
  }
  const rows = parametersOf(bytes)
  const atOnce = Math.floor(MOST_PARAMETERS / columns.length)
  for (let at = 0; at < rows.length; at += atOnce) {
    const some = rows.slice(at, at + atOnce)
    let place = 0
    const values = some.map((row) => `(${row.map(() => `$${++place}`).join(', ')})`)
    await client.query(`${insert} VALUES ${values.join(', ')}`, some.flat())
  }
}
