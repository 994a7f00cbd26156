import { readConfig } from '../config.ts'
import { rebalancePlan } from '../postgres/cluster/rebalance.ts'
import { sentenceOf } from '../sentence-of.ts'
import { withDatabase } from './database-of.ts'

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en-GB')} MiB`

/** `npm run rebalance`: what lies on which node of a cluster, and what to run where that is uneven. Moves nothing. */
async function main (): Promise<void> {
  await withDatabase(readConfig(), 1, async (database) => {
    const { loads, moves } = await rebalancePlan(database.db)
    for (const { node, groups, bytes } of loads) say(`${node}: ${groups} groups of shards, ${megabytes(bytes)}`)
    if (moves.length === 0) {
      say('nothing to move')
      return
    }
    for (const { from, to, groups, bytes } of moves) say(`move ${groups} from ${from} to ${to}, ${megabytes(bytes)}`)
    say('The service may go on meanwhile. Run with psql on the coordinator:')
    say('  SELECT citus_rebalance_start();')
    say('  SELECT * FROM citus_rebalance_status();')
  })
}

function say (what: string): void {
  process.stdout.write(`${what}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  process.exitCode = 1
}
