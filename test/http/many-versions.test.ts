import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, observation } from '../support/builders.ts'

t.test('a batch names one event at most a hundred times: the rest is refused', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const versions = Array.from({ length: 102 }, (_, i) => event('same', { revision: i + 1, count: i + 1 }))
  const rows = [event('other'), ...versions]
  const strict = await call(app, 'POST', '/v1/events', headers, rows)
  t.match(strict, {
    status: 422,
    body: {
      errors: [
        { index: 101, pointer: '/id', code: 'invalid-value', detail: /more than 100 times/ },
        { index: 102, pointer: '/id', code: 'invalid-value' }
      ]
    }
  })
  t.equal((await call(app, 'GET', '/v1/events/other', headers)).status, 404, 'nothing is stored')
  const lenient = await call(app, 'POST', '/v1/events', { ...headers, prefer: 'handling=lenient' }, rows)
  t.match(lenient, { status: 200, body: { stored: 2, revised: 99, rejected: 2 } })
  t.match(await get(app, '/v1/events/same', headers), { revision: 100, count: 100 })
  t.match((await call(app, 'POST', '/v1/events', headers, versions.slice(100))).body, { revised: 2 })

  const figures = Array.from({ length: 101 }, (_, i) => observation({ revision: i + 1, value: i }))
  t.match(await call(app, 'POST', '/v1/observations', headers, figures), {
    status: 422, body: { errors: [{ index: 100, code: 'invalid-value', detail: /more than 100 times/ }] }
  })
})
