import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { QUOTAS } from '../domain/quotas.ts'
import { buildApp, type App, type AppOptions } from '../app.ts'
import { Directory } from '../catalogue/directory.ts'
import { NO_ROWS } from '../catalogue/store/catalogue.ts'
import { openApiYaml } from '../http/plugins/openapi.ts'
import { openDatabase } from '../postgres/database.ts'

const FILE = join(import.meta.dirname, '../../openapi.yaml')

/** For an app on a database that it never asks anything. */
export function optionsWithoutDatabase (): AppOptions {
  const directory = new Directory(NO_ROWS, 0)
  return {
    database: openDatabase({
      connectionString: 'postgres://127.0.0.1:1/none',
      size: 1,
      onConnectionLost: () => undefined
    }),
    catalogue: {
      directory,
      sandbox: directory,
      quotas: QUOTAS,
      refresh: async () => undefined,
      isConfirmed: () => true,
      confirm: async () => undefined,
      doubt: () => undefined
    },
    clock: () => 0,
    operatorToken: undefined,
    logger: pino({ level: 'silent' })
  }
}

/** The app that ships: its routes are all that the contract needs. */
export async function appWithoutDatabase (): Promise<App> {
  const app = await buildApp(optionsWithoutDatabase())
  await app.ready()
  return app
}

/**
 * `npm run openapi` writes openapi.yaml; with `--check` it only says whether the file is what the code says (exit 1 if
 * not).
 */
async function main (): Promise<number> {
  const app = await appWithoutDatabase()
  const made = await openApiYaml(app)
  await app.close()
  if (!process.argv.includes('--check')) {
    writeFileSync(FILE, made)
    return 0
  }
  if (readFileSync(FILE, 'utf8') === made) return 0
  process.stderr.write('openapi.yaml is not what the routes say: run `npm run openapi` and commit it.\n')
  return 1
}

if (import.meta.main) process.exitCode = await main()
