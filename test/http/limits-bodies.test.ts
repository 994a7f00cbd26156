import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import t from 'tap'
import { tooMuchIn } from '../../src/json/structure.ts'
import { testApp, testSource } from '../support/app.ts'
import { openSocket } from '../support/sockets.ts'
import { waitUntil } from '../support/wait-until.ts'
import { bearer, issueToken, operator, put } from '../support/builders.ts'

const json = { ...operator, 'content-type': 'application/json' }
const MIB = 1024 * 1024
const [LISTS, TEXT] = ['[]'.padEnd(8_000_000, ',[]'), 'a'.repeat(8 * MIB - 2)]

t.test('a body is bounded by what its address takes', async (t) => {
  const { app } = await testApp(t)
  const changing = app.permissions.filter(({ method, url }) =>
    ['PUT', 'POST', 'PATCH', 'DELETE'].includes(method) && url.startsWith('/v1/'))
  t.ok(changing.length > 50)
  const taken: string[] = []
  for (const { method, url } of changing) {
    const answer = await app.inject({
      method: method as 'PUT',
      url: url.replaceAll(/(?<!:):\w+/g, 'solihull').replaceAll('::', ':'),
      headers: json,
      payload: ' '.repeat(300 * 1024)
    })
    if (answer.statusCode !== 413) taken.push(`${method} ${url} ${answer.statusCode}`)
    t.ok(answer.statusCode < 500, url)
  }
  // Refused for other reasons: they take rows, or are for sources.
  t.same(taken.filter((one) => !/ 40[34]$/.test(one)).map((one) => one.split(' ').slice(0, 2).join(' ')).sort(), ROWS)
})

const ROWS = [
  'POST /v1/reorganisations',
  'POST /v1/sources/:authority/:name/mappings::suggest',
  'PUT /v1/areas',
  'PUT /v1/attributes',
  'PUT /v1/authorities',
  'PUT /v1/authorities/:authority/areas',
  'PUT /v1/channel-classes',
  'PUT /v1/channels',
  'PUT /v1/comparator-groups',
  'PUT /v1/declarations',
  'PUT /v1/measures',
  'PUT /v1/neighbours',
  'PUT /v1/provision',
  'PUT /v1/services',
  'PUT /v1/targets',
  'PUT /v1/unit-savings'
]

t.test('structure is looked at before anything is made of it', async (t) => {
  const { app } = await testApp(t)
  const send = async (url: string, payload: string) => await app.inject({ method: 'PUT', url, headers: json, payload })
  const refused = await send('/v1/provision', `[${LISTS}]`)
  t.equal(refused.statusCode, 400)
  t.match(refused.json(), { code: 'invalid-request', detail: /more than 300000 values/ })
  t.match((await send('/v1/provision', `"${TEXT}"`)).json(), { detail: /a text of more than 65536 bytes/ })
  t.match((await send('/v1/measures/trees', `[${LISTS.slice(0, 100_001)}]`)).json(), { detail: /more than 20000 values/ })
  t.match((await send('/v1/measures/trees', '['.repeat(1000))).json(), { detail: /more than 64 levels/ })
  t.equal((await send('/v1/provision', `[${LISTS}]]`)).statusCode, 400)
  await put(app, '/v1/data-sets/council/a', { published: true, queryable: true })
  const { token } = await issueToken(app, 'data-sets/council/a')
  const old = await app.inject({
    method: 'POST',
    url: '/data/council/a',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    payload: `"${TEXT}"`
  })
  t.equal(old.statusCode, 400, 'nor is a long text any record')
})

