import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, observation, operator, put, send, seriesUrl } from '../support/builders.ts'

t.test('a channel that ended takes what happened until its last day, and keeps it', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin'], channels: { Kiosks: 'kiosk' } })
  t.equal((await call(app, 'DELETE', '/v1/channels/kiosk?from=2014-05-28', operator)).status, 204)
  await send(app, 'events', headers, event('last', { channel: 'Kiosks', occurred_at: '2014-05-27T23:30:00+01:00' }))
  const late = event('late', { channel: 'Kiosks', occurred_at: '2014-05-28T00:30:00+01:00' })
  t.match(await call(app, 'POST', '/v1/events', headers, late), {
    status: 422, body: { errors: [{ pointer: '/channel', code: 'unknown-channel', detail: /ended on 2014-05-27/ }] }
  })
  const figure = observation({ measure: 'transactions', start_on: '2014-06-02', channel: 'kiosk', value: 3 })
  t.match(await call(app, 'POST', '/v1/observations', headers, figure), {
    status: 422, body: { errors: [{ pointer: '/channel', code: 'unknown-channel' }] }
  })
  const asked = seriesUrl({ group_by: 'channel', period: 'day', start_on: '2014-05-27', end_on: '2014-05-27' })
  t.match((await get(app, asked)).data, [{ group: { channel: 'kiosk' }, values: [{ value: 1 }] }])
  await put(app, '/v1/channels/kiosk', { valid_to: null })
  t.match(await send(app, 'events', headers, late), { stored: 1 })
})
