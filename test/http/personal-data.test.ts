import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('personal data is refused with its field named and its value repeated nowhere', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'] })
  const event = { id: 'SMBC-2014-000123', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00', attributes: { reason: 'not-presented' } }
  for (const [pointer, value, more] of [
    ['/id', 'jo@example.com', { id: 'jo@example.com' }],
    ['/id', '07700900123', { id: '07700900123' }],
    ['/channel', '0121 704 6000', { channel: '0121 704 6000' }],
    ['/ward', 'B91 3QB', { ward: 'B91 3QB' }],
    ['/attributes/note', 'JG103759A', { attributes: { note: 'JG103759A' } }],
    ['/note', 'jo@example.com', { note: 'jo@example.com' }],
    ['', 'jo@example.com', { 'jo@example.com': 1 }]
  ] as const) {
    const response = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: { ...event, ...more } })
    t.equal(response.statusCode, 422)
    t.match(response.json().errors, [{ index: 0, pointer, code: 'personal-data' }])
    t.notOk(response.body.includes(value), `${value} in the answer`)
  }
  const name = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: { ...event, attributes: { reason: 'john-smith' } } })
  t.match(name.json().errors, [{ pointer: '/attributes/reason', code: 'unknown-attribute' }])
  t.notMatch(name.body, /john/)
  const lenient = await app.inject({ method: 'POST', url: '/v1/events', headers: { ...headers, prefer: 'handling=lenient' }, payload: [event, { ...event, id: 'jo@example.com' }] })
  t.match(lenient.json(), { stored: 1, rejected: 1, errors: [{ index: 1, code: 'personal-data' }] })
  for (const table of ['event', 'receipt', 'event_history']) {
    const { rows } = await database.pool.query(`SELECT row_to_json(x)::text AS text FROM ${table} x`)
    t.notOk(rows.some(({ text }) => /jo@|example\.com/.test(text)), table)
  }
})
