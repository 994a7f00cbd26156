import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startProcess } from '../support/process.ts'
import { get, hasEnded, openSocket, residentMib } from '../support/sockets.ts'
import { waitUntil } from '../support/wait-until.ts'

const [SOCKETS, REQUESTS] = [40, 1600]

t.test('many who ask and ask and read nothing harm nobody', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lpp-unread-'))
  const service = await startProcess(dataDir)
  t.teardown(async () => {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.end('SIGINT')
    rmSync(dataDir, { recursive: true, force: true })
  })
  const { port } = new URL(service.url)
  const status = async (path: string): Promise<number> => {
    const response = await fetch(service.url + path)
    await response.arrayBuffer()
    return response.status
  }
  for (let i = 0; i < 20; i++) await status('/v1/services') // what a process needs that has begun to work
  const before = residentMib(service.child.pid ?? 0)
  let most = before
  const path = '/v1/services'

  t.test('all of it at once', async (t) => {
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, async () => await openSocket(Number(port))))
    for (const socket of sockets) socket.write(get(path).repeat(REQUESTS))
    await waitUntil('all are cut off', async () => {
      most = Math.max(most, residentMib(service.child.pid ?? 0))
      t.equal(await status('/livez'), 200)
      return sockets.every(hasEnded)
    })
    t.equal(await status(path), 200)
  })

  t.test('as much as is taken, and again', async (t) => {
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, async () => await openSocket(Number(port))))
    for (let round = 0; round < 10; round++) {
      for (const socket of sockets) if (!socket.destroyed) socket.write(get(path).repeat(50))
      most = Math.max(most, residentMib(service.child.pid ?? 0))
      t.equal(await status('/livez'), 200)
      t.equal(await status(path), 200)
    }
    sockets.forEach((socket) => socket.destroy())
  })

  t.equal(service.child.exitCode, null, 'the process lives')
  t.comment(`${before.toFixed(0)} MiB before, at most ${most.toFixed(0)}`)
  t.ok(most - before < 400, 'and never held much more than before')
})
