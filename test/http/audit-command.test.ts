import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('npm run audit -- verify', async (t) => {
  const { app, database, connectionString } = await testApp(t)
  await testSource(app)
  const run = async (...args: string[]): Promise<{ code: number, said: string }> => {
    const child = spawn(process.execPath, ['src/cli/audit.ts', ...args], {
      env: { ...process.env, DATABASE_URL: connectionString }
    })
    const [said, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code, said: said + error }
  }
  const whole = await run('verify')
  t.match(whole, { code: 0, said: /^2 lines are as they were written, last hash [0-9a-f]{64}\n$/ })
  const last = /[0-9a-f]{64}/.exec(whole.said)?.[0] ?? ''
  t.equal((await run('verify', '--last', last)).code, 0)
  t.match(await run('verify', '--last', 'f'.repeat(64)), { code: 1, said: /no line has the hash f/ })
  t.match(await run('verify', '--last', 'x'), { code: 2, said: /^usage/ })
  t.match(await run('mend'), { code: 2, said: /^usage/ })
  await database.pool.query(
    "ALTER TABLE audit DISABLE TRIGGER ALL; UPDATE audit SET detail = '{}' WHERE id = 1"
  )
  t.match(await run('verify'), { code: 1, said: /^line 1 was changed.*\n0 lines/ })
})
