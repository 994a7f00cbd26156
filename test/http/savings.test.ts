import t from 'tap'
import { testApp, testSource } from '../support/app.ts'

t.test('savings of one authority, worked out by hand', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const headers = await testSource(app, 'solihull/crm', { services: ['report-missed-bin', 'pay-council-tax'] })
  let n = 0
  const send = async (door: 'events' | 'observations', service: string, rows: object[]) => {
    const payload = rows.map((row) => ({
      ...(door === 'events' && { id: `e${n++}` }),
      authority: 'solihull',
      service,
      ...row
    }))
    const answer = await app.inject({ method: 'POST', url: `/v1/${door}`, headers, payload })
    if (answer.statusCode !== 200) throw new Error(answer.body)
  }
  const read = async (service: string, query: string) => {
    const answer = await app.inject(`/v1/authorities/solihull/services/${service}/savings?${query}`)
    return { status: answer.statusCode, body: answer.json() }
  }
  const MAY = 'period=month&start_on=2014-05-01'
  const on = (month: string, channel: string, count: number, outcome = 'completed') => ({
    occurred_at: `2014-${month}-10T10:00:00+01:00`,
    channel,
    count,
    outcome
  })

  t.test('events: failures have no part in channel shift', async (t) => {
    await send('events', 'pay-council-tax', [
      on('04', 'web', 20),
      on('04', 'telephone-agent', 80),
      on('04', 'web', 10, 'failed'),
      on('04', 'crew', 7),
      on('05', 'web', 90),
      on('05', 'direct-debit', 10),
      on('05', 'paper', 100),
      on('05', 'web', 8, 'failed'),
      on('05', 'unknown', 9)
    ])
    const { body } = await read('pay-council-tax', MAY)
    t.match(body, {
      now: { start_on: '2014-05-01', end_on: '2014-05-31' },
      baseline: { start_on: '2014-04-01', end_on: '2014-04-30' },
      links: {
        scorecard: '/v1/authorities/solihull/services/pay-council-tax',
        all_authorities: '/v1/services/pay-council-tax/savings'
      }
    })
    t.match(body.data, [{
      authority: 'solihull',
      savings: [
        {
          kind: 'channel-shift',
          baseline: { part: 20, volume: 100 },
          now: { part: 100, volume: 200 },
          expected: 40,
          moved: 60,
          unit_pence: 500,
          saved_pence: 30_000
        },
        // 10 of 117 (20 + 80 + 7 + 10) failed; 8 of 217 did: 10 x 217 / 117 = 18.5, so 11 fewer
        {
          kind: 'failure-demand',
          baseline: { part: 10, volume: 117 },
          now: { part: 8, volume: 217 },
          moved: 11,
          unit_pence: 5000,
          saved_pence: 55_000
        }
      ]
    }])
    t.same(
      body.data,
      (await app.inject(`/v1/services/pay-council-tax/savings?authority=solihull&${MAY}`)).json().data,
      'the same arithmetic'
    )
    const card = (await app.inject('/v1/authorities/solihull/services/pay-council-tax')).json()
    t.equal((await app.inject(card.links.savings)).statusCode, 200)
  })

  t.test('counts of reports: a confirmed miss is not also a transaction that moved', async (t) => {
    const month = (start_on: string, measure: string, value: number, channel?: string) => ({
      period: 'month', start_on, measure, value, ...(channel !== undefined && { channel })
    })
    await send('observations', 'report-missed-bin', [
      month('2014-04-01', 'transactions', 10, 'web'),
      month('2014-04-01', 'transactions', 90, 'telephone-agent'),
      month('2014-04-01', 'collections_made', 10_000),
      month('2014-05-01', 'transactions', 60, 'web'),
      month('2014-05-01', 'transactions', 40, 'telephone-agent'),
      month('2014-05-01', 'collections_made', 20_000)
    ])
    t.match((await read('report-missed-bin', MAY)).body.data[0].savings, [
      { kind: 'channel-shift', saved_pence: null, now: { reason: 'nothing-reported' } },
      { kind: 'failure-demand', saved_pence: null }
    ], 'how many of the reports were confirmed is not known')
    await send('observations', 'report-missed-bin', [
      month('2014-04-01', 'misses_confirmed', 5, 'web'),
      month('2014-04-01', 'misses_confirmed', 45, 'telephone-agent'),
      month('2014-05-01', 'misses_confirmed', 30, 'web'),
      month('2014-05-01', 'misses_confirmed', 20, 'telephone-agent')
    ])
    t.match((await read('report-missed-bin', MAY)).body.data[0].savings, [
      {
        kind: 'channel-shift',
        baseline: { part: 5, volume: 50 },
        now: { part: 30, volume: 50 },
        moved: 25,
        saved_pence: 12_500
      },
      {
        kind: 'failure-demand',
        baseline: { part: 50, volume: 10_000 },
        now: { part: 50, volume: 20_000 },
        expected: 100,
        moved: 50,
        saved_pence: 250_000
      }
    ])
  })

  t.test('wrong questions', async (t) => {
    t.match((await read('report-missed-bim', MAY)).body, { code: 'unknown-service' })
    t.match((await read('report-missed-bin', `${MAY}&baseline_start_on=2014-05-20`)).body, {
      code: 'invalid-period-range'
    })
    t.equal((await read('report-missed-bin', 'authority=solihull')).status, 400)
  })
})
