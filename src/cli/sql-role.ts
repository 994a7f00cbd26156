import { parseArgs } from 'node:util'
import type pg from 'pg'
import { pino } from 'pino'
import { openCatalogue } from '../catalogue/live.ts'
import { newSecret } from '../catalogue/secret.ts'
import { readConfig } from '../config.ts'
import { viewerOf } from '../http/plugins/session.ts'
import { Cache } from '../cache/cache.ts'
import { fillOpenViews } from '../open-views/fill.ts'
import { createReader, dropReader, readReaders } from '../open-views/store/sql-role.ts'
import type { Database } from '../postgres/database.ts'
import { requestPool } from '../postgres/scoped.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { ReleasedReader } from '../releases/reader.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const USAGE = `usage: npm run -s sql-role -- create <name> [--connections <1 to 100>] [--seconds <1 to 3600>]
       npm run -s sql-role -- list
       npm run -s sql-role -- drop <name>
       npm run -s sql-role -- fill
`
const NAME = /^[a-z][a-z0-9_]{0,62}$/

type Work = (database: Database, connectionString: string) => Promise<number>
const alone = (work: (client: pg.ClientBase) => Promise<number>): Work => async ({ pool }) =>
  await inTransaction(pool, work)

const create = (name: string, connections: number, seconds: number): Work => async ({ pool }, connectionString) => {
  const password = newSecret()
  const { isNew } = await inTransaction(pool, async (client) =>
    await createReader(client, name, password, { connections, seconds }, new Date()))
  process.stderr.write(isNew
    ? `role ${name} reads open_series, open_kpi and open_authority; its address, with the secret, is shown this once:\n`
    : `role ${name} was there; it reads open_series, open_kpi and open_authority now\n`)
  // The secret alone goes to standard output, so that it can go straight into a file.
  if (isNew) process.stdout.write(`${Object.assign(new URL(connectionString), { username: name, password }).href}\n`)
  process.stderr.write('The service fills them within a minute of its next look, and every morning; `fill` does now\n')
  return 0
}

// With the address: the embedded Postgres listens on another port after each start.
const list: Work = async ({ pool }, connectionString) => await inTransaction(pool, async (client) => {
  for (const { name, madeAt, exists, connected } of await readReaders(client)) {
    const state = exists ? `${connected} sessions` : 'not in this cluster: create it anew'
    const url = Object.assign(new URL(connectionString), { username: name, password: '' })
    process.stdout.write(`${url.href}  since ${madeAt.toISOString()}  ${state}\n`)
  }
  return 0
})

const drop = (name: string): Work => alone(async (client) => {
  const found = await dropReader(client, name)
  process.stdout.write({
    gone: `role ${name} is gone\n`,
    left: `role ${name} has no rights any more; an administrator of the database removes it: DROP ROLE ${name}\n`,
    none: `there is no role ${name} that reads the views\n`
  }[found])
  return found === 'none' ? 1 : 0
})

const fill: Work = async ({ db, pool }) => {
  const logger = pino({ level: 'warn' }, pino.destination(2))
  const filled = await fillOpenViews({
    pool,
    catalogue: await openCatalogue(db, Date.now),
    clock: Date.now,
    rests: false,
    session: { pool: requestPool(pool), released: new ReleasedReader(new Cache()), viewer: viewerOf(undefined) },
    onError: (error) => logger.warn({ err: error }, 'not worked out')
  })
  process.stdout.write(filled === undefined
    ? 'nobody reads the views, or another process fills them just now; nothing to do here\n'
    : `${filled.places} authorities and services, ${filled.anew} of them anew; ${filled.left} left\n`)
  return filled === undefined || filled.left === 0 ? 0 : 1
}

function workOf (args: string[]): Work | undefined {
  const { values, positionals: [command, name, ...more] } = parseArgs({
    args, allowPositionals: true, options: { connections: { type: 'string' }, seconds: { type: 'string' } }
  })
  const [connections, seconds] = [Number(values.connections ?? 5), Number(values.seconds ?? 300)]
  const within = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most
  if (more.length > 0 || !within(connections, 100) || !within(seconds, 3600)) return undefined
  if (name === undefined) return command === 'list' ? list : command === 'fill' ? fill : undefined
  if (!NAME.test(name)) return undefined
  return command === 'create' ? create(name, connections, seconds) : command === 'drop' ? drop(name) : undefined
}

/** Roles that read the open views with SQL (docs/sql.md), as the owner of the database. */
async function main (args: string[]): Promise<number> {
  const work = workOf(args)
  if (work === undefined) {
    process.stderr.write(USAGE)
    return 2
  }
  return await withDatabase(readConfig(), 4, work)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  process.stderr.write(isUsage ? USAGE : `${sentenceOf(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
}
