import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startTestPostgres } from './postgres.ts'

/**
 * Brings a Postgres, then runs tap: `before` of tap runs in a process of its own, where a database would end with it.
 * On a fresh checkout tap has to be built once with the plugins of .taprc before it can run.
 * Never spawnSync: this process drains what Postgres logs, and a full pipe stops every backend that has something to
 * say.
 */
const postgres = await startTestPostgres()
const tap = async (args: string[], stdio: 'inherit' | 'ignore' = 'inherit'): Promise<number> => {
  const child = spawn('tap', args, {
    stdio, env: { ...process.env, TEST_DATABASE_URL: postgres.url, TEST_TEMPLATE: postgres.template }
  })
  const [code] = await once(child, 'exit') as [number | null]
  return code ?? 1
}
let status = 1
try {
  await tap(['build'], 'ignore')
  status = await tap(['run', ...process.argv.slice(2)])
} finally {
  await postgres.stop()
}
process.exit(status)
