import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'
import { createReader, dropReader } from '../../src/open-views/store/sql-role.ts'
import { onServer } from './postgres.ts'

/** A role of a test's own that reads the open views, and its connection. The owner of the database makes it. */
export async function openReaderOf (t: Test, owner: string): Promise<{ name: string, reader: pg.Client, url: string }> {
  const [name, password] = [`lpp_reader_${randomBytes(6).toString('hex')}`, 'of-the-tests']
  const asOwner = async (work: (client: pg.Client) => Promise<unknown>) => await onServer(owner, async (client) => {
    await client.query('BEGIN')
    await work(client)
    await client.query('COMMIT')
  })
  await asOwner(async (client) =>
    await createReader(client, name, password, { connections: 3, seconds: 120 }, new Date()))
  const url = Object.assign(new URL(owner), { username: name, password }).href
  const reader = new pg.Client(url)
  await reader.connect()
  t.teardown(async () => {
    await reader.end()
    await asOwner(async (client) => await dropReader(client, name))
  })
  return { name, reader, url }
}

export interface SeriesCell {
  authority: string
  authority_name: string
  gss_code: string | null
  service: string
  type: string
  period: string
  start_on: string
  end_on: string
  breakdown: string
  channel: string | null
  outcome: string | null
  value: number | null
  status: string
}

export interface KpiCell {
  authority: string
  service: string
  kpi: string
  period: string
  start_on: string
  end_on: string
  value: number | null
  unit: string | null
  numerator: number | null
  denominator: number | null
  status: string
  reason: string | null
  coverage: number | null
  met: boolean | null
  definition_version: number | null
}

/** All that a view has, as JSON, without when it was worked out. */
export async function readView<Row> (reader: pg.ClientBase, view: string, where = 'true'): Promise<Row[]> {
  const { rows } = await reader.query<{ row: Row }>(
    `SELECT to_jsonb(one) - 'worked_out_at' AS row FROM ${view} AS one WHERE ${where} ORDER BY to_jsonb(one)::text`)
  return rows.map(({ row }) => row)
}
