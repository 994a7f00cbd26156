import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import fastify from 'fastify'
import t from 'tap'
import { registerProblems, collectRoutes } from '../../src/http/plugins/problems.ts'
import { boundUnsent } from '../../src/http/plugins/unsent.ts'
import { waitUntil } from '../support/wait-until.ts'

const MIB = 1024 * 1024

t.test('large answers that wait for their readers are bounded, also those behind one another on a connection', async (t) => {
  const app = fastify()
  collectRoutes(app)
  registerProblems(app)
  boundUnsent(app, 20 * MIB)
  const kept = Buffer.alloc(8 * MIB)
  app.get('/large', async () => Buffer.alloc(8 * MIB))
  app.get('/kept', async () => kept)
  app.get('/small', async () => 'x')
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  t.teardown(async () => await app.close())
  const status = async (path: string): Promise<number> => {
    const response = await fetch(new URL(path, url))
    await response.arrayBuffer()
    return response.status
  }
  const stalled = async (path: string, times: number) => {
    const socket = connect(Number(url.port), '127.0.0.1').pause()
    await once(socket, 'connect')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times))
    await wait(200)
    return socket
  }
  const answers = async (wanted: number): Promise<void> =>
    await waitUntil(`/large answers ${wanted}`, async () => await status('/large') === wanted)

  for (let i = 0; i < 5; i++) t.equal(await status('/large'), 200, 'one after the other')
  const first = await stalled('/large', 2)
  await answers(503) // two wait: a third would be too much
  t.equal(await status('/small'), 200)
  first.destroy()
  await answers(200) // until their connection ends

  const second = await stalled('/kept', 50)
  t.equal(await status('/large'), 200, 'the same bytes count once')
  second.destroy()
  const third = await stalled('/large', 2)
  await answers(503) // and are no longer counted
  third.destroy()
  await answers(200)
})
