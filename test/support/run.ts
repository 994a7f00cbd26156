import { spawnSync } from 'node:child_process'
import { startTestPostgres } from './postgres.ts'

/**
 * Brings a Postgres, then runs tap: `before` of tap runs in a process of its own, where a database would end with it.
 * On a fresh checkout tap has to be built once with the plugins of .taprc before it can run.
 */
const postgres = await startTestPostgres()
const tap = (args: string[]) => spawnSync('tap', args, {
  stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: postgres.url, TEST_TEMPLATE: postgres.template }
}).status ?? 1
let status = 1
try {
  spawnSync('tap', ['build'], { stdio: 'ignore' })
  status = tap(['run', ...process.argv.slice(2)])
} finally {
  await postgres.stop()
}
process.exit(status)
