import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testCluster } from './cluster.ts'
import { startTestPostgres } from './postgres.ts'
import { allTests } from './together.ts'

/**
 * Brings a Postgres, then runs tap: `before` of tap runs in a process of its own, where a database would end with it.
 * With `--cluster` the tests run on the cluster of TEST_CITUS_URL instead, those that need a database where no file is
 * named; and then the plan test, which explains every statement that they sent.
 * On a fresh checkout tap has to be built once with the plugins of .taprc before it can run.
 * Never spawnSync: this process drains what Postgres logs, and a full pipe stops every backend that has something to
 * say.
 */
const ON_CLUSTER = ['test/http', 'test/store', 'test/contract', 'test/faults', 'test/cluster']
const files = process.argv.slice(2).filter((one) => one !== '--cluster')
const cluster = process.argv.includes('--cluster') ? testCluster() : undefined
if (process.argv.includes('--cluster') && cluster === undefined) {
  process.stdout.write('Tests on a cluster were skipped: TEST_CITUS_URL is not set (docs/changing.md).\n')
  process.exit(0)
}
/** Each test is a process that would compile the whole service anew, which takes half of its start. */
const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/compiled')
const PLANS = 'test/plans/plans.test.ts'
const kept = process.env['TEST_STATEMENTS']
const statements = kept ?? mkdtempSync(join(tmpdir(), 'lpp-statements-'))
const postgres = await startTestPostgres(cluster)
const tap = async (args: string[], stdio: 'inherit' | 'ignore' = 'inherit'): Promise<number> => {
  const child = spawn('tap', args, {
    stdio,
    env: {
      ...process.env,
      TEST_DATABASE_URL: postgres.url,
      TEST_TEMPLATE: postgres.template,
      NODE_COMPILE_CACHE: COMPILED,
      // A fifth of the time of making an app goes into collecting what was young, where there is little room for it.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=64`,
      ...(cluster !== undefined && {
        TEST_ON_CLUSTER: 'true',
        TEST_STATEMENTS: statements,
        ...(files.length === 0 && { TEST_EVERY_FILE: 'true' })
      })
    }
  })
  const [code] = await once(child, 'exit') as [number | null]
  return code ?? 1
}
let status = 1
try {
  await tap(['build'], 'ignore')
  if (cluster === undefined) status = await tap(['run', ...files.length > 0 ? files : allTests()])
  else {
    const tests = files.length > 0 ? files.filter((file) => file !== PLANS) : ON_CLUSTER
    status = tests.length > 0 ? await tap(['run', ...tests]) : 0
    status = await tap(['run', PLANS]) || status
  }
} finally {
  if (kept === undefined) rmSync(statements, { recursive: true })
  await postgres.stop()
}
process.exit(status)
