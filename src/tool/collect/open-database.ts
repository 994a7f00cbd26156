import { readFileSync } from 'node:fs'
import { Failure } from '../failure.ts'
import type { SourceDatabase } from './database.ts'

type Environment = Record<string, string | undefined>

/** Where the database is: from the environment or a file, since a password stands in it. Throws `Failure`. */
export function databaseUrl (file: string | undefined, env: Environment = process.env): string {
  const named = file ?? (env['LPP_DATABASE_URL_FILE'] || undefined)
  try {
    const url = named === undefined ? env['LPP_DATABASE_URL'] : readFileSync(named, 'utf8').replace(/^\ufeff/, '').trim()
    if (url) return url
  } catch (error) {
    throw new Failure(`${named ?? ''} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
  }
  throw new Failure(
    'Say where the database is: LPP_DATABASE_URL (postgres://user:password@host/database, or of SQL Server ' +
      'Server=host;Database=…;User Id=…;Password=…), or a file with it: LPP_DATABASE_URL_FILE or database_url_file.'
  )
}

/** Loads the driver that the address asks for, and connects. Throws `Failure`. */
export async function openDatabase (url: string): Promise<SourceDatabase> {
  const open = /^postgres(?:ql)?:/i.test(url)
    ? (await import('./postgres.ts')).openPostgres
    : /^(?:mssql|sqlserver):|(?:^|;)\s*(?:server|data source)\s*=/i.test(url)
      ? (await import('./sql-server.ts')).openSqlServer
      : undefined
  if (open === undefined) {
    throw new Failure('The address of the database begins with neither postgres:// nor Server=, which are what is read.')
  }
  try {
    return await open(url)
  } catch (error) {
    throw failureOf(error)
  }
}

/** What the database or its driver says, in one sentence without the address: a password stands in it. */
export function failureOf (error: unknown): Failure {
  if (error instanceof Failure) return error
  const first = error instanceof AggregateError ? error.errors[0] as unknown : error
  const { code, message } = first as NodeJS.ErrnoException
  if (typeof code !== 'string') throw error // a fault of the tool itself
  return new Failure(/ECONNREFUSED|ESOCKET/.test(code)
    ? `Nothing answers at the address of the database (${message}); see that it runs and the address is right.`
    : `The database cannot be read: ${message}.`)
}
