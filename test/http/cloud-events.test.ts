import { CloudEvent, HTTP } from 'cloudevents'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, type Headers } from '../support/builders.ts'

t.test('CloudEvents in binary mode, as senders\' libraries make them', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'], channels: { Ffôn: 'telephone-agent' } })
  const { id, occurred_at: time, ...data } = event('ce-1')
  const made = (more: object = {}) => new CloudEvent({ id, source: '/bartec', type: 'uk.gov.local.transaction', time, data, ...more })
  const post = async (headers: Headers, body: object | string) => await call(app, 'POST', '/v1/events', { ...source, ...headers }, body)
  const message = HTTP.binary(made())
  t.match((await post(message.headers as Headers, message.body as string)).body, { stored: 1 })
  const structured = HTTP.structured(made())
  t.match((await post(structured.headers as Headers, structured.body as string)).body, { duplicates: 1 }, 'the same, structured')

  const headers: Headers = { ...message.headers as Headers, 'content-type': 'application/json; charset=utf-8' }
  const binary = async (more: Headers, body: object | string = data) => (await post({ ...headers, ...more }, body)).body
  t.match(await binary({ 'ce-id': '%63e-%31' }), { duplicates: 1 }, 'percent-encoded')
  t.match(await binary({ 'ce-id': '"ce-1"' }), { duplicates: 1 }, 'in quotation marks')
  t.match(await binary({ 'ce-id': 'a%2541b%zz' }), { stored: 1 }, 'once, and nothing else')
  t.match(await call(app, 'GET', '/v1/events/a%252541b%25zz', source), { status: 404 })
  t.match(await call(app, 'GET', '/v1/events/a%2541b%25zz', source), { status: 200 })
  t.match(await binary({ 'ce-extension': 'Euro %E2%82%AC', 'ce-subject': 'x', 'ce-dataschema': 'https://example.com/s' }), { duplicates: 1 })
  t.match(await binary({ 'ce-specversion': '0.3' }), { errors: [{ code: 'invalid-cloud-event', detail: /"0\.3"/ }] })
  t.match(await binary({ 'ce-type': '' }), { errors: [{ code: 'invalid-cloud-event', detail: /type is missing/ }] })
  t.match(await binary({ 'ce-id': 'ce-2' }, { ...data, ward: 'x' }), { errors: [{ pointer: '/ward' }] })
  t.match(await binary({ 'ce-id': 'x y' }), { errors: [{ pointer: '/ce-id', code: 'invalid-value' }] })
  t.match(await binary({ 'ce-id': 'ce-2', 'ce-time': '1999-01-01T00:00:00Z' }), { errors: [{ pointer: '/ce-time', code: 'too-old' }] })
  t.match(await binary({ 'ce-id': 'ce-2', 'ce-subject': 'jo@example.com' }), { errors: [{ code: 'personal-data' }] })
  for (const body of [[data], '"a"', '1', [data, data]]) {
    t.match(await binary({ 'ce-id': 'ce-2' }, body), { errors: [{ code: 'invalid-cloud-event', detail: /data must be an object/ }] })
  }
  const { 'ce-specversion': _, ...versionless } = headers
  t.match((await post(versionless, data)).body, { errors: [{ code: 'invalid-cloud-event', detail: /specversion is missing/ }] })

  const key = { 'idempotency-key': 'one', 'ce-id': 'ce-3' }
  t.match(await binary(key), { stored: 1 })
  t.match(await binary(key), { stored: 1 }, 'the same receipt')
  t.match(await binary({ ...key, 'ce-id': 'ce-4' }), { code: 'idempotency-key-reused' }, 'another event with the same data')
  const figure = await call(app, 'POST', '/v1/observations', { ...source, ...headers }, { x: 1 })
  t.match(figure.body, { code: 'rows-rejected' }, 'figures are none, whatever the headers')
})

t.test('what is no CloudEvent of 1.0 is refused in words, before anything looks into it', async (t) => {
  const { app } = await testApp(t)
  const headers = { ...await testSource(app), 'content-type': 'application/cloudevents-batch+json' }
  const { id, occurred_at: time, ...data } = event('ce-1')
  const good = { specversion: '1.0', id, source: '/x', type: 'y', time, data }
  const cases: Array<[row: unknown, told: RegExp]> = [
    ['x'.repeat(1_000_000), /not a JSON object/], [[good], /not a JSON object/], [null, /not a JSON object/], [5, /not a JSON object/],
    [{ ...good, specversion: '0.3' }, /"0\.3"; send CloudEvents 1\.0/], [{ ...good, specversion: 1 }, /not "1\.0"/],
    [{ ...good, specversion: null }, /specversion is missing/], [{ ...good, source: '' }, /source is missing/],
    [{ ...good, Extension_1: 1 }, /lower-case letters and digits/], [{ ...good, data: null }, /data must be an object/],
    [{ ...good, data: JSON.stringify(data) }, /data must be an object/], [{ ...good, data: undefined, data_base64: 'e30=' }, /data_base64 is not read/],
    [{ ...good, datacontenttype: 'application/xml' }, /datacontenttype is not JSON/]
  ]
  const { body } = await call(app, 'POST', '/v1/events', headers, cases.map(([row]) => row === undefined ? null : row))
  t.equal(body.errors_total, cases.length)
  for (const [i, [, told]] of cases.entries()) t.match(body.errors[i], { index: i, code: 'invalid-cloud-event', detail: told })
  const kind = [
    good, { ...good, datacontenttype: 'application/vnd.council+json; charset=utf-8', dataschema: null, subject: 'x', ext1: true },
    { ...good, data: { ...data, occurred_at: null } }, { ...good, time: null, data: { ...data, occurred_at: time } }
  ]
  t.match((await call(app, 'POST', '/v1/events', headers, kind)).body, { stored: 1, duplicates: 3 })
})
