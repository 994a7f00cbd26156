import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, send, seriesUrl } from '../support/builders.ts'

const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }

t.test('an event that is voided again, or revised after it, is taken away once', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  await send(app, 'events', headers, [event('a', { count: 3 }), event('b', { count: 5 })])
  const counted = async (): Promise<unknown> => (await get(app, seriesUrl(MAY))).data[0].values[0].value
  const remove = async (): Promise<number> => (await call(app, 'DELETE', '/v1/events/a', headers)).status
  t.equal(await counted(), 8)
  t.equal(await remove(), 200)
  t.equal(await counted(), 5)
  t.equal(await remove(), 200, 'a retry is answered alike')
  t.equal(await counted(), 5, 'and changes nothing')
  await send(app, 'events', headers, event('a', { count: 4, revision: 2 }))
  t.equal(await counted(), 9, 'a revision brings it back, and takes nothing away that is gone')
})
