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

t.test('faults run between the others, and what changes its process has one of its own', async (t) => {
  const processes = testsByProcess()
  const ofFaults = processes.map((files) => files.some((file) => file.startsWith('test/faults/')))
  t.ok(ofFaults.filter(Boolean).length > 15)
  t.notOk(ofFaults.some((one, i) => one && ofFaults[i + 1]), 'never two in a row')
  t.ok(processes.every((files, i) => !ofFaults[i] || files.length === 1))
  t.same(processes.find((files) => files.includes('test/http/tracing.test.ts')), ['test/http/tracing.test.ts'])
})
