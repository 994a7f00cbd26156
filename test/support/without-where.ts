import type pg from 'pg'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp, type App } from '../../src/app.ts'
import { openCatalogue } from '../../src/catalogue/live.ts'
import { openDatabase } from '../../src/postgres/database.ts'
import { OPERATOR_TOKEN } from './builders.ts'

const TYPES: Record<string, string> = { authority_id: 'int2', owner_id: 'int2', data_set_id: 'int4', source_id: 'int4' }
const CONDITION = new RegExp(
  String.raw`(?:"?\b\w+"?\.)?"?\b(${Object.keys(TYPES).join('|')})\b"? = ` +
    String.raw`(?:ANY \(\(SELECT (\$\d+)::\w+\[\]\)::\w+\[\]\)|ANY \((\$\d+)(?:::\w+\[\])?\)|(\$\d+)(?:::\w+)?)`,
  'g'
)

/** A statement without its conditions on whose rows it is about; their parameters stay, since they are sent. */
export function withoutWhere (text: string): string {
  return text.replaceAll(CONDITION, (_all, column: string, ...parameters: Array<string | undefined>) => {
    const [first, second, one] = parameters
    return `(${first ?? second ?? one}::${TYPES[column]}${one === undefined ? '[]' : ''} IS NOT NULL)`
  })
}

/** Makes every statement of a pool forget whose rows it is about; `forgotten` counts them. */
export function forgetWhere (pool: pg.Pool): { forgotten: Set<string> } {
  const forgotten = new Set<string>()
  pool.on('connect', (client) => {
    const changed = (statement: string | pg.QueryConfig) => {
      if (typeof statement === 'string') return noted(statement)
      const { text, name } = statement
      if (typeof text !== 'string') return statement
      if ('submit' in statement) return Object.assign(statement, { text: noted(text) }) // a cursor, or a copy
      return { ...statement, text: noted(text), ...(name !== undefined && { name: `${name} forgetful` }) }
    }
    const asIs = client.query.bind(client) as (...statement: unknown[]) => unknown
    client.query = ((statement: string, ...rest: unknown[]) => asIs(changed(statement), ...rest)) as typeof client.query
  })
  const noted = (text: string): string => {
    const without = withoutWhere(text)
    if (without !== text) forgotten.add(text)
    return without
  }
  return { forgotten }
}

/** The app on a database that others use as well, none of whose statements says whose rows it is about. */
export async function forgetfulApp (
  t: Test, connectionString: string, now: number
): Promise<{ app: App, forgotten: ReadonlySet<string> }> {
  const database = openDatabase({ connectionString, size: 10, onConnectionLost: () => undefined })
  const some = [database.pool, database.writers, database.downloads].map((pool) => forgetWhere(pool).forgotten)
  const catalogue = await openCatalogue(database.db, () => now)
  const app = await buildApp({
    database,
    catalogue,
    clock: () => now,
    operatorToken: OPERATOR_TOKEN,
    logger: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    foldEveryMs: 2 ** 31 - 1
  })
  t.teardown(async () => {
    await app.close()
    await database.close()
  })
  return { app, get forgotten () { return new Set(some.flatMap((one) => [...one])) } }
}
