import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, observation, put, send } from '../support/builders.ts'

t.test('an event is the same event, however its JSON is written', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { 'Ffôn ': 'telephone-agent' }
  })
  const post = async (row: object | string, more = {}) =>
    await call(app, 'POST', '/v1/events', { ...headers, 'content-type': 'application/json', ...more }, row)
  await send(app, 'events', headers, event('plain'))
  const same: Array<[what: string, more: object]> = [
    ['no attributes', { attributes: {} }],
    ['attributes that are not given', { attributes: { reason: null } }],
    ['null', {
      count: null,
      outcome: null,
      street: null,
      ward: null,
      type: null,
      revision: null,
      attributes: null,
      provider: null,
      avoidable: null,
      amount_pence: null,
      duration_seconds: null
    }],
    ['defaults', { count: 1, outcome: 'reported', ward: 'unknown', type: 'transaction', revision: 1, avoidable: false }],
    ['blanks', {
      id: '\u00a0plain\u200b',
      authority: ' solihull\ufeff',
      service: '\u2003report-missed-bin ',
      channel: 'web\u202f',
      occurred_at: ' 2014-05-27T08:31:00+01:00\n',
      outcome: ' reported '
    }],
    ['names by code', { authority: 'E08000029', occurred_at: '2014-05-27T07:31:00Z' }]
  ]
  for (const [what, more] of same) t.match((await post(event('plain', more))).body, { duplicates: 1 }, what)
  t.match((await post(`{"count":1.0,${JSON.stringify(event('plain')).slice(1)}`)).body, { duplicates: 1 }, '1.0')

  await send(app, 'events', headers, event('two', { attributes: { reason: 'not-presented', container: 'recycling' } }))
  t.match((await post(event('two', { attributes: { container: 'recycling', reason: ' not-presented' } }))).body, { duplicates: 1 })
  t.match((await post(event('two', { attributes: { reason: 'not-presented' } }))).body, { code: 'conflict' })

  await send(app, 'events', headers, event('ward', { ward: 'E05001286', channel: 'Ffo\u0302n' }))
  t.match((await post(event('ward', { ward: '\tcastle bromwich\u2060', channel: ' Ffôn' }))).body, { duplicates: 1 })

  t.match((await post(event('no', { service: null, colour: null, attributes: { colour: null } }))).body.errors, [
    { pointer: '/service', code: 'missing-field' }, { pointer: '/colour', code: 'unknown-field' }
  ], 'attributes are not looked at without a service')
  t.match((await post(event('no', { attributes: { colour: null } }))).body.errors, [
    { pointer: '/attributes/colour', code: 'unknown-attribute' }
  ])
  t.match((await post(event('no', { channel: 'we b' }))).body.errors, [{ code: 'unknown-channel' }], 'within')

  await database.pool.query("UPDATE event SET attributes = '{}' WHERE id = 'plain'")
  t.match((await post(event('plain'))).body, { duplicates: 1 }, 'as no attributes were stored before')
})

t.test('what is read of an event can be sent back', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const events = [event('a'), event('b', {
    ward: 'E05001286',
    street: 45203501,
    count: 3,
    amount_pence: 250,
    duration_seconds: 60,
    avoidable: true,
    attributes: { reason: 'not-presented' },
    outcome: 'confirmed'
  }), event('c', { type: 'rating', outcome: '4' })]
  await send(app, 'events', headers, events)
  for (const { id } of events) {
    const { local_date: _, voided_at: __, receipt: ___, history: ____, ...own } = await get(app, `/v1/events/${id}`, headers)
    t.match(await send(app, 'events', headers, own), { duplicates: 1 }, id)
  }
  const whole = await call(app, 'POST', '/v1/events', headers, await get(app, '/v1/events/a', headers))
  t.match(whole.body.errors.map(({ pointer, detail }: { pointer: string, detail: string }) => [pointer, detail]), [
    ['/local_date', /leave it out/], ['/voided_at', /leave it out/], ['/receipt', /leave it out/], ['/history', /leave it out/]
  ])
})

t.test('figures are read so as well, one by one and a period at once', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  await send(app, 'observations', headers, observation({ note: 'Ynys Môn' }))
  t.match(await send(app, 'observations', headers, observation({
    note: '\u00a0Ynys Mo\u0302n ', provisional: null, ward: null, channel: null, end_on: null, period: 'week '
  })), { duplicates: 1 })
  const url = '/v1/observations/solihull/report-missed-bin/collections_made'
  const period = { period: 'week', start_on: '2014-06-02' }
  await put(app, url, { ...period, figures: [{ value: 5, note: 'all' }] }, headers)
  const sent = {
    period: ' week',
    start_on: '2014-06-02',
    revision: null,
    figures: [
      { value: 5, note: 'all\u200b', provisional: null, channel: null, ward: null, revision: null }
    ]
  }
  t.match(await put(app, url, sent, headers), { stored: 0, duplicates: 1 })
  for (const figures of [[{ value: null }], null, [{ value: 1, x: null }]]) {
    t.equal((await call(app, 'PUT', url, headers, { ...period, figures })).status, 400)
  }
})

t.test('an id is the sender\'s own, whatever it looks like', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const ids = [
    'SR12345678', 'ST20250612', 'HW00012345', 'TA12345678', 'SP15237983', 'AB123456C', 'B913QB', 'CR12-3AB', '07700900123',
    '447700900123', '2014.0527/52.4', '0121-704-6000', '100070123456', '52.41-1.77'
  ]
  t.match(await send(app, 'events', headers, ids.map((id) => event(id))), { stored: ids.length })
  const cloud = { ...headers, 'content-type': 'application/cloudevents+json' }
  const { id, occurred_at: time, ...data } = event('SR12345678')
  const one = await call(app, 'POST', '/v1/events', cloud, { specversion: '1.0', id, time, source: '/x', type: 'y', data })
  t.match(one.body, { duplicates: 1 })
  for (const key of ['SR12345678', '07700900123', 'B913QB']) {
    t.match(await send(app, 'events', { ...headers, 'idempotency-key': key }, event(key)), { received: 1 })
  }
  for (const id of ['jo.bloggs@example.com', 'x:jo@example.com/1', '+447700900123', 'tel:+441217046000', '52.41274,-1.77764', '-1.77764/52.41274']) {
    const refused = await call(app, 'POST', '/v1/events', headers, event(id, { ward: 'nowhere' }))
    t.match(refused.body.errors, [{ pointer: '/id', code: 'personal-data' }, { pointer: '/ward', code: 'unknown-ward' }], id)
    t.notOk(JSON.stringify(refused.body).includes(id))
    t.match((await call(app, 'POST', '/v1/events', { ...headers, 'idempotency-key': id }, event('k'))).body, { code: 'personal-data' })
  }
})
