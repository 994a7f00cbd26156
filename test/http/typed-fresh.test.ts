import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('kept answers of typed data in the old dialect: each shows what was committed before it was asked', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'pay-council-tax'] })
  const send = async (path: string, payload: object) => {
    const { statusCode, body } = await app.inject({ method: 'POST', url: path, headers, payload })
    t.equal(statusCode, 200, body)
  }
  const event = (id: string, service: string, rest: object = {}) => ({
    id, authority: 'solihull', service, occurred_at: '2014-05-27T08:31:00+01:00', channel: 'web', ...rest
  })
  const sums = async (set: string, field = 'count') =>
    (await app.inject(`/data/${set}?period=month&collect=${field}:sum&start_at=2014-05-01T00:00:00Z&end_at=2014-06-01T00:00:00Z`))
      .json<{ data: Array<Record<string, unknown>> }>().data[0]?.[`${field}:sum`] ?? null
  const bins =
    async () => [
      await sums('solihull-report-missed-bin/transactions-by-channel'),
      await sums('report-missed-bin/transactions-by-authority')
    ]

  t.same(await bins(), [null, null])
  await send('/v1/events', event('a', 'report-missed-bin'))
  t.same(await bins(), [1, 1])
  await send('/v1/events', event('b', 'pay-council-tax', { outcome: 'completed' }))
  t.same(await bins(), [1, 1], 'of another service')
  await send('/v1/events', event('a', 'report-missed-bin', { revision: 2, count: 5 }))
  t.same(await bins(), [5, 5])
  t.equal((await app.inject({ method: 'DELETE', url: '/v1/events/a', headers })).statusCode, 200)
  t.same(await bins(), [null, null])

  const cost = async () => await sums('solihull-pay-council-tax/cost-per-transaction', 'cost_per_transaction')
  const figure = (value: number) => ({
    measure: 'total_cost_pence',
    authority: 'solihull',
    service: 'pay-council-tax',
    period: 'month',
    start_on: '2014-05-01',
    value
  })
  t.equal(await cost(), null)
  await send('/v1/observations', figure(1000))
  t.equal(await cost(), 10)
  await send('/v1/observations', figure(3000))
  t.equal(await cost(), 30, 'a figure that is sent anew')
})
