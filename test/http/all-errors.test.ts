import t from 'tap'
import { ERRORS } from '../../src/errors.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, observation } from '../support/builders.ts'

t.test('all that is wrong with a row is told at once, and nothing that only follows from it', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const told = async (path: 'events' | 'observations', row: object): Promise<string[]> => {
    const { status, body } = await call(app, 'POST', `/v1/${path}`, headers, [row])
    t.equal(status, 422)
    return body.errors.map(({ pointer, code }: { pointer: string, code: string }) => `${pointer} ${code}`).sort()
  }
  const { occurred_at: _, ...timeless } = event('a', { service: 'pay-council-tax', channel: 'pigeon', ward: 'Atlantis', wrd: 1 })
  t.same(await told('events', timeless), [
    '/channel unknown-channel', '/occurred_at missing-field', '/service service-not-allowed', '/wrd unknown-field'
  ], 'no ward without a day')
  t.same(await told('events', event('b', { authority: 5, ward: 'Atlantis', count: -1, provider: 'nobody' })), [
    '/authority invalid-value', '/count invalid-value', '/provider unknown-authority'
  ], 'no ward without an authority')
  t.same(await told('events', event('c', { type: 'poll', outcome: '5', ward: 'Atlantis' })), [
    '/type invalid-value', '/ward unknown-ward'
  ], 'no outcome without a type')
  t.same(await told('events', event('d', { street: 0, attributes: { 'No Name': 1, colour: 'red', reason: 'x' } })), [
    '/attributes/No Name unknown-field', '/attributes/colour unknown-attribute', '/attributes/reason unknown-attribute',
    '/street invalid-value'
  ].sort())
  t.same(await told('events', event('e', { occurred_at: '1999-05-27T08:31:00Z', id: 'x y', outcome: '5' })), [
    '/id invalid-value', '/occurred_at too-old', '/outcome invalid-outcome'
  ])
  t.same(await told('observations', observation({ value: -1, measure: 'none', start_on: 'x', ward: 'Atlantis' })), [
    '/measure unknown-measure', '/start_on invalid-value', '/value invalid-value'
  ])
  t.same(await told('observations', observation({ period: 'fortnight', start_on: '2014-05-27', authority: 'nowhere' })), [
    '/authority unknown-authority', '/period invalid-value'
  ], 'no first day without a period')
  t.same(await told('events', event('f', { channel: 'jo@example.com', ward: 'Atlantis', count: 'x', 'call 0121 704 6000': 1 })), [
    ' personal-data', '/channel personal-data'
  ], 'a name that is personal data may be in any message')
  t.same(await told('events', event('g', { channel: 'jo@example.com', ward: 'Atlantis', count: 'x' })), [
    '/channel personal-data', '/count invalid-value', '/ward unknown-ward'
  ])
  const many = await call(app, 'POST', '/v1/events', headers, Array.from({ length: 3000 }, (_, i) => event(`m${i}`, { channel: 'pigeon', count: -1 })))
  t.match(many.body, { errors: { length: 100 } })
  t.ok(many.body.errors_total >= 3000)
})

t.test('every code is listed, as it is told alone', async (t) => {
  const { app } = await testApp(t)
  const { body: { data } } = await call(app, 'GET', '/v1/errors')
  t.same(data.map(({ code }: { code: string }) => code), Object.keys(ERRORS).sort())
  const one = data.find(({ code }: { code: string }) => code === 'unknown-ward')
  t.same((await call(app, 'GET', '/v1/errors/unknown-ward')).body, one)
})
