import { readConfig } from '../config.ts'
import { countClosedDays, findDifferences, rebuildRollups } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const MOST_REPORTED = 1000

/** `npm run rollups -- verify` (exit 1 if any sum differs) and `npm run rollups -- rebuild`. */
async function main (command: string | undefined): Promise<number> {
  if (command !== 'verify' && command !== 'rebuild') {
    process.stderr.write('usage: npm run rollups -- verify|rebuild\n')
    return 2
  }
  return await withDatabase(readConfig(), 1, async (database) => {
    const { pool } = database
    // Of one connection, so it has them from here on.
    await pool.query("SET statement_timeout = 0; SET lock_timeout = 0; SET work_mem = '256MB'")
    if (command === 'rebuild') await inTransaction(pool, rebuildRollups)
    const differences = await findDifferences(pool, MOST_REPORTED)
    for (const { rollup, key, raw, kept } of differences) {
      process.stdout.write(`${rollup} ${key}: raw ${JSON.stringify(raw)}, kept ${JSON.stringify(kept)}\n`)
    }
    process.stdout.write(`${differences.length} differing sums\n`)
    const { days, series, authorities } = await countClosedDays(pool)
    if (days > 0) {
      process.stdout.write(
        `${days} days of ${series} series of ${authorities} authorities could not be compared with raw events, ` +
          'which have left (docs/retention.md); their sums were compared with one another\n'
      )
    }
    return differences.length === 0 ? 0 : 1
  })
}

try {
  process.exitCode = await main(process.argv[2])
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 2
}
