import fastify from 'fastify'
import t, { type Test } from 'tap'
import { Connections } from '../../src/http/plugins/connections.ts'
import { registerProblems, collectRoutes } from '../../src/http/plugins/problems.ts'
import { boundUnsent, type UnsentLimits } from '../../src/http/plugins/unsent.ts'
import { get, hasEnded, openSocket } from '../support/sockets.ts'
import { waitUntil } from '../support/wait-until.ts'

const MIB = 1024 * 1024

async function start (t: Test, limits: UnsentLimits) {
  const connections = new Connections()
  const app = fastify({ serverFactory: (handle) => connections.server(handle, {}) })
  collectRoutes(app)
  registerProblems(app)
  boundUnsent(app, connections, limits)
  const kept = Buffer.alloc(16 * MIB)
  app.get('/large', async () => Buffer.alloc(16 * MIB))
  app.get('/kept', async () => kept)
  app.get('/medium', async () => Buffer.alloc(MIB))
  app.get('/small', async () => 'x')
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  t.teardown(async () => await app.close())
  const status = async (path: string): Promise<number> => {
    const response = await fetch(new URL(path, url))
    await response.arrayBuffer()
    return response.status
  }
  return {
    status,
    unsent: () => [...connections.all()].reduce((all, one) => all + one.unsent, 0),
    unread: async (path: string, times: number) => {
      const socket = await openSocket(Number(url.port))
      socket.write(get(path).repeat(times))
      return socket
    },
    answers: async (path: string, wanted: number): Promise<void> =>
      await waitUntil(`${path} answers ${wanted}`, async () => await status(path) === wanted)
  }
}

t.test('answers that wait for their readers are bounded, also those behind one another on a connection', async (t) => {
  const { status, unread, answers, unsent } = await start(t, { inAll: 40 * MIB, perClient: 1000 * MIB })
  const twoWait = async (): Promise<void> => await waitUntil('they wait', () => unsent() >= 32 * MIB)
  for (let i = 0; i < 5; i++) t.equal(await status('/large'), 200, 'one after the other')
  const first = await unread('/large', 3)
  await twoWait() // two, that is, and the third is refused
  t.equal(await status('/large'), 503, 'one more would be too much')
  t.equal(await status('/small'), 200)
  first.destroy()
  await answers('/large', 200) // until their connection ends

  const second = await unread('/kept', 50)
  t.equal(await status('/large'), 200, 'the same bytes count once')
  second.destroy()
  await waitUntil('and are no longer counted', () => unsent() === 0)
  const third = await unread('/large', 2)
  await twoWait()
  t.equal(await status('/large'), 503)
  await answers('/large', 200) // until whoever has read nothing for long makes room
  await waitUntil('that one is cut off', () => hasEnded(third))
})

t.test('what waits for one client is bounded, and nothing new begins for a connection that does not read', async (t) => {
  const { unread, unsent, status } = await start(t, { inAll: 1000 * MIB, perClient: 6 * MIB })
  // More than what the system takes over of it.
  const one = await unread('/medium', 60)
  await waitUntil('its answers wait', () => unsent() > MIB)
  t.ok(unsent() <= 5 * MIB, 'four were begun with less than one waiting')
  t.equal(await status('/medium'), 200)
  const others = await Promise.all(Array.from({ length: 5 }, async () => await unread('/medium', 60)))
  await waitUntil('more is refused', async () => {
    t.ok(unsent() <= 6 * MIB, 'never more')
    return await status('/medium') === 503
  })
  t.equal(await status('/small'), 200)
  for (const socket of [one, ...others]) socket.destroy()
  await waitUntil('nothing waits', () => unsent() === 0)
  t.equal(await status('/medium'), 200)
})
