import { once } from 'node:events'
import type { Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { CONNECTION_LIMITS, Connections, type ConnectionLimits } from '../../src/http/plugins/connections.ts'
import { get, hasEnded, openSocket, readToEnd } from '../support/sockets.ts'
import { waitUntil } from '../support/wait-until.ts'

const MIB = 1024 * 1024

interface Started {
  connections: Connections
  app: FastifyInstance
  open: () => Promise<Socket>
  /** Lets the requests to /held go on, one after the other as they came. */
  held: Array<() => void>
}

async function start (
  t: Test, limits: Partial<ConnectionLimits> = {}, trustProxy?: number | string[]
): Promise<Started> {
  const connections = new Connections({ limits: { ...CONNECTION_LIMITS, ...limits }, trustProxy })
  const app = fastify({ serverFactory: (handle) => connections.server(handle, { keepAliveTimeout: 60_000 }) })
  const held: Array<() => void> = []
  app.get('/held/:n', async (request) => {
    await new Promise<void>((resolve) => held.push(resolve))
    return (request.params as { n: string }).n
  })
  app.get('/large', async () => Buffer.alloc(16 * MIB))
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  t.teardown(async () => {
    held.forEach((go) => go())
    app.server.closeAllConnections()
    await app.close()
  })
  return { connections, app, held, open: async () => await openSocket(Number(port)) }
}

t.test('requests sent behind one another take turns, and are answered in order', async (t) => {
  const { open, held, connections } = await start(t)
  const socket = await open()
  socket.write(Array.from({ length: 60 }, (_, i) => get(`/held/n${i}`)).join(''))
  for (let sent = 0; sent < 60; sent++) {
    await waitUntil('the next begins', () => held.length > sent)
    t.ok(held.length <= sent + CONNECTION_LIMITS.atOnce, 'not all at once')
    held[sent]?.()
  }
  socket.end()
  t.same((await readToEnd(socket)).match(/^n\d+/gm), Array.from({ length: 60 }, (_, i) => `n${i}`))
  await waitUntil('nothing is left', () => connections.load.connections === 0)
  t.same(connections.load, { connections: 0, begun: 0, waiting: 0 })
})

t.test('whoever sends more behind one another than anybody reads is cut off', async (t) => {
  const { open, connections, held } = await start(t)
  const socket = await open()
  socket.write(get('/held/x').repeat(1600))
  await waitUntil('it is cut off', () => hasEnded(socket))
  t.ok(held.length <= CONNECTION_LIMITS.atOnce, 'few were begun')
  await waitUntil('it is forgotten', () => connections.load.connections === 0)
  t.equal(connections.load.waiting, 0)
})

t.test('all connections together have a bound of what waits', async (t) => {
  const { open, connections } = await start(t, { waitingInAll: 100 })
  const sockets: Socket[] = []
  for (let i = 0; i < 4; i++) {
    const socket = await open()
    sockets.push(socket)
    socket.write(get('/held/x').repeat(40))
    await waitUntil('they wait', () => connections.load.waiting >= 36 * (i + 1) || hasEnded(socket))
    t.ok(connections.load.waiting <= 100)
  }
  t.ok(sockets.some(({ destroyed }) => destroyed))
})

t.test('an answer behind one that is never read ends with its connection', async (t) => {
  const { open, app, held } = await start(t)
  const ended: string[] = []
  app.server.on('request', ({ url = '' }, response) => response.once('close', () => ended.push(url)))
  const socket = await open()
  socket.write(get('/held/1') + get('/held/2'))
  await waitUntil('both have begun', () => held.length === 2)
  socket.destroy()
  await waitUntil('both have ended', () => ended.length === 2)
})

t.test('a connection that reads nothing of what is ready for it is closed', async (t) => {
  const { open, connections } = await start(t, { unreadMs: 300 })
  const socket = await open()
  socket.write(get('/large').repeat(2))
  await waitUntil('it is cut off', () => connections.load.connections === 0)
  t.equal(connections.load.begun, 0)
})

t.test('a slow reader who goes on reading, and one who waits for an answer that is not ready, are not', async (t) => {
  const { open, held, connections } = await start(t, { unreadMs: 1000 })
  const [slow, waiting] = [await open(), await open()]
  waiting.write(get('/held/later'))
  slow.write('GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  let read = 0
  slow.on('data', ({ length }: Buffer) => {
    read += length
    slow.pause()
  })
  // Slower than all at once, faster than the system's buffers are emptied once a second.
  const reading = setInterval(() => slow.resume(), 5)
  await once(slow, 'close')
  clearInterval(reading)
  t.ok(read > 16 * MIB, 'all came')
  t.equal(connections.load.begun, 1, 'the other still waits')
  held[0]?.()
  const [answer] = await once(waiting.resume(), 'data') as [Buffer]
  t.match(answer.toString(), /later/)
})

t.test('an address has so many connections; one without anything to do makes room, else the new one goes', async (t) => {
  const { open, held, connections } = await start(t, { perAddress: 3 })
  const busy = await Promise.all([open(), open()])
  for (const socket of busy) socket.write(get('/held/x'))
  await waitUntil('they are busy', () => held.length === 2)
  const idle = await open()
  const newest = await open()
  await waitUntil('the idle one is closed', () => hasEnded(idle))
  t.equal(connections.load.connections, 3)
  newest.write(get('/held/x'))
  await waitUntil('all are busy', () => held.length === 3)
  const refused = await open()
  await waitUntil('the new one is closed', () => hasEnded(refused))
  t.notOk([...busy, newest].some(({ destroyed }) => destroyed))
})

t.test('connections of a trusted proxy are those of many', async (t) => {
  for (const trusted of [1, ['127.0.0.0/8'], ['127.0.0.1', '10.0.0.1']]) {
    const { open, connections } = await start(t, { perAddress: 3 }, trusted)
    for (let i = 0; i < 6; i++) await open()
    await waitUntil('all are there', () => connections.load.connections === 6)
  }
  const { open, connections } = await start(t, { perAddress: 3 }, ['10.0.0.0/8'])
  const sockets = await Promise.all(Array.from({ length: 6 }, async () => (await open()).resume()))
  await waitUntil('three are closed', () => sockets.filter(({ closed }) => closed).length === 3)
  t.equal(connections.load.connections, 3)
})

t.test('all addresses together have a bound', async (t) => {
  const { open, connections } = await start(t, { inAll: 2 })
  const first = await open()
  for (let i = 0; i < 3; i++) await open()
  await waitUntil('the first made room', () => hasEnded(first))
  await waitUntil('two are left', () => connections.load.connections === 2)
})
