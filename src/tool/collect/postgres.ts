import pg from 'pg'
import Cursor from 'pg-cursor'
import { MARK, type CollectedRow, type CollectQuery, type SourceDatabase } from './database.ts'

/** As they are written, not as this machine's clock reads them: times without an offset, and dates. */
const AS_TEXT = new Set([pg.types.builtins.TIMESTAMP, pg.types.builtins.DATE, pg.types.builtins.TIME])
const NUMBERS = new Set([pg.types.builtins.INT8, pg.types.builtins.NUMERIC])
const CONNECT_MS = 15_000

type Parser = (text: string) => unknown
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: typeof pg.types.builtins.TIMESTAMP): Parser => {
    if (AS_TEXT.has(oid)) return (text) => text
    return NUMBERS.has(oid) ? exactNumber : pg.types.getTypeParser(oid) as Parser
  }
}

/** Of more digits than a number has it stays a text, which the service refuses rather than rounds. */
const exactNumber = (text: string): number | string => text.replaceAll(/\D/g, '').length <= 15 ? Number(text) : text

export async function openPostgres (connectionString: string): Promise<SourceDatabase> {
  const client = new pg.Client({
    connectionString, types, connectionTimeoutMillis: CONNECT_MS, application_name: 'local-performance-platform'
  })
  client.on('error', () => undefined) // the query that is on its way says it
  await client.connect()
  return {
    rows: (query) => rowsOf(client, query),
    close: async () => await client.end()
  }
}

async function * rowsOf (client: pg.Client, query: CollectQuery): AsyncGenerator<CollectedRow[]> {
  // One state of the database for the whole run, in which nothing can be changed.
  await client.query("set datestyle = 'ISO'; set timezone = 'UTC'")
  await client.query('begin transaction isolation level repeatable read read only')
  const cursor = client.query(new Cursor<Record<string, unknown>>(...statementOf(query)))
  try {
    for (;;) {
      const rows = await cursor.read(query.batch)
      if (rows.length === 0) break
      yield rows.map(({ [MARK]: mark, ...values }) => ({ values, mark: String(mark) }))
    }
  } finally {
    await cursor.close()
    await client.query('rollback')
  }
}

export function statementOf (
  { query, column, mark, overlapSeconds, overlapNumber }: CollectQuery
): [sql: string, values: string[]] {
  const of = `rows.${pg.escapeIdentifier(column)}`
  const from = overlapSeconds !== undefined
    ? `$1::timestamptz - make_interval(secs => ${overlapSeconds})`
    : overlapNumber !== undefined ? `$1::numeric - ${overlapNumber}` : '$1'
  // At the mark too: others may have had the same, and were not there yet.
  const where = mark === undefined ? `${of} is not null` : `${of} >= ${from}`
  return [
    `select rows.*, ${of}::text as ${MARK} from (${query}\n) as rows where ${where} order by ${of}`,
    mark === undefined ? [] : [mark]
  ]
}
