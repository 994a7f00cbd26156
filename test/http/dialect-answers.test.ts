import t from 'tap'
import { testApp } from '../support/app.ts'
import { bearer, call, event, get, operator, put, send, testSource } from '../support/builders.ts'

const TYPED = { type: 'object', properties: {} }

t.test('the formats of a schema are checked as the original did', async (t) => {
  const { app } = await testApp(t)
  const formats: Record<string, { fits: string[], not: string[] }> = {
    ipv4: { fits: ['10.0.0.255', '1.2.3.4'], not: ['10.0.0.256', '10.0.0', 'ten', '1.2.3.4.5', ''] },
    uri: {
      fits: ['https://www.solihull.gov.uk/bins?x=1#top', 'urn:isbn:0451450523', 'http://[::1]:3000/', 'mailto:x'],
      not: ['no uri', '/bins', 'www.solihull.gov.uk', 'http://a b', 'https://x/%zz', 'https://x/<>', '']
    },
    'date-time': {
      fits: ['2014-05-26T00:00:00Z', '2014-05-26T00:00+01:00'], not: ['yesterday', '2014-13-01T00:00:00Z']
    },
    email: { fits: [], not: ['nobody', ''] }, // one that fits is personal data, and refused as that
    ipv6: { fits: ['::1'], not: ['1.2.3.4', 'x'] },
    hostname: { fits: ['www.solihull.gov.uk'], not: ['-x', 'a b', `${'a'.repeat(64)}.uk`] },
    date: { fits: ['2014-05-26'], not: ['2014-02-30', '26/05/2014'] },
    time: { fits: ['10:59:01'], not: ['25:00:00', '10:59'] },
    'no-format': { fits: ['whatever'], not: [] }
  }
  for (const [format, { fits, not }] of Object.entries(formats)) {
    const path = `council/${format}`
    const schema = { ...TYPED, properties: { value: { type: ['string', 'number', 'null'], format } } }
    await put(app, `/v1/data-sets/${path}`, { schema })
    const { token } = (await call(app, 'POST', `/v1/data-sets/${path}/tokens`, operator)).body
    const post = async (value: unknown) => await call(app, 'POST', `/data/${path}`, {
      ...bearer(token), 'content-type': 'application/json'
    }, JSON.stringify([{ _timestamp: '2014-05-26T00:00:00Z', value }]))
    for (const value of [...fits, 5, null]) {
      t.same((await post(value)).body, { status: 'ok' }, `${format}: ${String(value)}`)
    }
    for (const value of not) {
      const { status, body } = await post(value)
      t.equal(status, 400, `${format}: ${value}`)
      t.match(body.messages, [new RegExp(`^Row 0: value must match format "${format}"$`)])
    }
  }
})

t.test('bodies that are none of the dialect’s JSON', async (t) => {
  const { app } = await testApp(t)
  await put(app, '/v1/data-sets/council/x', {})
  const { token } = (await call(app, 'POST', '/v1/data-sets/council/x/tokens', operator)).body
  const answer = async (method: 'POST' | 'PUT' | 'PATCH', payload: string, type = 'application/json') => {
    const url = `/data/council/x${method === 'PATCH' ? '/a' : ''}`
    const { status, headers, body } =
      await call(app, method, url, { ...bearer(token), 'content-type': type }, payload)
    t.equal(status, 400, `${method} ${payload}`)
    t.match(headers, { 'content-type': /^application\/json/ })
    return Object.keys(body).sort()
  }
  const [one, list] = [['message', 'status'], ['messages']]
  await call(app, 'POST', '/data/council/x', { ...bearer(token), 'content-type': 'application/json' }, '{"_id": "a"}')
  t.same(await answer('POST', '[]', 'text/plain'), list)
  t.same(await answer('POST', '{broken', 'text/plain'), list, 'it is not read')
  t.same(await answer('POST', 'a=b', 'application/x-www-form-urlencoded'), list)
  t.same(await answer('PATCH', '{}', 'text/plain'), list)
  t.same(await answer('POST', 'null'), list)
  t.same(await answer('PATCH', 'null'), list)
  t.same(await answer('PATCH', '[]'), list)
  t.same(await answer('POST', '5'), list)
  t.same(await answer('POST', '"text"'), list)
  t.same(await answer('POST', '[[]]'), list)
  // As was recorded of the original.
  t.same(await answer('POST', '{broken'), one)
  t.same(await answer('PUT', '[]', 'text/plain'), one)
  t.same(await answer('PUT', '{}'), one)
})