t.test('structure as JSON says it', async (t) => {
  const bounds = { values: 5, textBytes: 8, depth: 2 }
  const of = (text: string) => tooMuchIn(Buffer.from(text), bounds)
  for (const fine of ['[1,2,3]', '{"a":[1]}', '"[[[,,,,,"', '"\\"[[[\\""', '["\\\\",1]', '', '"', '[', '"\\']) {
    t.equal(of(fine), undefined, fine)
  }
  t.match(of('[1,2,3,4,5]'), /5 values/)
  t.match(of('[[[1]]]'), /2 levels/)
  t.match(of('["123456789"]'), /8 bytes/)
  t.match(of('["\\\\",[[]]]'), /2 levels/, 'a text may end with a backslash')
})

t.test('no method whose body nobody wants answers 500 for it', async (t) => {
  const { app } = await testApp(t)
  for (const { url } of app.permissions) {
    for (const method of ['OPTIONS', 'GET', 'HEAD', 'DELETE'] as const) {
      for (const payload of ['{"a":']) {
        const { statusCode } = await app.inject({
          method, url: url.replaceAll(/:\w+(\([^/]*\))?/g, 'solihull'), headers: { 'content-type': 'application/json', origin: 'https://x.test' }, payload
        })
        if (statusCode >= 500) t.fail(`${method} ${url} ${statusCode}`)
      }
    }
  }
  const asked = await app.inject({
    method: 'OPTIONS', url: '/v1/series', headers: { ...json, origin: 'https://x.test', 'access-control-request-method': 'GET' }, payload: '{"a":'
  })
  t.equal(asked.statusCode, 204)
})

t.test('whoever is still sending a body can read why it is refused', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  /** Sends a body of some MiB whatever comes meanwhile, as most senders do, and only then reads. */
  const send = async (path: string, headers: Record<string, string>, mib: number): Promise<[number, string]> => {
    const socket = await openSocket(Number(url.port))
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`)
    const chunked = headers['transfer-encoding'] !== undefined
    for (let i = 0; i < mib; i++) {
      const part = Buffer.alloc(MIB, ' ')
      socket.write(chunked ? Buffer.concat([Buffer.from('100000\r\n'), part, Buffer.from('\r\n')]) : part)
    }
    if (chunked) socket.write('0\r\n\r\n')
    await waitUntil('all is sent', () => socket.writableLength === 0 || socket.destroyed)
    let text = ''
    socket.on('data', (part) => { text += String(part) }).resume()
    await waitUntil('the answer is there', () => /\r\n\r\n.*\}$/s.test(text) || socket.destroyed)
    t.equal(socket.errored, null, 'and nothing was reset')
    socket.destroy()
    return [Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text]
  }
  const type = { 'content-type': 'application/json' }
  const length = (mib: number) => ({ 'content-length': String(mib * MIB) })
  for (const close of [{}, { connection: 'close' }]) {
    for (const sized of [length(12), { 'transfer-encoding': 'chunked' }]) {
      const headers = { ...close, ...sized, ...type }
      const to = async (path: string, more: Record<string, string>): Promise<number> =>
        (await send(path, { ...headers, ...more }, 12))[0]
      t.equal(await to('/v1/events', source), 413)
      t.equal(await to('/v1/events', {}), 401)
      t.equal(await to('/v1/tokens', source), 403)
      t.equal(await to('/v1/nothing', source), 404)
      t.equal(await to('/v1/events', { ...source, 'content-type': 'text/plain' }), 415)
      t.equal(await to('/data/no/such', source), 404)
    }
  }
  const asking = { ...type, ...source, expect: '100-continue' }
  t.match(await send('/v1/events', { ...asking, ...length(12) }, 0), [413, /the most here/], 'who asks first sends nothing')
  t.equal((await send('/v1/events', { ...type, expect: '100-continue', ...length(1) }, 0))[0], 401)
  const going = httpRequest({
    host: url.hostname, port: url.port, path: '/v1/events', method: 'POST', headers: { ...asking, 'content-length': '2' }
  })
  going.flushHeaders()
  await once(going, 'continue')
  going.end('[]')
  const [response] = await once(going, 'response')
  t.ok(response.statusCode < 500 && response.statusCode !== 413)
  response.resume()
})
