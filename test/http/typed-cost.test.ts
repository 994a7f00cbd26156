import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('cost per transaction in the old dialect: pounds, by channel and in all', async (t) => {
  const { app } = await testApp(t, '2014-08-01T12:00:00Z')
  const headers = await testSource(app, 'solihull/crm', { services: ['pay-council-tax'] })
  const base = { authority: 'solihull', service: 'pay-council-tax' }
  const events = [['web', 30], ['telephone-agent', 10], ['web', 60]].map(([channel, count], i) => (
    { ...base, id: `c${i}`, occurred_at: `2014-0${4 + i}-10T12:00:00+01:00`, channel, count }
  ))
  t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).statusCode, 200)
  const cost = { ...base, measure: 'total_cost_pence', period: 'quarter', start_on: '2014-04-01' }
  const costs = [{ ...cost, value: 20_000 }, { ...cost, channel: 'web', value: 4_500 }, {
    ...cost, start_on: '2014-01-01', value: 1
  }]
  t.equal((await app.inject({ method: 'POST', url: '/v1/observations', headers, payload: costs })).statusCode, 200)
  const query =
    'period=quarter&start_at=2014-01-01T00:00:00Z&end_at=2014-07-01T00:00:00Z&group_by=channel&collect=cost_per_transaction:mean&collect=number_of_transactions:sum'
  const { data } = (await app.inject(`/data/solihull-pay-council-tax/cost-per-transaction?${query}`)).json()
  t.match(data, [
    { channel: 'all', values: [{ _count: 0 }, { 'cost_per_transaction:mean': 2, 'number_of_transactions:sum': 100 }] },
    { channel: 'web', values: [{ _count: 0 }, { 'cost_per_transaction:mean': 0.5, 'number_of_transactions:sum': 90 }] }
  ])
  const { data: records } = (await app.inject('/data/solihull-pay-council-tax/cost-per-transaction')).json()
  t.match(records.filter(({ _timestamp: at }: { _timestamp: string }) => at.startsWith('2014-04-01')), [
    { channel: 'all', total_cost: 200, number_of_transactions: 100, cost_per_transaction: 2 },
    { channel: 'web', total_cost: 45, number_of_transactions: 90, cost_per_transaction: 0.5 }
  ], 'as they were sent')
})
