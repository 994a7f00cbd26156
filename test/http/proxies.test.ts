import type { AddressInfo } from 'node:net'
import t from 'tap'
import { addressesIn } from '../support/addresses.ts'
import { testApp, testSource } from '../support/app.ts'
import { event, send } from '../support/builders.ts'
import { logLines } from '../support/log-lines.ts'
import { CADDY, HOST, NGINX, startProxyProgram } from '../support/proxies.ts'

const PUBLIC = `https://${HOST}/performance`

for (const proxy of [NGINX, CADDY]) {
  t.test(`${proxy.name}, with the configuration that ships`, {
    skip: proxy.program === undefined && `${proxy.name} is not installed`
  }, async (t) => {
    const log = logLines()
    const { app } = await testApp(t, '2014-06-10T12:00:00Z', {
      basePath: '/performance', trustProxy: ['127.0.0.1', '::1'], logger: log.logger
    })
    const source = await testSource(app)
    await send(app, 'events', source, [event('1')])
    await app.intake.arrivals.flush()
    let connections = 0
    app.server.on('connection', () => { connections++ })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const ask = await startProxyProgram(t, proxy, (app.server.address() as AddressInfo).port)

    await t.test('a client is the address that it came from, whatever it says of itself', async (t) => {
      const { status } = await ask({
        path: '/performance/v1/channels', from: '127.0.0.5', headers: { 'x-forwarded-for': '203.0.113.9' }
      })
      t.equal(status, 200)
      t.equal(log.requests().findLast(({ url }) => url === '/v1/channels').client, '127.0.0.5')
    })

    await t.test('TLS ends at the proxy: addresses begin with https and its name', async (t) => {
      const { body } = await ask({ path: '/performance/data.json', headers: { 'x-forwarded-host': 'evil.example' } })
      t.match(body, `${PUBLIC}/v1/authorities/solihull/services/report-missed-bin`)
      t.notMatch(body, /evil|127\.0\.0\.1|http:\/\/council/)
    })

    await t.test('the reference loads, and Try it out sends where the proxy passes it on', async (t) => {
      const page = await ask({ path: '/performance/docs' })
      t.equal(page.status, 200)
      const headers = new Headers()
      const parts = addressesIn({ type: String(page.headers['content-type']), headers, body: page.body })
        .map((address) => new URL(address, `${PUBLIC}/docs`)).filter(({ host }) => host === HOST)
      t.ok(parts.length > 0)
      for (const { pathname } of parts) {
        t.ok(pathname.startsWith('/performance/') && (await ask({ path: pathname })).body !== '', pathname)
      }
      const contract = await ask({ path: '/performance/openapi.json' })
      const { servers: [{ url }] } = JSON.parse(contract.body) as { servers: [{ url: string }] }
      const server = new URL(url, `${PUBLIC}/openapi.json`)
      t.equal((await ask({ path: `${server.pathname}/v1/channels?limit=1` })).status, 200)
    })

    await t.test('links lead back, and the base alone leads to its first page', async (t) => {
      const { body } = await ask({ path: '/performance/v1/channels?limit=1' })
      const { links: { next } } = JSON.parse(body) as { links: { next: string } }
      t.equal((await ask({ path: next })).status, 200)
      t.match(await ask({ path: '/performance' }), { status: 308, headers: { location: /\/performance\/$/ } })
    })

    await t.test('a large body goes through; one that is too large is refused by the service', async (t) => {
      const rows = (bytes: number): string => `[${JSON.stringify(event('2'))}${' '.repeat(bytes)}]`
      const post = { path: '/performance/v1/events', method: 'POST' }
      const headers = { ...source, 'content-type': 'application/json' }
      t.match(await ask({ ...post, headers, body: rows(3 * 2 ** 20) }), { status: 200, body: '"stored":1' })
      const refused = await ask({ ...post, headers, body: rows(9 * 2 ** 20) })
      t.match(refused, { status: 413, body: /"type":"\/performance\/v1\/errors\/body-too-large"/ })
    })

    await t.test('connections to the service are kept', async (t) => {
      await ask({ path: '/performance/livez' })
      const before = connections
      for (let i = 0; i < 10; i++) await ask({ path: '/performance/livez' })
      t.equal(connections, before)
    })
  })
}
