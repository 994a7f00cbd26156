import { gzipSync } from 'node:zlib'
import t from 'tap'
import { testApp } from '../support/app.ts'
import { bearer, operator } from '../support/builders.ts'
import { configure } from '../support/case.ts'

const SETTINGS = {
  data_group: 'council', data_type: 'volumes', bearer_token: 'secret-of-council', max_age_expected: null
}
const headers = { authorization: 'Bearer secret-of-council', 'content-type': 'application/json' }

t.test('points of the front end contract beyond the recorded cases', async (t) => {
  const { app, database } = await testApp(t, '2026-11-04T12:00:00Z')
  await configure(app, [SETTINGS, { ...SETTINGS, data_type: 'raw', raw_queries_allowed: true }])
  const post = async (payload: unknown, type = 'volumes') =>
    await app.inject({ method: 'POST', url: `/data/council/${type}`, headers, payload: JSON.stringify(payload) })
  const records = [
    { _id: 'a', _timestamp: '2026-10-19T00:00:00Z', channel: 'Phone', count: 3 },
    { _id: 'b', _timestamp: '2026-10-26T00:00:00Z', channel: 'Digital', count: 5 },
    { _id: 'c', _timestamp: '2026-10-26T00:00:00Z', channel: '=1+1', count: -2, code: '0164A' }
  ]
  for (const type of ['volumes', 'raw']) t.equal((await post(records, type)).statusCode, 200)
  const get = async (query: string, type = 'volumes') => await app.inject(`/data/council/${type}?${query}`)

  t.test("a date picker's end_at, the last second of a Sunday", async (t) => {
    const answer =
      await get('period=week&group_by=channel&collect=count:sum&start_at=2026-08-31T00:00:00Z&end_at=2026-11-01T23:59:59Z')
    t.equal(answer.statusCode, 200)
    t.equal(answer.json().data[0].values.at(-1)._end_at, '2026-11-02T00:00:00+00:00')
    t.equal(
      (await get('period=week&start_at=2026-10-26T00:00:00Z&end_at=2026-11-01T23:59:59Z')).statusCode,
      200,
      'a single week'
    )
    t.equal((await get('period=month&start_at=2026-08-01T00:00:00Z&end_at=2026-10-31T23:59:59Z')).statusCode, 200)
    t.equal(
      (await get('period=week&start_at=2026-08-31T00:00:00Z&end_at=2026-10-31T23:59:59Z')).statusCode, 400, 'a Saturday'
    )
  })

  t.test('the browser asks first, and may then read whatever the answer is', async (t) => {
    const asked = await app.inject({
      method: 'OPTIONS',
      url: '/data/council/volumes?period=week',
      headers: { origin: 'https://x.test', 'access-control-request-headers': 'govuk-request-id, request-id' }
    })
    t.match([asked.statusCode, asked.headers], [200, {
      'access-control-allow-origin': '*', 'access-control-max-age': '86400'
    }])
    for (const name of ['cache-control', 'govuk-request-id', 'request-id']) {
      t.match(asked.headers['access-control-allow-headers'], name)
    }
    for (
      const url of [
        '/data/council/volumes?bad=1',
        '/data/no/such',
        '/no_such',
        '/data/council/volumes?group_by=channel',
        '/data/x',
        '/_status'
      ]
    ) {
      t.equal((await app.inject(url)).headers['access-control-allow-origin'], '*', url)
    }
  })

  t.test('tables of groups have their rows in the order asked for, oldest first within a group', async (t) => {
    const { data } =
      (await get('flatten=true&period=week&duration=2&group_by=channel&collect=count:sum&sort_by=channel:descending'))
        .json()
    t.same(data.map((row: any) => [row._start_at.slice(5, 10), row.channel, row['count:sum']]), [
      ['10-19', 'Phone', 3],
      ['10-19', 'Digital', null],
      ['10-19', '=1+1', null],
      ['10-26', 'Phone', null],
      ['10-26', 'Digital', 5],
      ['10-26', '=1+1', -2]
    ])
  })

  t.test('a limit on flattened periods is on groups, and takes no value away', async (t) => {
    const { data } =
      (await get('flatten=true&period=week&duration=2&group_by=channel&collect=count:sum&sort_by=_count:descending&limit=1'))
        .json()
    t.equal(data.length, 2)
    t.equal(data[1]['count:sum'], -2)
  })

  t.test('CSV: no formulas, numbers as they are', async (t) => {
    const csv = await get('format=csv&sort_by=_id:descending&limit=1', 'raw')
    t.match(csv.headers['content-type'], 'text/csv')
    t.match(csv.body, /,'=1\+1,/)
    t.match(csv.body, /,-2\r\n/)
    t.match(csv.body, /,0164A,/)
  })

  t.test('what a batch got wrong is told row by row, and nothing of it is stored', async (t) => {
    const answer = await post([records[0], { _id: 'x y', _timestamp: 'nonsense' }, 5])
    t.equal(answer.statusCode, 400)
    t.ok(answer.json().messages.every((message: string) => /^Row [12]: /.test(message)))
    t.equal((await get('group_by=channel')).json().data.length, 3)
  })

  t.test('unknown ids, and changes that a POST would not accept', async (t) => {
    const send = async (method: 'PATCH' | 'DELETE', id: string, payload?: unknown) =>
      await app.inject({
        method,
        url: `/data/council/raw/${id}`,
        headers,
        ...(payload === undefined ? {} : { payload: JSON.stringify(payload) })
      })
    t.match((await send('DELETE', 'zzz')).json(), { status: 'error', message: 'No record found with id zzz' })
    t.equal((await send('PATCH', 'zzz', { count: 1 })).statusCode, 400)
    for (const change of [[], { _foo: 1 }, { 'x-y': 1 }, { count: [] }, { _id: 'other' }, { _timestamp: 'x' }]) {
      t.equal((await send('PATCH', 'a', change)).statusCode, 400)
    }
    t.equal((await send('PATCH', 'a', { count: 4, _timestamp: '2026-10-20T00:00:00.5Z' })).statusCode, 200)
    const [changed] = (await get('filter_by=_id:a', 'raw')).json().data
    t.match(changed, { _id: 'a', channel: 'Phone', count: 4, _timestamp: '2026-10-20T00:00:00.500000+00:00' })
  })

  t.test('bodies: gzip that is none, other encodings, no content type', async (t) => {
    const send = async (payload: Buffer | string, extra: Record<string, string>) =>
      (await app.inject({ method: 'POST', url: '/data/council/raw', headers: { ...headers, ...extra }, payload }))
        .statusCode
    t.equal(await send('nonsense', { 'content-encoding': 'gzip' }), 400)
    t.equal(await send(gzipSync('[]'), { 'content-encoding': 'br' }), 400)
    t.equal(await send('[]', { 'content-type': 'x' }), 400)
    t.equal(await send('null', {}), 400)
    t.equal(await send(gzipSync(' '.repeat(11_000_000)), { 'content-encoding': 'gzip' }), 413)
  })

  t.test('an old address answers with an ETag that changes when the data do', async (t) => {
    for (const query of ['', '?group_by=channel']) {
      const first = await app.inject(`/council_raw${query}`)
      const again = async () =>
        await app.inject({ url: `/council_raw${query}`, headers: { 'if-none-match': String(first.headers.etag) } })
      t.equal((await again()).statusCode, 304)
      await post({ channel: 'Phone', _timestamp: '2026-10-19T00:00:00Z' }, 'raw')
      t.equal((await again()).statusCode, 200)
    }
    t.equal((await app.inject('/docs')).statusCode, 200, 'no other address is hidden')
  })

  t.test("tokens: only hashes are stored, and one data set's token is no other's", async (t) => {
    const { rows } = await database.pool.query('SELECT * FROM token')
    t.notMatch(JSON.stringify(rows), 'secret-of-council')
    const url = '/v1/data-sets/council/other'
    const put = await app.inject({
      method: 'PUT', url, headers: operator, payload: { schema: { type: 'object', required: ['channel'] } }
    })
    t.equal(put.statusCode, 201)
    const { token } = (await app.inject({ method: 'POST', url: `${url}/tokens`, headers: operator })).json()
    const send = async (secret: string) =>
      (await app.inject({
        method: 'POST',
        url: '/data/council/other',
        headers: { ...headers, ...bearer(secret) },
        payload: '[]'
      })).statusCode
    t.same([await send(token), await send('secret-of-council')], [200, 401])
    t.equal((await app.inject({ url, headers })).statusCode, 401)
    t.equal(
      (await app.inject({ method: 'PUT', url, headers: operator, payload: { schema: { type: 'no-type' } } }))
        .statusCode,
      400
    )
    t.equal(
      (await app.inject({ method: 'PUT', url, headers: operator, payload: { name: 'council_raw' } })).statusCode, 409
    )
    t.equal((await app.inject({ method: 'DELETE', url, headers: operator })).statusCode, 204)
    t.equal((await app.inject('/data/council/other')).statusCode, 404)
    const { rows: audit } = await database.pool.query("SELECT action FROM audit WHERE subject = 'council/other' ORDER BY id")
    t.same(audit.map(({ action }: { action: string }) => action), ['put-data-set', 'issue-token', 'delete-data-set'])
  })
})
