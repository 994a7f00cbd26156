import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, bearer, operator } from '../support/builders.ts'

t.test('personal data is refused with its field named and its value repeated nowhere', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const event = {
    id: 'SMBC-2014-000123',
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: '2014-05-27T08:31:00+01:00',
    attributes: { reason: 'not-presented' }
  }
  for (
    const [pointer, value, more] of [
      ['/id', 'jo@example.com', { id: 'jo@example.com' }],
      ['/id', '+447700900123', { id: 'tel:+447700900123' }],
      ['/channel', '0121 704 6000', { channel: '0121 704 6000' }],
      ['/ward', 'B91 3QB', { ward: 'B91 3QB' }],
      ['/attributes/note', 'JG103759A', { attributes: { note: 'JG103759A' } }],
      ['/note', 'jo@example.com', { note: 'jo@example.com' }],
      ['', 'jo@example.com', { 'jo@example.com': 1 }]
    ] as const
  ) {
    const response = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: { ...event, ...more } })
    t.equal(response.statusCode, 422)
    t.match(response.json().errors, [{ index: 0, pointer, code: 'personal-data' }])
    t.notOk(response.body.includes(value), `${value} in the answer`)
  }
  const name = await app.inject({
    method: 'POST', url: '/v1/events', headers, payload: { ...event, attributes: { reason: 'john-smith' } }
  })
  t.match(name.json().errors, [{ pointer: '/attributes/reason', code: 'unknown-attribute' }])
  t.notMatch(name.body, /john/)
  const lenient = await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { ...headers, prefer: 'handling=lenient' },
    payload: [event, { ...event, id: 'jo@example.com' }]
  })
  t.match(lenient.json(), { stored: 1, rejected: 1, errors: [{ index: 1, code: 'personal-data' }] })
  for (const table of ['event', 'receipt', 'event_history']) {
    const { rows } = await database.pool.query(`SELECT row_to_json(x)::text AS text FROM ${table} x`)
    t.notOk(rows.some(({ text }) => /jo@|example\.com/.test(text)), table)
  }
})

