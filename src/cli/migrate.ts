import { readConfig } from '../config.ts'
import { openDatabase } from '../postgres/database.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { sentenceOf } from '../sentence-of.ts'
import { databaseOf } from './database-of.ts'

const say = (what: string): void => {
  process.stdout.write(`${what}\n`)
}

/**
 * `npm run migrate`: the schema and the shipped catalogue of this version, as the owner of the database, and the rights
 * of whoever runs the service (`RUN_ROLE`).
 */
async function main (): Promise<number> {
  const config = readConfig()
  const { connectionString, stop } = await databaseOf(config)
  const database = openDatabase({ connectionString, size: 2, onConnectionLost: () => undefined })
  let migrations = 0
  const tell = (migration: string, ms?: number): void => {
    if (ms === undefined) return
    migrations++
    say(`${migration}: ${ms} ms`)
  }
  try {
    const { isCatalogueNew } = await prepareDatabase(database.db, { runRole: config.runRole, say, tell })
    say(`${migrations === 0 ? 'no' : migrations} migrations were missing; the schema is up to date`)
    say(`the shipped catalogue ${isCatalogueNew ? 'is loaded' : 'was loaded before'}`)
    if (config.runRole !== undefined) say(`${config.runRole} may run the service`)
    return 0
  } finally {
    await database.close()
    await stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 1
}
