import { execFile } from 'node:child_process'
import { setTimeout as after } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { Auditor, AuditTimeout } from '../../src/releases/audit/auditor.ts'
import { WrongModel } from '../../src/releases/audit/check-model.ts'
import type { AuditModel } from '../../src/releases/audit/model.ts'

const SMALL: AuditModel = {
  unknowns: 3,
  equations: [{ cells: [0, 1, 2], total: 20 }, { cells: [2], total: 11 }],
  targets: [{ cells: [0], needed: 5 }, { cells: [1], needed: 10 }]
}

/** Wards by days by groups, with totals of each pair of the three: minutes of work. */
function large (wards = 200, days = 20, groups = 20): AuditModel {
  const cell = (w: number, d: number, g: number) => (w * days + d) * groups + g
  const count = (w: number, d: number, g: number) => (w * 7 + d * 11 + g * 13 + w * d * g) % 9
  const sums = new Map<string, { cells: number[], total: number }>()
  for (let w = 0; w < wards; w++) {
    for (let d = 0; d < days; d++) {
      for (let g = 0; g < groups; g++) {
        for (const name of [`w${w}d${d}`, `w${w}g${g}`, `d${d}g${g}`]) {
          const sum = sums.get(name) ?? { cells: [], total: 0 }
          sum.cells.push(cell(w, d, g))
          sum.total += count(w, d, g)
          sums.set(name, sum)
        }
      }
    }
  }
  const targets = Array.from({ length: 2000 }, (_, i) => ({ cells: [i * 40], needed: 5 }))
  return { unknowns: wards * days * groups, equations: [...sums.values()], targets }
}

/** Threads that this process started, in order. */
const threads: Worker[] = []
process.on('worker', (worker) => threads.push(worker))
t.beforeEach(() => { threads.length = 0 })

function auditor (t: Test, limits: { seconds?: number, idleSeconds?: number } = {}): Auditor {
  const auditor = new Auditor({ seconds: 60, ...limits })
  t.teardown(() => auditor.close())
  return auditor
}

t.test('models are audited one after the other in one thread', async (t) => {
  const tested = auditor(t)
  t.equal(threads.length, 0, 'no thread before the first audit')
  const results = await Promise.all([
    tested.audit(SMALL),
    tested.audit({ ...SMALL, targets: [] }),
    t.rejects(tested.audit({ ...SMALL, unknowns: 2 }), new WrongModel()),
    tested.audit(SMALL)
  ])
  t.match(results[0], { narrow: [{ target: 1, low: 0, high: 9, restsOn: [0, 1] }], narrowest: Number, solved: Number })
  t.ok(results[0].seconds > 0 && results[0].seconds < 60)
  t.match(results[1], { narrow: [], narrowest: null })
  t.strictSame(results[3].narrow, results[0].narrow, 'a refused model harms no other')
  t.equal(threads.length, 1)
})

t.test('an audit that takes too long is given up, the next has a new thread', async (t) => {
  const tested = auditor(t, { seconds: 4 })
  const [tooLong, next] = [tested.audit(large()), tested.audit(SMALL)]
  await t.rejects(tooLong, new AuditTimeout('The audit was not done within 4 seconds.'))
  t.ok(await exited(threads[0]!), 'the thread stops in the middle of a solve')
  t.equal((await next).narrow.length, 1)
  t.equal(threads.length, 2)
})

t.test('a thread that dies fails the audit that it had, and no other', async (t) => {
  const tested = auditor(t)
  const [first, second] = [tested.audit(large()), tested.audit(SMALL)]
  while (threads.length === 0) await after(5)
  await threads[0]!.terminate()
  await t.rejects(first, { message: /^The thread audit ended/ })
  t.equal((await second).narrow.length, 1)
  await threads[1]!.terminate()
  t.equal((await tested.audit(SMALL)).narrow.length, 1, 'nor does a death between audits')
  await t.rejects(tested.audit({} as AuditModel), TypeError, 'nor an error that nobody foresaw')
  t.equal((await tested.audit(SMALL)).narrow.length, 1)
  t.equal(threads.length, 4)
})

t.test('an idle thread ends', async (t) => {
  const tested = auditor(t, { idleSeconds: 0.05 })
  await tested.audit(SMALL)
  t.ok(await exited(threads[0]!))
  t.equal((await tested.audit(SMALL)).narrow.length, 1)
  t.equal(threads.length, 2)
})

t.test('closing ends the thread and the audits that wait', async (t) => {
  const tested = auditor(t)
  const audits = [tested.audit(large()), tested.audit(SMALL)]
  const rejected = audits.map((audit) => t.rejects(audit, { message: 'The auditor is closed.' }))
  while (threads.length === 0) await after(5)
  await tested.close()
  t.ok(await exited(threads[0]!))
  await Promise.all(rejected)
  await t.rejects(tested.audit(SMALL), { message: 'The auditor is closed.' })
  await tested.close()
  t.equal(threads.length, 1)
})

t.test('an audit keeps the process alive, an idle thread does not', async (t) => {
  const url = new URL('../../src/releases/audit/auditor.ts', import.meta.url)
  const script = `import { Auditor } from ${JSON.stringify(url)}
    console.log((await new Auditor({ seconds: 60, idleSeconds: 3600 }).audit(${JSON.stringify(SMALL)})).narrow.length)`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { timeout: 60_000 })
  t.equal(stdout, '1\n')
})

/** Whether the thread ended, or ends within a few seconds. */
async function exited (worker: Worker): Promise<boolean> {
  for (let i = 0; i < 500 && worker.threadId !== -1; i++) await after(10)
  return worker.threadId === -1
}
