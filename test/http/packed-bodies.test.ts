import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, observation } from '../support/builders.ts'

const MIB = 1024 * 1024

t.test('a body may come as gzip, whatever is in it', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const send = async (payload: Buffer, more: Record<string, string> = {}, path = 'events') => {
    const headers = { ...source, 'content-type': 'application/json', 'content-encoding': 'gzip', ...more }
    const answer = await app.inject({ method: 'POST', url: `/v1/${path}`, headers, payload })
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
  }
  const json = (rows: object): string => JSON.stringify(rows)
  t.match((await send(gzipSync(json([event('a'), event('b')])))).body, { stored: 2 })
  const ndjson = { 'content-type': 'application/x-ndjson', 'content-encoding': ' X-GZIP ' }
  t.match((await send(gzipSync(`${json(event('a'))}\n${json(event('c'))}\n`), ndjson)).body, { stored: 1, duplicates: 1 })
  const members = Buffer.concat([gzipSync(`[${json(event('d'))},`), gzipSync(`${json(event('e'))}]`)])
  t.match((await send(members)).body, { stored: 2 }, 'of several members')
  t.match((await send(gzipSync(json([observation()])), {}, 'observations')).body, { stored: 1 })
  const cloud = { specversion: '1.0', id: 'f', source: '/x', type: 'y', time: '2014-05-27T08:31:00+01:00', data: { authority: 'solihull', service: 'report-missed-bin' } }
  t.match((await send(gzipSync(json(cloud)), { 'content-type': 'application/cloudevents+json' })).body, { stored: 1 })
  const figures = await app.inject({
    method: 'PUT',
    url: '/v1/observations/solihull/report-missed-bin/collections_made',
    headers: { ...source, 'content-type': 'application/json', 'content-encoding': 'gzip' },
    payload: gzipSync(json({ period: 'week', start_on: '2014-06-02', figures: [{ value: 1 }] }))
  })
  t.match(figures.json(), { stored: 1 })

  t.test('a key belongs to what was packed, not to how', async (t) => {
    const key = { 'idempotency-key': 'packed' }
    const first = (await send(gzipSync(json(event('k'))), key)).body
    t.match(first, { stored: 1 })
    t.same((await send(gzipSync(json(event('k')), { level: 0 }), key)).body, first)
    t.same((await send(Buffer.from(json(event('k'))), { ...key, 'content-encoding': 'identity' })).body, first)
    t.match((await send(gzipSync(json(event('l'))), key)).body, { code: 'idempotency-key-reused' })
  })

  t.test('what is not whole gzip is refused in words', async (t) => {
    const packed = gzipSync(json(event('x')))
    for (const [what, body, told] of [
      ['cut off', packed.subarray(0, -9), /cut off/],
      ['plain', Buffer.from(json(event('x'))), /not valid gzip/],
      ['zlib', deflateSync(json(event('x'))), /not valid gzip/],
      ['rubbish after it', Buffer.concat([packed, Buffer.from('x')]), /gzip/],
      ['a wrong sum', Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]), /not valid gzip/]
    ] as const) t.match(await send(body), { status: 400, body: { code: 'invalid-request', detail: told } }, what)
    t.match(await send(Buffer.alloc(0)), { status: 400, body: { code: 'empty-body' } })
    t.match(await send(gzipSync('')), { status: 400, body: { code: 'empty-body' } })
    for (const coding of ['br', 'deflate', 'gzip, gzip', 'zstd', '<x>']) {
      t.match(await send(brotliCompressSync('[]'), { 'content-encoding': coding }), {
        status: 415, headers: { 'accept-encoding': 'gzip' }, body: { code: 'unsupported-media-type', detail: /gzip/ }
      }, coding)
    }
    t.equal((await app.inject({ url: '/v1/events/x', headers: source })).statusCode, 404)
  })

  t.test('what is too large is refused, packed or unpacked', async (t) => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB, ' '))
    t.match(await send(bomb), { status: 413, body: { code: 'body-too-large', detail: /8388608 bytes unpacked/ } })
    const bombs = Buffer.concat(Array.from({ length: 20 }, () => gzipSync(Buffer.alloc(MIB, ' '))))
    t.match(await send(bombs), { status: 413 }, 'in members, each of which is small')
    t.match(await send(Buffer.alloc(8 * MIB + 1)), { status: 413, body: { detail: /8388608 bytes/ } })
    const most = `[${json(event('most'))}${' '.repeat(8 * MIB - 2 - json(event('most')).length)}]`
    t.match((await send(gzipSync(most))).body, { stored: 1 }, 'as much as may be')
    t.equal(app.admission.bytes, 0)
    const { token } = (await app.inject({
      method: 'PUT', url: '/v1/sources/solihull/other', payload: {}, headers: source
    })).json()
    t.equal(token, undefined, 'settings: who may not is told so first')
  })
})
