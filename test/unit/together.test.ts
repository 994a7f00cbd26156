import { globSync } from 'node:fs'
import t from 'tap'
import { testsByProcess } from '../support/together.ts'

/** Run by commands of their own: after the others on a cluster, and with programs that few machines have. */
const APART = ['test/plans/', 'test/readers/']

t.test('every file of tests runs in one process, once', async (t) => {
  const all = globSync('test/**/*.test.ts').filter((file) => !APART.some((folder) => file.startsWith(folder)))
  t.ok(all.length > 250)
  t.same(testsByProcess().flat().sort(), all.sort())
})

t.test('what does little and lasts long stands between what computes', async (t) => {
  const processes = testsByProcess()
  t.ok(processes.every(([first], i) => i === 0 || !first?.startsWith('test/faults/') ||
    !processes[i - 1]?.[0]?.startsWith('test/faults/')))
  t.ok(processes.filter(([first]) => first === 'test/http/tracing.test.ts').every(({ length }) => length === 1))
})
