import { Failure } from '../failure.ts'
import { MARK, type CollectedRow, type CollectQuery, type SourceDatabase } from './database.ts'

/** What is used of the package `mssql`, which is installed by those alone who have such a database. */
interface Mssql { connect: (config: string) => Promise<Pool> }
interface Pool { request: () => Request, close: () => Promise<void> }
interface Request {
  input: (name: string, value: string) => Request
  toReadableStream: (options: { highWaterMark: number }) => AsyncIterable<Record<string, unknown>>
  query: (sql: string) => Promise<unknown>
}

export async function openSqlServer (connectionString: string): Promise<SourceDatabase> {
  const pool = await (await driver()).connect(connectionString)
  return { rows: (query) => rowsOf(pool, query), close: async () => await pool.close() }
}

async function driver (): Promise<Mssql> {
  try {
    const name = 'mssql'
    return (await import(name) as { default: Mssql }).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Failure(
      'SQL Server is read through the package mssql, which is not installed here: npm install mssql, beside ' +
        'local-performance-platform (or npm install --global mssql local-performance-platform).'
    )
  }
}

async function * rowsOf (pool: Pool, query: CollectQuery): AsyncGenerator<CollectedRow[]> {
  const request = pool.request()
  if (query.mark !== undefined) request.input('mark', query.mark)
  const stream = request.toReadableStream({ highWaterMark: query.batch })
  const asked = request.query(statementOf(query))
  asked.catch(() => undefined) // the stream says it
  let rows: CollectedRow[] = []
  for await (const { [MARK]: mark, ...values } of stream) {
    if (rows.push({ values, mark: String(mark) }) < query.batch) continue
    yield rows
    rows = []
  }
  await asked
  if (rows.length > 0) yield rows
}

/** Style 126 writes times as ISO 8601 has them, and numbers as they are. */
export function statementOf ({ query, column, mark, overlapSeconds, overlapNumber }: CollectQuery): string {
  const of = `rows.[${column.replaceAll(']', ']]')}]`
  const from = overlapSeconds !== undefined
    ? `dateadd(second, -${Math.ceil(overlapSeconds)}, convert(datetimeoffset, @mark, 126))`
    : overlapNumber !== undefined ? `convert(bigint, @mark) - ${Math.ceil(overlapNumber)}` : '@mark'
  const where = mark === undefined ? `${of} is not null` : `${of} >= ${from}`
  return `select rows.*, convert(varchar(40), ${of}, 126) as ${MARK} from (${query}\n) as rows ` +
    `where ${where} order by ${of}`
}
