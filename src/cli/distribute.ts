import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { distribute } from '../postgres/cluster/distribute.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const USAGE = 'usage: npm run -s distribute -- [--shards <1 to 256>]\n'

/** `npm run distribute`: the tables of a migrated database on the nodes of a cluster (docs/scaling.md). */
async function main (): Promise<number> {
  const { values } = parseArgs({ options: { shards: { type: 'string', default: '32' } } })
  const shards = Number(values.shards)
  if (!Number.isInteger(shards) || shards < 1 || shards > 256) {
    process.stderr.write(USAGE)
    return 2
  }
  const config = readConfig()
  if (config.databaseUrl === undefined) {
    throw new ConfigError('The embedded Postgres has no nodes: set DATABASE_URL to the coordinator of a cluster.')
  }
  return await withDatabase(config, 2, async (database) => {
    await distribute(database.db, { shards, say: (what) => process.stdout.write(`${what}\n`) })
    return 0
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 1
}
