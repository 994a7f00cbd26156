import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { hasTmpfs, mountTmpfs } from '../support/faults/tmpfs.ts'
import { processesOn } from '../support/faults/processes.ts'
import { failedStart, launchProcess, startProcess } from '../support/process.ts'

function folder (t: Test): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-first-'))
  t.teardown(() => {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  return dataDir
}

const inside = (dataDir: string, pattern: RegExp): string[] =>
  (existsSync(dataDir) ? readdirSync(dataDir) : []).filter((name) => pattern.test(name))
    .map((name) => join(dataDir, name))

/** What a first start has done, in order; each is seen in the folder. */
const MOMENTS: Array<[string, (dataDir: string) => boolean]> = [
  ['nothing is written', () => true],
  ['the password is there', (dataDir) => existsSync(join(dataDir, 'postgres-password'))],
  ['initdb begins', (dataDir) =>
    inside(dataDir, /^postgres\.new-/).some((one) => existsSync(join(one, 'data/PG_VERSION')))],
  ['initdb is in the middle', (dataDir) => inside(dataDir, /^postgres\.new-/).some((one) =>
    inside(join(one, 'data/base'), /^1$/).some((base) => readdirSync(base).length > 100))],
  ['the folder is whole', (dataDir) => existsSync(join(dataDir, 'postgres/PG_VERSION'))],
  ['Postgres runs', (dataDir) => existsSync(join(dataDir, 'postgres/postmaster.pid'))],
  ['the operator has a token', (dataDir) => existsSync(join(dataDir, 'operator-token'))]
]

t.test('kill -9 at any moment of a first start, of the service alone or of Postgres too: the next start works', async (t) => {
  for (const withPostgres of [false, true]) {
    // On one folder: each start but the first finds what a killed one left, and comes further.
    const dataDir = folder(t)
    for (const [moment, hasCome] of MOMENTS) {
      const child = launchProcess(dataDir)
      const gone = once(child, 'exit')
      while (!hasCome(dataDir) && child.exitCode === null) await wait(2)
      t.equal(child.exitCode, null, `it comes so far that ${moment}`)
      child.kill('SIGKILL')
      if (withPostgres) processesOn(dataDir).forEach((pid) => process.kill(pid, 'SIGKILL'))
      await gone
    }
    const service = await startProcess(dataDir)
    t.equal((await fetch(`${service.url}/readyz`)).status, 200)
    await service.end('SIGINT')
    t.equal(service.child.exitCode, 0)
    t.same(readdirSync(dataDir).sort(), ['operator-token', 'postgres', 'postgres-password'], 'nothing is left over')
    t.match(readFileSync(join(dataDir, 'operator-token'), 'utf8'), /^\S{20,}\n$/)
  }
})

t.test('kill -9 of the service, its Postgres and a backend that hangs: the next start, at once, waits and works', async (t) => {
  const dataDir = folder(t)
  let service = await startProcess(dataDir)
  for (const hanging of [false, true]) {
    const postmaster = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
    const backends = processesOn(dataDir).filter((pid) => pid !== postmaster)
    if (hanging) backends.forEach((pid) => process.kill(pid, 'SIGSTOP'))
    service.child.kill('SIGKILL')
    process.kill(postmaster, 'SIGKILL')
    service = await startProcess(dataDir)
    t.equal((await fetch(`${service.url}/readyz`)).status, 200)
  }
  t.comment('and the orphan of a service that was killed alone, whose Postgres is stopped')
  processesOn(dataDir).forEach((pid) => process.kill(pid, 'SIGSTOP'))
  await service.end('SIGKILL')
  service = await startProcess(dataDir)
  t.equal((await fetch(`${service.url}/readyz`)).status, 200)
  await service.end('SIGTERM')

  // The number of a server that was killed may be another program's by now.
  const pidFile = join(dataDir, 'postgres/postmaster.pid')
  writeFileSync(pidFile, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n1\n\n127.0.0.1\n  1  1\nready   \n`)
  service = await startProcess(dataDir)
  await service.end('SIGINT')
  t.equal(service.child.exitCode, 0)
  t.notOk(existsSync(pidFile))
})

t.test('Ctrl-C in the middle of initdb: it ends at once, cleanly, and the next start works', async (t) => {
  const dataDir = folder(t)
  const child = launchProcess(dataDir)
  const gone = once(child, 'exit')
  while (!MOMENTS[2]![1](dataDir)) await wait(2)
  child.kill('SIGINT')
  await gone
  t.equal(child.exitCode, 0)
  t.same(inside(dataDir, /./), [join(dataDir, 'postgres-password')], 'nothing half is left')
  await (await startProcess(dataDir)).end('SIGINT')
})

t.test('a disk that is full at first start is said in a sentence, and the next start after freeing works', { skip: !hasTmpfs && 'no tmpfs may be mounted here' }, async (t) => {
  const dataDir = folder(t)
  mountTmpfs(t, dataDir, '600m')
  for (const free of [0, 20]) {
    const filler = join(dataDir, 'filler')
    fill(filler, 600 - free)
    const said = await failedStart(dataDir)
    t.match(said, /^Cannot start: the disk of DATA_DIR \(\S+\) is full; free 200 MB or more and start again\n$/, `${free} MB free`)
    t.same(inside(dataDir, /new-|initial/), [])
    rmSync(filler)
  }
  const service = await startProcess(dataDir)
  t.equal((await fetch(`${service.url}/readyz`)).status, 200)
  await service.end('SIGINT')
})

t.test('a folder that cannot be written to is said in a sentence', async (t) => {
  const dataDir = join(folder(t), 'file')
  writeFileSync(dataDir, 'no folder')
  t.match(await failedStart(join(dataDir, 'data')), /^Cannot start: DATA_DIR \(\S+\) cannot be written to \(ENOTDIR\); set it to .*\n$/)
  rmSync(dataDir)
  mkdirSync(dataDir)
  if (process.getuid?.() !== 0) {
    chmodSync(dataDir, 0o500)
    t.match(await failedStart(join(dataDir, 'data')), /cannot be written to \(EACCES\)/)
    chmodSync(dataDir, 0o700)
  }
  await (await startProcess(join(dataDir, 'data'))).end('SIGINT')
})

function fill (file: string, megabytes: number): void {
  const piece = Buffer.alloc(1024 * 1024)
  writeFileSync(file, '')
  try {
    for (let n = 0; n < megabytes; n++) writeFileSync(file, piece, { flag: 'a' })
  } catch {} // it is full
}
