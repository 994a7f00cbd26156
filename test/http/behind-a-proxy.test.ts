import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { addressesIn } from '../support/addresses.ts'
import { OUTSIDE, startBaseProxy } from '../support/base-proxy.ts'
import { call, event, observation, operator, put, release, send } from '../support/builders.ts'
import { receiver } from '../support/receiver.ts'

const BASE = 'https://council.example.gov.uk/performance'
const ORIGIN = new URL(BASE).origin
const OWN = '/v1/authorities/solihull/services/report-missed-bin'

const MAY = 'authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-05-31'

/** Where somebody may begin to read; the rest is found. */
const FIRST = [
  '/', '/status', '/docs/guides', '/docs', '/docs/', '/openapi.json', '/livez', '/data.json', '/data.json?limit=1',
  '/v1/catalogue.ttl?limit=1', '/v1/catalogue.jsonld?limit=1', '/v1/kpis?limit=2', '/v1/channels?limit=1', '/v1/kpis/digital-take-up/versions', OWN,
  '/v1/authorities/solihull', `${OWN}/savings`, '/v1/services/report-missed-bin/savings', '/v1/feeds?limit=1',
  `/v1/series?${MAY}`, `/v1/series.svg?${MAY}`, `/v1/series?${MAY}&format=json-stat`, `/v1/series?${MAY}&format=csv`,
  '/v1/annotations?limit=1', '/v1/releases?limit=1', '/v1/publication-rules', '/v1/export/series?format=csv&period=month',
  '/v1/receipts?source=solihull/bartec&limit=1', '/v1/events?source=solihull/bartec&limit=1',
  '/v1/rejections?source=solihull/bartec&limit=1', '/public/dashboards', '/_status/data-sets'
]

const KINDS = ['application/json', 'text/csv', 'text/turtle', 'application/ld+json', 'text/html', 'image/svg+xml']

type Settings = Parameters<typeof testApp>[2]

/** A service with a little of everything, listening,
  behind a proxy; `ask` has answers to paths of the public address. */
async function behind (
  t: Test, settings: Settings, strips: boolean, headers: Record<string, string> = {}
) {
  const world = await testApp(t, '2014-06-10T12:00:00Z', settings)
  const { app } = world
  const source = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'pay-council-tax'] })
  await send(app, 'events', source, Array.from({ length: 20 }, (_, i) => event(`e${i}`, {
    ward: 'E05001286', channel: i % 2 === 0 ? 'web' : 'telephone-agent', occurred_at: '2014-04-20T09:00:00+01:00'
  })))
  await send(app, 'events', source, [event('m1'), event('m2')])
  await send(app, 'observations', source, [observation()])
  for (const id of ['bad-1', 'bad-2']) {
    await call(app, 'POST', '/v1/events?mode=lenient', source, [event(id, { service: 'no-such-service' })])
  }
  for (const note of ['A strike.', 'It is over.']) {
    await call(app, 'POST', '/v1/annotations', operator, {
      authority: 'solihull', service: 'report-missed-bin', start_on: '2014-05-27', end_on: '2014-05-28', note
    })
  }
  await put(app, '/v1/publication-rules/solihull/report-missed-bin/2014-06-01', {
    audience: 'authority', publish_at: '2014-07-01T09:00:00Z'
  })
  await release(app)
  await app.intake.arrivals.flush()
  const proxy = await startBaseProxy(t, await app.listen({ port: 0, host: '127.0.0.1' }), {
    basePath: '/performance', strips, headers
  })
  return {
    ...world,
    source,
    ask: async (path: string, init: RequestInit = {}) =>
      await fetch(`${proxy}${path}`, { redirect: 'manual', ...init, headers: operator })
  }
}

/** What the catalogue names as the address of the API: everything is below it, and nothing there. */
const ENDPOINT = '/performance/v1'

/** How many addresses of one route, asked in one way, are opened. Thousands of scorecards are written by one line. */
const OF_A_SHAPE = 2

