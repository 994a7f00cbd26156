import t from 'tap'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('a kept KPI shows each commit of its own, and is not worked out again for others', async (t) => {
  const { app, database: { pool } } = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const services = ['report-missed-bin', 'pay-council-tax']
  const [solihull, coventry] = [
    await testSource(app, 'solihull/bartec', { services }), await testSource(app, 'coventry/bartec', { services })
  ]
  const send = async (door: string, payload: object, headers = solihull) => {
    const { statusCode, body } = await app.inject({
      method: door === 'annotations' ? 'PUT' : 'POST',
      url: `/v1/${door}`,
      headers: door === 'annotations' ? operator : headers,
      payload
    })
    t.ok(statusCode < 300, body)
  }
  const event = (id: string, more: object = {}) => ({
    id,
    authority: 'solihull',
    service: 'pay-council-tax',
    occurred_at: '2014-05-27T08:31:00+01:00',
    channel: 'web',
    ...more
  })
  const cost = (value: number, more: object = {}) => ({
    measure: 'total_cost_pence',
    authority: 'solihull',
    service: 'pay-council-tax',
    period: 'month',
    start_on: '2014-05-01',
    value,
    ...more
  })
  // Each statement takes a connection, or is in a transaction that has taken one.
  const taken = t.capture(pool, 'connect', pool.connect.bind(pool))
  const read = async () => {
    taken() // those until now
    const { data, annotations } =
      (await app.inject('/v1/kpis/cost-per-transaction/series?authority=solihull&service=pay-council-tax&period=month&start_on=2014-05-01&end_on=2014-05-31'))
        .json()
    return [data[0].values[0].value, annotations.length]
  }

  t.same(await read(), [null, 0])
  await send('events', event('a', { count: 4 }))
  await send('observations', cost(1000))
  t.same(await read(), [250, 0])
  t.ok(taken().length > 1, 'worked out')
  await send('events', event('b', { service: 'report-missed-bin' }))
  await send('events', event('c', { authority: 'coventry' }), coventry)
  await send('observations', cost(9000, { authority: 'coventry' }), coventry)
  t.same(await read(), [250, 0])
  t.equal(taken().length, 1, 'by others nothing changes: the state is asked for alone')
  await send('events', event('a', { revision: 2, count: 5 }))
  t.same(await read(), [200, 0])
  await send('observations', cost(2000))
  t.same(await read(), [400, 0])
  await send('annotations', { id: 'snow', authority: 'solihull', start_on: '2014-05-27', note: 'Snow' })
  t.same(await read(), [400, 1])
  const put = await app.inject({
    method: 'PUT',
    url: '/v1/disclosure-rules/solihull/pay-council-tax/authority',
    headers: operator,
    payload: { threshold: 10, finest: 'month' }
  })
  t.equal(put.statusCode, 200)
  t.same(await read(), [null, 1], 'a rule is in force at once')
  t.equal((await app.inject({ method: 'DELETE', url: '/v1/events/a', headers: solihull })).statusCode, 200)
  t.equal(
    (await app.inject({
      method: 'DELETE', url: '/v1/disclosure-rules/solihull/pay-council-tax/authority', headers: operator
    })).statusCode,
    204
  )
  t.same(await read(), [null, 1])
  t.equal(
    (await app.inject('/v1/kpis/cost-per-transaction/series?authority=atlantis&service=pay-council-tax&period=month'))
      .json().code,
    'unknown-authority'
  )
})
