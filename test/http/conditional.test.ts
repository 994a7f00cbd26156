import t from 'tap'
import { testApp } from '../support/app.ts'
import { call, event, get, operator, put, send, seriesUrl, testSource, type Headers } from '../support/builders.ts'
import { oddWorld, readCsv, TABLES } from '../support/tables.ts'

t.test('HEAD answers with the headers of GET, content-length included; both again with 304', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  const own = ['date', 'x-request-id', 'ratelimit', 'ratelimit-policy'] // what is cached costs less
  const headersOf = (headers: object) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)))
  const gets = app.permissions.filter(({ method }) => method === 'GET').map(({ url }) => url)
  const heads = new Set(app.permissions.filter(({ method }) => method === 'HEAD').map(({ url }) => url))
  t.same(gets.filter((url) => !heads.has(url)), [], 'HEAD wherever GET is')
  for (const url of [
    ...TABLES, '/v1/channels/web', '/v1/kpis/digital-take-up', '/v1/channels-metadata.json', '/v1/errors/not-found',
    '/v1/sources', '/v1/webhooks', `${TABLES[0] ?? ''}&format=csv`, `${TABLES[0] ?? ''}&format=json-stat`, '/v1/areas?format=csv'
  ]) {
    const seen = await app.inject({ url, headers: operator })
    const head = await app.inject({ method: 'HEAD', url, headers: operator })
    t.equal(seen.statusCode, 200, url)
    t.equal(head.body, '')
    t.same(headersOf(head.headers), headersOf(seen.headers), url)
    t.equal(Number(head.headers['content-length']), seen.rawPayload.length)
    t.match(seen.headers, { etag: /^"[\w-]+"$/, 'cache-control': 'private, no-cache' })
    for (const method of ['GET', 'HEAD'] as const) {
      const again = await app.inject({ method, url, headers: { ...operator, 'if-none-match': String(seen.headers.etag) } })
      t.match(again, { statusCode: 304, body: '', headers: { etag: seen.headers.etag } }, url)
      t.notOk(again.headers['content-length'], 'the answer is not empty: it is not sent')
    }
  }
})

t.test('Last-Modified: when an answer was first seen, not within that second; If-None-Match goes first', async (t) => {
  const { app, clock } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, [event('1')])
  const ask = async (url: string, headers: Headers = {}) => await call(app, 'GET', url, headers)
  for (const [url, change] of [
    [seriesUrl({ period: 'month' }), async () => { await send(app, 'events', source, [event('2')]) }],
    ['/v1/channels', async () => { await put(app, '/v1/channels/web', { label: 'Web site', digital_class: 'digital' }) }]
  ] as const) {
    const began = clock.now
    t.equal((await ask(url)).headers['last-modified'], undefined, 'it may change again in this second')
    clock.now += 1000
    const { headers } = await ask(url)
    const modified = String(headers['last-modified'])
    t.equal(Date.parse(modified), began)
    t.match(headers, { 'cache-control': 'no-cache' })
    clock.now += 60_000
    t.match(await ask(url, { 'if-modified-since': modified }), { status: 304, body: '' })
    t.equal((await ask(url, { 'if-modified-since': new Date(began - 1000).toUTCString() })).status, 200)
    t.equal((await ask(url, { 'if-modified-since': 'yesterday' })).status, 200)
    t.equal((await ask(url, { 'if-modified-since': modified, 'if-none-match': '"other"' })).status, 200, 'If-None-Match goes first')
    t.equal((await ask(url, operator)).headers['last-modified'], undefined, 'nothing is remembered of those with a token')
    await change()
    t.equal((await ask(url, { 'if-modified-since': modified })).status, 200, 'it has changed')
    clock.now += 1000
    t.equal(Date.parse(String((await ask(url)).headers['last-modified'])), clock.now - 1000)
  }
  t.notOk((await ask('/v1/authorities/nowhere')).headers['etag'], 'a refusal is no answer to have')
})

t.test('only the fields that are asked for, as JSON and as CSV', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  for (const url of ['/v1/channels?fields=label&fields=slug', '/v1/channels?fields=slug,%20label']) {
    const { data, licence, links } = await get(app, url)
    t.match(licence, /Open/)
    t.ok(links.self)
    t.same([...new Set(data.map((row: object) => Object.keys(row).sort().join()))], ['label,slug'])
    t.match((await call(app, 'GET', `${url}&format=csv`)).body, /^slug,label\r\n/)
  }
  const regions = await call(app, 'GET', '/v1/authorities?fields=region&format=csv')
  t.equal(readCsv(regions.body).length, (await get(app, '/v1/authorities')).data.length, 'an empty cell alone is a row')
  const feeds = await get(app, '/v1/feeds?fields=source,rows')
  t.same(Object.keys(feeds.data[0]).sort(), ['rows', 'source'])
  const [feed] = readCsv((await call(app, 'GET', '/v1/feeds?fields=source,rows&format=csv')).body)
  t.match(Object.keys(feed ?? {}).slice(0, 2), ['source', 'rows.day.received'])
  for (const url of ['/v1/annotations', '/v1/releases', '/v1/kpis/digital-take-up/versions', '/v1/areas', '/v1/sources', '/v1/audit']) {
    const wrong = await call(app, 'GET', `${url}?fields=colour`, operator)
    t.match(wrong, { status: 400, body: { code: 'invalid-request', detail: /^fields names what rows have not; they have \w+, / } }, url)
  }
  t.equal((await call(app, 'GET', '/v1/rejections?fields=id&format=csv', await testSource(app, 'solihull/other'))).status, 400)
  t.equal((await call(app, 'GET', `${seriesUrl({})}&fields=value`)).status, 400, 'a series is no list')
  const next = (await call(app, 'GET', '/v1/channels?fields=slug&limit=2')).headers['link']
  t.match(next, /fields=slug&limit=2&after=[^>]*>; rel="next"/, 'the next page has them too')
})
