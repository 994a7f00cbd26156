import { planCatalogue } from '../catalogue/load/index.ts'
import { countPlan, describePlan } from '../catalogue/load/describe.ts'
import { readConfig } from '../config.ts'
import { openDatabase } from '../postgres/database.ts'
import { sentenceOf } from '../sentence-of.ts'
import { databaseOf } from './database-of.ts'

const MOST_LINES = 1000
const OTHER_SCHEMA = ['42P01', '42703'] // no such table, no such column

/** `npm run catalogue -- diff`: what this release's shipped files would change in the database. Changes nothing. */
async function main (command: string | undefined): Promise<number> {
  if (command !== 'diff') {
    process.stderr.write('usage: npm run catalogue -- diff\n')
    return 2
  }
  const { connectionString, stop } = await databaseOf(readConfig())
  const database = openDatabase({ connectionString, size: 1, onConnectionLost: () => undefined })
  try {
    const plan = await planCatalogue(database.db)
    const lines = describePlan(plan)
    for (const line of lines.slice(0, MOST_LINES)) process.stdout.write(`${line}\n`)
    if (lines.length > MOST_LINES) process.stdout.write(`and ${lines.length - MOST_LINES} more\n`)
    for (const count of countPlan(plan)) process.stdout.write(`${count}\n`)
    return 0
  } finally {
    await database.close()
    await stop()
  }
}

function explain (error: unknown): string {
  const { code } = error as { code?: string }
  return code !== undefined && OTHER_SCHEMA.includes(code)
    ? 'The database has the tables of another release, so its catalogue cannot be compared with this one.'
    : sentenceOf(error)
}

try {
  process.exitCode = await main(process.argv[2])
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 2
}