t.test('/_status/data-sets knows what is late of typed data too', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T12:00:00Z')
  const status = async () => await get(app, '/_status/data-sets')
  t.match(await status(), { status: 'ok', data_sets: null })
  t.ok('data_sets' in await status())
  const headers = await testSource(app)
  const days = Array.from({ length: 10 }, (_, i) => String(i + 1).padStart(2, '0'))
  for (const day of days) {
    clock.now = Date.parse(`2014-06-${day}T12:00:00Z`)
    await send(app, 'events', headers, event(`d${day}`, { occurred_at: `2014-06-${day}T10:00:00Z` }))
  }
  await put(app, '/v1/sources/solihull/bartec/rhythms/report-missed-bin', { rhythm: 'day', allowed_days: 2 })
  t.match(await status(), { status: 'ok', data_sets: null })
  clock.now = Date.parse('2014-06-20T12:00:00Z')
  const [feed] = (await get(app, '/v1/feeds?late=true')).data
  t.match(feed, { newest_day: '2014-06-10', allowed_days: 2, days_late: 8 })
  const late = await status()
  t.match(late, { status: 'not okay', message: '1 data set is out of date' })
  t.same(late.data_sets, [{
    name: 'solihull/report-missed-bin/solihull/bartec',
    'last-updated': '2014-06-10T00:00:00+00:00',
    'max-age-expected': 2 * 86_400,
    'seconds-out-of-date': 8 * 86_400 + 12 * 3600
  }])
})

t.test('a method that is not allowed is told in the dialect within its wing, and as a problem elsewhere', async (t) => {
  const { app } = await testApp(t)
  const answer = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string) => {
    const { status, headers, body } = await call(app, method, url, {}, method === 'GET' ? undefined : '{"x":')
    const dialect = body.status === 'error' && headers['access-control-allow-origin'] === '*'
    const problem = String(headers['content-type']).startsWith('application/problem+json')
    return `${status} ${dialect ? 'dialect' : problem ? 'problem' : JSON.stringify(body)}`
  }
  for (
    const [method, url] of [
      ['DELETE', '/data/council/x'],
      ['PATCH', '/data/council/x'],
      ['GET', '/data/council/x/an-id'],
      ['POST', '/data/council/x/an-id'],
      ['PUT', '/data/council/x/an-id'],
      ['GET', '/data/council/x/transform'],
      ['GET', '/data-sets/council_x'],
      ['POST', '/data-sets/council_x'],
      ['POST', '/public/dashboards'],
      ['DELETE', '/public/dashboards'],
      ['PUT', '/_status'],
      ['POST', '/_status/data-sets'],
      ['PUT', '/council_x']
    ] as const
  ) t.equal(await answer(method, url), '405 dialect', `${method} ${url}`)
  for (
    const [method, url] of [
      ['GET', '/data/council'],
      ['POST', '/data/council'],
      ['DELETE', '/data/council/x/y/z'],
      ['GET', '/_status/none'],
      ['POST', '/_status/none'],
      ['GET', '/public/dashboards/solihull']
    ] as const
  ) t.equal(await answer(method, url), '404 dialect', `${method} ${url}`)
  t.equal(await answer('DELETE', '/v1/series'), '405 problem')
  t.equal(await answer('DELETE', '/livez'), '405 problem')
  t.equal(await answer('GET', '/v1/none'), '404 problem')
})