t.test('every write door refuses it', async (t) => {
  const { app, database } = await testApp(t)
  const source = await testSource(app)
  const EMAIL = 'jo.bloggs@example.com'
  const put = async (headers: Record<string, string>, url: string, payload: object) =>
    await app.inject({ method: 'PUT', url, headers, payload })
  t.equal((await put(operator, '/v1/data-sets/bins/week', { raw_queries_allowed: true, auto_ids: [] })).statusCode, 201)
  const { token } = (await app.inject({ method: 'POST', url: '/v1/data-sets/bins/week/tokens', headers: operator }))
    .json()
  const sender = { ...bearer(token), 'content-type': 'application/json' }
  t.equal(
    (await app.inject({ method: 'POST', url: '/data/bins/week', headers: sender, payload: [{ _id: 'a', count: 1 }] }))
      .statusCode,
    200
  )

  const event = {
    id: 'a-1', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00'
  }
  const figure = {
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'collections_made',
    period: 'week',
    start_on: '2014-05-26',
    value: 400_000
  }
  const note = { id: 'strike', authority: 'solihull', start_on: '2014-05-28', note: `ask ${EMAIL}` }
  const administrator = await administratorOf(app, 'solihull')
  const ndjson = { ...source, 'content-type': 'application/x-ndjson' }
  const cloud = { ...source, 'content-type': 'application/cloudevents+json' }
  const page = { slug: 'bins', 'page-type': 'dashboard', published: true, title: 'Bins', modules: [] }
  const doors: Array<
    [
      method: 'POST' | 'PUT' | 'PATCH',
      url: string,
      headers: Record<string, string>,
      body: object | string,
      field: RegExp
    ]
  > = [
    ['POST', '/v1/events', source, { ...event, authority: EMAIL }, /authority/],
    ['POST', '/v1/events', ndjson, `${JSON.stringify(event)}\n${JSON.stringify({ ...event, id: EMAIL })}\n`, /"\/id"/],
    ['POST', '/v1/events', ndjson, `{"id": ${EMAIL}}\n`, /invalid-json/],
    ['POST', '/v1/events', cloud, {
      specversion: '1.0', id: 'c-1', source: 'bins', type: 'x', subject: EMAIL, data: event
    }, /subject/],
    ['POST', '/v1/events', { ...source, 'idempotency-key': EMAIL }, event, /Idempotency-Key/],
    ['POST', '/v1/observations', source, { ...figure, note: 'ring 0121 704 6000' }, /note/],
    ['PUT', '/v1/observations/solihull/report-missed-bin/collections_made', source, {
      period: 'week', start_on: '2014-05-26', figures: [{ value: 1, note: EMAIL }]
    }, /figures\/0\/note/],
    ['PUT', '/v1/annotations', administrator, note, /note/],
    ['PUT', '/v1/annotations', operator, { ...note, note: 'At B91 3QB' }, /note/],
    ['PUT', '/v1/authorities/solihull/areas', operator, [{ code: 'E05099999', name: 'Hill', note: EMAIL }], /note/],
    [
      'PUT',
      '/v1/authorities/solihull/areas',
      { ...operator, 'content-type': 'text/csv' },
      `code,name,note\nE05099999,Hill,${EMAIL}\n`,
      /note/
    ],
    [
      'PUT',
      '/v1/authorities/solihull/areas',
      { ...operator, 'content-type': 'text/csv' },
      `code,name\nE05099999,a"${EMAIL}"b,"\n`,
      /line/
    ],
    [
      'PUT',
      '/v1/sources/solihull/other',
      operator,
      { services: ['report-missed-bin'], channels: { [EMAIL]: 'web' } },
      /channels/
    ],
    ['PUT', '/v1/dashboards/bins', operator, { ...page, description: EMAIL }, /description/],
    ['PUT', '/v1/data-sets/bins/other', operator, { schema: { description: EMAIL } }, /description/],
    ['PUT', '/v1/comparator-groups/club', operator, { title: EMAIL, authorities: ['solihull'] }, /title/],
    ['POST', '/data/bins/week', sender, [{ _id: 'b', by: EMAIL }], /by/],
    ['PUT', '/data/bins/week', sender, [{ _id: EMAIL }], /_id/],
    ['PATCH', '/data/bins/week/a', sender, { by: EMAIL }, /by/],
    ['POST', '/data/bins/week', sender, `[{"by": ${EMAIL}}]`, /JSON/]
  ]
  for (const [method, url, headers, payload, field] of doors) {
    const { statusCode, body } = await app.inject({ method, url, headers, payload })
    t.ok(statusCode === 422 || statusCode === 400, `${method} ${url}: ${statusCode} ${body}`)
    t.match(body, field, `${method} ${url}`)
    t.notMatch(body, /jo\.bloggs|704 6000|3QB/, `${method} ${url}`)
  }
  for (
    const table of [
      'event',
      'observation',
      'annotation',
      'area',
      'source',
      'dashboard',
      'data_set',
      'comparator_group',
      'record',
      'receipt',
      'audit'
    ]
  ) {
    const { rows } = await database.pool.query(`SELECT 1 FROM ${table} x WHERE row_to_json(x)::text ~ 'jo.bloggs|704 6000|3QB'`)
    t.equal(rows.length, 0, table)
  }
})

t.test('where no route takes a body, nobody looks through it', async (t) => {
  const { app } = await testApp(t)
  const payload = { note: 'jo@example.com' }
  t.equal((await app.inject({ method: 'POST', url: '/v1/nothing', payload })).statusCode, 404)
  const wrongMethod = await app.inject({ method: 'PATCH', url: '/v1/events', payload })
  t.match(wrongMethod.json(), { code: 'method-not-allowed' })
  t.notMatch(wrongMethod.body, /jo@/)
})