/** Looks at every address in every answer, opens those of every shape, and says what is wrong with which. */
async function crawl (t: Test, app: App, ask: (path: string) => Promise<Response>): Promise<void> {
  const [wrong, kinds, shapes] = [new Map<string, string>(), new Map<string, number>(), new Map<string, number>()]
  const known = new Set<string>()
  const waiting = FIRST.map((path) => ({ path: `/performance${path}`, from: 'the start' }))
  const isNew = (path: string): boolean => {
    const [route = '', query] = path.slice('/performance'.length).split('?')
    const at = app.routePatterns.findIndex(({ method, test }) => method === 'GET' && test(route))
    const shape = `${at < 0 ? route : at} ${[...new URLSearchParams(query).keys()].sort().join(' ')}`
    shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
    return (shapes.get(shape) ?? 0) <= OF_A_SHAPE
  }
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, from } = next
    const answer = await ask(path)
    const type = answer.headers.get('content-type') ?? ''
    const body = await answer.text()
    if (answer.headers.has(OUTSIDE)) wrong.set(path, `is not below the base; from ${from}`)
    else if (answer.status === 404 || answer.status >= 420) wrong.set(path, `${answer.status}; from ${from}`)
    for (const found of addressesIn({ type, headers: answer.headers, body })) {
      const address = new URL(found, `${ORIGIN}${path}`)
      if (address.hostname === '127.0.0.1') wrong.set(found, `names this machine; from ${path}`)
      if (address.origin !== ORIGIN) continue
      const [kind = ''] = type.split(';')
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      const one = `${address.pathname}${address.search}`
      if (known.has(one)) continue
      known.add(one)
      if (!/^\/performance(?:[/?]|$)/.test(one)) wrong.set(one, `is not below the base; from ${path}`)
      else if (one !== ENDPOINT && isNew(one)) waiting.push({ path: one, from: path })
    }
  }
  t.strictSame(Object.fromEntries(wrong), {})
  t.comment(`${known.size} addresses, of ${shapes.size} shapes`)
  for (const kind of KINDS) t.ok((kinds.get(kind) ?? 0) > 0, `some in ${kind}`)
}

t.test('a proxy that passes the base on, and PUBLIC_URL', async (t) => {
  const { app, ask, source } = await behind(t, {
    basePath: '/performance', publicUrl: BASE, keepAliveSeconds: 620, webhooks: { networks: ['127.0.0.0/8'] }
  }, false)

  await t.test('every address in every answer leads back', async (t) => await crawl(t, app, ask))

  await t.test('errors name the base', async (t) => {
    const problem = await (await ask('/performance/v1/kpis/none')).json() as { type: string, code: string }
    t.equal(problem.type, '/performance/v1/errors/unknown-kpi')
    t.equal((await ask(problem.type)).status, 200)
    const unread = await (await ask('/performance/v1/kpis/%E0%A4%A')).json() as { type: string }
    t.equal(unread.type, '/performance/v1/errors/invalid-request', 'of an address that the router cannot read too')
    t.equal((await ask('/performance/none')).status, 404)
  })

  await t.test('the contract names the public address', async (t) => {
    const json = await (await ask('/performance/openapi.json')).json() as { servers: unknown }
    t.match(json.servers, [{ url: BASE }])
    const yaml = await (await ask('/performance/openapi.yaml')).text()
    t.equal(/^servers:\n +- url: (\S+)$/m.exec(yaml)?.[1], BASE)
  })

  await t.test('the base alone is taken off, and need not be there', async (t) => {
    t.equal((await app.inject('/performancev1/channels')).statusCode, 404, 'a longer name is not the base')
    t.equal((await app.inject('/v1/channels')).statusCode, 200, 'as probes ask')
    t.equal((await app.inject('/performance/v1/channels/')).statusCode, 200)
  })

  await t.test('messages to webhooks name the base', async (t) => {
    const { url, got } = await receiver(t)
    await put(app, '/v1/webhooks/alerts', { url, events: ['release.made'] })
    await send(app, 'events', source, Array.from({ length: 20 }, (_, i) =>
      event(`w${i}`, { service: 'pay-council-tax', ward: 'E05001286', occurred_at: '2014-04-20T09:00:00+01:00' })))
    await release(app)
    await app.webhooks.deliveries.flush()
    t.match(got[0]?.body, { data: { links: { releases: /^\/performance\/v1\/releases\?/ } } })
  })

  await t.test('a connection is kept for as long as KEEP_ALIVE_TIMEOUT says', async (t) => {
    t.equal((await ask('/performance/livez')).headers.get('x-keep-alive'), 'timeout=620')
  })
})

t.test('a proxy that takes the base off, and says where it was reached', async (t) => {
  const { app, ask } = await behind(t, { basePath: '/performance', trustProxy: 1 }, true, {
    'x-forwarded-proto': 'https', 'x-forwarded-host': 'council.example.gov.uk'
  })

  await t.test('every address in every answer leads back', async (t) => await crawl(t, app, ask))

  await t.test('what one host was told is not told to another', async (t) => {
    const asked = async (host: string, etag?: string) => await app.inject({
      url: '/performance/data.json', headers: { host, ...(etag !== undefined && { 'if-none-match': etag }) }
    })
    const first = await asked('one.example')
    const etag = String(first.headers.etag)
    t.match(first.body, 'http://one.example/performance/v1/')
    t.equal((await asked('one.example', etag)).statusCode, 304)
    const second = await asked('two.example', etag)
    t.equal(second.statusCode, 200, 'its tag is another')
    t.match(second.body, 'http://two.example/performance/v1/')
    t.notMatch(second.body, 'one.example')
  })
})
