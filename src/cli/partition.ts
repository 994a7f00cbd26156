import { parseArgs } from 'node:util'
import pg from 'pg'
import { readConfig } from '../config.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { isPartitioned, partition, PARTS, unpartition } from '../postgres/partitions.ts'
import { databaseOf } from './database-of.ts'
import { Refused, sentenceOf } from './backups/sentence-of.ts'

const say = (what: string): void => {
  process.stdout.write(`${what}\n`)
}

/** `npm run partition`: events in parts by their owner; with `--undo` in plain tables again (docs/partitions.md). */
async function main (): Promise<number> {
  const { values: { undo = false } } = parseArgs({ options: { undo: { type: 'boolean' } } })
  const { connectionString, stop } = await databaseOf(readConfig())
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined) // told by the statement that it fails
  try {
    await client.connect()
    await mustHaveEvents(client)
    if (await isPartitioned(queryBuilderOn(client)) !== undo) {
      say(undo ? 'the events are in plain tables already' : 'the events are in parts already')
      return 0
    }
    await mustBeAlone(client)
    const began = performance.now()
    say(`copying every event${undo ? '' : ` into ${PARTS} parts`}; if it is broken off, nothing has changed`)
    const rows = await copied(client, undo)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    say(`${rows} events and earlier versions are in ${undo ? 'plain tables' : `${PARTS} parts`} now, in ${seconds} s`)
    return 0
  } finally {
    await client.end().catch(() => undefined)
    await stop()
  }
}

async function mustHaveEvents (client: pg.Client): Promise<void> {
  const { rows: [found] } = await client.query<{ there: boolean }>("SELECT to_regclass('event') IS NOT NULL AS there")
  if (found?.there !== true) throw new Refused('the database has no events: run `npm run migrate` first')
}

// What they prepared and what they hold in memory is of the tables that are dropped.
async function mustBeAlone (client: pg.Client): Promise<void> {
  const { rows: [others] } = await client.query<{ connections: string }>(`
    SELECT count(*)::text AS connections FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'local-performance-platform%'`)
  if (others?.connections === '0') return
  throw new Refused(
    `a service or one of its commands has ${others?.connections ?? ''} connections to the database: stop all of ` +
      'them, on every machine, and run it again'
  )
}

/** Returns how many rows were copied. */
async function copied (client: pg.Client, undo: boolean): Promise<number> {
  await client.query('BEGIN')
  await client.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s'")
  const trx = queryBuilderOn(client)
  const rows = await (undo ? unpartition(trx) : partition(trx))
  await client.query('COMMIT')
  return rows ?? 0
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`Nothing has changed: ${sentenceOf(error)}\n`)
  process.exitCode = 1
}
