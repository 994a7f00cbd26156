import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { testApp } from '../support/app.ts'

t.test('large answers are compressed where the client takes it, and mean the same', async (t) => {
  const { app } = await testApp(t)
  const read = async (url: string, headers: Record<string, string> = {}) => await app.inject({ url, headers })
  const urls = ['/v1/services?limit=500', '/v1/services?limit=500&format=csv', '/openapi.yaml', '/v1/authorities/solihull']
  for (const url of urls) {
    const plain = await read(url)
    t.equal(plain.headers['content-encoding'], undefined, url)
    t.match(plain.headers.vary, /Accept-Encoding/, 'a cache keeps them apart')
    for (const [accepted, encoding, unpack] of [
      ['gzip', 'gzip', gunzipSync], ['br;q=0.5, gzip;q=0.9', 'gzip', gunzipSync],
      ['gzip, deflate, br', 'br', brotliDecompressSync]
    ] as const) {
      const { headers, rawPayload } = await read(url, { 'accept-encoding': accepted })
      t.equal(headers['content-encoding'], encoding, accepted)
      t.equal(unpack(rawPayload).toString(), plain.body)
      t.equal(Number(headers['content-length']), rawPayload.length)
      t.ok(rawPayload.length < plain.rawPayload.length / 2)
    }
  }
  for (const accepted of ['identity', 'zstd', '*;q=0', 'gzip;q=0, br;q=0', 'gzip;q=0.2, identity']) {
    const { headers } = await read('/v1/services', { 'accept-encoding': accepted })
    t.equal(headers['content-encoding'], undefined, accepted)
  }
  const small = await read('/v1/channels/web', { 'accept-encoding': 'gzip' })
  t.equal(small.headers['content-encoding'], undefined, 'a small one is not')
})

t.test('the ETag of a compressed answer is another one, and answers If-None-Match', async (t) => {
  const { app } = await testApp(t)
  const url = '/v1/authorities/solihull'
  const plain = await app.inject(url)
  const packed = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
  t.equal(packed.headers.etag, `W/${String(plain.headers.etag)}`)
  for (const etag of [plain.headers.etag, packed.headers.etag]) {
    const again = await app.inject({ url, headers: { 'accept-encoding': 'gzip', 'if-none-match': String(etag) } })
    t.equal(again.statusCode, 304)
    t.equal(again.headers['content-encoding'], undefined)
  }
})
