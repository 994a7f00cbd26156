import { readConfig } from '../config.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const say = (what: string): void => {
  process.stdout.write(`${what}\n`)
}

/**
 * `npm run migrate`: the schema and the shipped catalogue of this version, as the owner of the database, and the rights
 * of whoever runs the service (`RUN_ROLE`).
 */
async function main (): Promise<number> {
  const config = readConfig()
  let migrations = 0
  const tell = (migration: string, ms?: number): void => {
    if (ms === undefined) return
    migrations++
    say(`${migration}: ${ms} ms`)
  }
  return await withDatabase(config, 2, async (database) => {
    const { isCatalogueNew } = await prepareDatabase(database.db, { runRole: config.runRole, say, tell })
    say(`${migrations === 0 ? 'no' : migrations} migrations were missing; the schema is up to date`)
    say(`the shipped catalogue ${isCatalogueNew ? 'is loaded' : 'was loaded before'}`)
    if (config.runRole !== undefined) say(`${config.runRole} may run the service`)
    return 0
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 1
}
