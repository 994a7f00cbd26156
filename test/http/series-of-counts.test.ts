import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { operator, release } from '../support/builders.ts'
import type { ToldSeries } from '../support/told.ts'

interface Answer { data: Array<{ values: Array<{ value: number | null, status: string }> }> }

// Weeks from Monday 5 May 2014: 5, 12, 19, 26 May, 2 June. The test's today is Tuesday 10 June 2014.
const WEEKS = ['2014-05-05', '2014-05-12', '2014-05-19', '2014-05-26', '2014-06-02'] as const

t.test('GET /v1/series where councils send counts', async (t) => {
  const { app } = await testApp(t)
  const headers: Record<string, Record<string, string>> = {}
  for (const authority of ['nottingham', 'kirklees', 'solihull', 'leeds']) {
    headers[authority] = await testSource(app, `${authority}/crm`, {
      services: ['pay-council-tax', 'report-missed-bin', 'renew-library-item']
    })
  }
  const post = async (door: 'events' | 'observations', authority: string, rows: object[]) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/${door}`,
      headers: headers[authority]!,
      payload: rows.map((row, i) => ({
        authority,
        service: 'pay-council-tax',
        ...(door === 'events' &&
          { id: `${JSON.stringify(row).length}-${i}-${(row as { occurred_at: string }).occurred_at}` }),
        ...row
      }))
    })
    if (answer.statusCode !== 200) throw new Error(answer.body)
  }
  const event = (day: string, channel: string, count: number, more: object = {}) => ({
    occurred_at: `${day}T10:00:00+01:00`,
    channel,
    count,
    ...more
  })
  const figure = (start_on: string, value: number, more: object = {}) => ({
    measure: 'transactions', period: 'week', start_on, value, ...more
  })
  const read = async (query: string, service = 'pay-council-tax') => {
    const answer = await app.inject(`/v1/series?service=${service}&${query}`)
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return answer.json()
  }
  const values = async (query: string, service?: string) =>
    Object
      .fromEntries((await read(query, service)).data.map((
        { group, values }: any
      ) => [Object.values(group).join(' '), values.map(({ value, status }: any) => [value, status])]))
  const weeks = (start: string, end: string) => `period=week&start_on=${start}&end_on=${end}`

  await post('observations', 'nottingham', [
    figure(WEEKS[0], 60, { channel: 'web' }),
    figure(WEEKS[0], 40, { channel: 'telephone-agent' }),
    figure(WEEKS[1], 70, { channel: 'web', note: 'phones down on Friday' }),
    figure(WEEKS[2], 0),
    { measure: 'transactions_failed', period: 'week', start_on: WEEKS[0], value: 5, channel: 'web' },
    figure(WEEKS[4], 80, { channel: 'web', provisional: true })
  ])
  await post('observations', 'nottingham', [figure(WEEKS[0], 65, { channel: 'web' })])

  t.test('undeclared, without events: totals, channels, outcomes, statuses, notes', async (t) => {
    const asked = `authority=nottingham&${weeks('2014-05-05', '2014-06-08')}`
    t.same(await values(asked), {
      '': [[110, 'revised'], [70, 'ok'], [0, 'zero'], [null, 'missing'], [80, 'provisional']]
    }, '65 + 40 + 5 failed')
    t.same((await read(asked)).data[0].values.slice(0, 2), [
      { start_on: '2014-05-05', end_on: '2014-05-11', value: 110, status: 'revised', coverage: 1, basis: 'counts', notes: [] },
      {
        start_on: '2014-05-12',
        end_on: '2014-05-18',
        value: 70,
        status: 'ok',
        coverage: 1,
        basis: 'counts',
        notes: ['phones down on Friday']
      }
    ])
    t.same(await values(`${asked}&group_by=channel`), {
      'telephone-agent': [[40, 'ok'], [null, 'missing'], [null, 'missing'], [null, 'missing'], [null, 'missing']],
      web: [[70, 'revised'], [70, 'ok'], [null, 'missing'], [null, 'missing'], [80, 'provisional']]
    }, 'a total tells no channel, and what was not sent is not 0')
    t.same(await values(`${asked}&group_by=outcome`), {
      completed: [[105, 'revised'], [70, 'ok'], [0, 'zero'], [null, 'missing'], [80, 'provisional']],
      failed: [[5, 'ok'], [null, 'missing'], [null, 'missing'], [null, 'missing'], [null, 'missing']]
    })
    t.same(await values(`${asked}&filter_by=channel:telephone-agent`), {
      '': [[40, 'ok'], ...Array(4).fill([null, 'missing'])]
    })
    t.same(await values(`${asked}&outcome=failed&group_by=channel`), {
      web: [[5, 'ok'], ...Array(4).fill([null, 'missing'])]
    })
    t.same(await values(`${asked}&group_by=channel&top=1`), {
      web: [[70, 'revised'], [70, 'ok'], [null, 'missing'], [null, 'missing'], [80, 'provisional']]
    })
    t.match(
      (await app.inject(`/v1/series?service=pay-council-tax&${asked}&format=csv`)).body,
      /2014-05-05,2014-05-11,110,revised,\[r\],/
    )
  })

  t.test('a period that figures do not cover whole is missing', async (t) => {
    t.same(await values('authority=nottingham&period=month&start_on=2014-05-01&end_on=2014-05-31'), {
      '': [[null, 'missing']]
    })
    t.same(await values('authority=nottingham&period=week&start_on=2014-05-06&end_on=2014-05-18'), {
      '': [[null, 'missing'], [70, 'ok']]
    }, 'clipped')
    t.same(await values('authority=nottingham&period=day&start_on=2014-05-05&end_on=2014-05-05'), {
      '': [[null, 'missing']]
    })
    const wards = await values(
      'authority=nottingham&period=week&start_on=2014-05-05&end_on=2014-05-11&group_by=ward&filter_by=channel:web'
    )
    t.same(Object.values(wards).flat().filter(([value]: any) => value !== null), [], 'nothing of wards was counted')
  })

  t.test('events hold where there are any, and never both', async (t) => {
    await post('events', 'kirklees', [event('2014-05-13', 'web', 3), event('2014-05-14', 'paper', 4)])
    await post('observations', 'kirklees', WEEKS.slice(0, 2).map((week) => figure(week, 1000, { channel: 'web' })))
    t.same(await values(`authority=kirklees&${weeks('2014-05-05', '2014-05-18')}`), { '': [[1000, 'ok'], [7, 'ok']] })
    t.same(await values(`authority=kirklees&${weeks('2014-05-05', '2014-05-18')}&group_by=channel`), {
      paper: [[null, 'missing'], [4, 'ok']], web: [[1000, 'ok'], [3, 'ok']]
    })
    t.same(await values(`authority=kirklees&authority=nottingham&${weeks('2014-05-05', '2014-05-18')}`), {
      '': [[1110, 'revised'], [77, 'ok']]
    }, 'added up')
    t.match(
      (await read(`authority=kirklees&authority=nottingham&${weeks('2014-05-05', '2014-05-18')}`)).data[0].values,
      [{ basis: 'counts' }, { basis: 'both' }]
    )
    t.same(
      await values(`authority=kirklees&authority=nottingham&authority=leeds&${weeks('2014-05-05', '2014-05-18')}&group_by=authority`),
      {
        kirklees: [[1000, 'ok'], [7, 'ok']],
        leeds: [[null, 'missing'], [null, 'missing']],
        nottingham: [[110, 'revised'], [70, 'ok']]
      },
      'a silent one is seen to be silent'
    )
    const everybody = await values(`${weeks('2014-05-05', '2014-05-11')}&group_by=authority`)
    t.same([everybody['kirklees'], everybody['nottingham'], everybody['cardiff']], [
      [[1000, 'ok']], [[110, 'revised']], [[null, 'missing']]
    ])
  })

  t.test('declared: counts until a Thursday, events from then on', async (t) => {
    for (const [from_on, basis] of [['2014-01-01', 'counts'], ['2014-05-22', 'events']]) {
      await app.inject({
        method: 'PUT',
        url: '/v1/authorities/solihull/services/pay-council-tax/authoritative',
        headers: operator,
        payload: { type: 'transaction', from_on, basis }
      })
    }
    await post('events', 'solihull', [
      event('2014-05-13', 'web', 11),
      event('2014-05-21', 'web', 12, { street: 45203501 }),
      event('2014-05-22', 'web', 13),
      event('2014-05-27', 'paper', 14)
    ])
    await post('observations', 'solihull', [
      figure(WEEKS[1], 500, { channel: 'web' }),
      figure(WEEKS[3], 900, { channel: 'web' }),
      ...['2014-05-19', '2014-05-20', '2014-05-21'].map((day) => figure(day, 10, { period: 'day', channel: 'web' }))
    ])
    const asked = `authority=solihull&${weeks('2014-05-12', '2014-06-01')}`
    t.same(await values(asked), { '': [[500, 'ok'], [43, 'ok'], [14, 'ok']] }, '3 days of 10, and 13')
    t.match((await read(asked)).data[0].values.map(({ basis }: any) => basis), ['counts', 'both', undefined])
    t.same(await values(`${asked}&group_by=channel`), {
      paper: [[null, 'missing'], [null, 'missing'], [14, 'ok']], web: [[500, 'ok'], [43, 'ok'], [0, 'zero']]
    })
    t.same(
      await values('authority=solihull&period=month&start_on=2014-05-01&end_on=2014-05-31&group_by=street'),
      {},
      'streets that counts hold for tell nothing'
    )
    const { data: [{ values: kpi }] } =
      (await app.inject(`/v1/kpis/transactions/series?service=pay-council-tax&${asked}`)).json()
    t.same(kpi.map(({ value }: any) => value), [500, 43, 14], 'as the KPI has it')
  })

  t.test('channels counted over different lengths make no total, nor a share of one', async (t) => {
    const month = { period: 'month', start_on: '2013-07-01', measure: 'transactions', channel: 'web', value: 80 }
    await post('observations', 'leeds', [month, { ...month, period: 'week', channel: 'telephone-agent', value: 20 }, {
      ...month, start_on: '2013-08-01'
    }, { ...month, start_on: '2013-08-01', channel: 'paper' }])
    const asked = 'authority=leeds&period=month&start_on=2013-07-01&end_on=2013-08-31'
    t.same(await values(asked), { '': [[null, 'missing'], [160, 'ok']] })
    const { data: [{ values: takeUp }] } =
      (await app.inject(`/v1/kpis/digital-take-up/series?service=pay-council-tax&${asked}`)).json()
    t.match(takeUp, [{ value: null, reason: 'coverage-too-low' }, { value: 50, coverage: 1 }])
  })

  t.test('journeys, ratings, and the confirmed misses among the reports', async (t) => {
    const week = { period: 'week', start_on: WEEKS[0] }
    await post('observations', 'leeds', [
      { ...week, measure: 'journeys_started', value: 30, service: 'renew-library-item' },
      { ...week, measure: 'journeys_completed', value: 20, service: 'renew-library-item' },
      { ...week, measure: 'ratings_4', value: 6, service: 'renew-library-item' },
      { ...week, measure: 'ratings_5', value: 7, service: 'renew-library-item' },
      { ...week, measure: 'transactions', value: 50, service: 'report-missed-bin' },
      { ...week, measure: 'misses_confirmed', value: 20, service: 'report-missed-bin' }
    ])
    const asked = `authority=leeds&${weeks('2014-05-05', '2014-05-11')}`
    t.same(await values(`${asked}&type=journey&group_by=outcome`, 'renew-library-item'), {
      completed: [[20, 'ok']], started: [[30, 'ok']]
    })
    t.same(await values(`${asked}&type=rating`, 'renew-library-item'), { '': [[13, 'ok']] })
    t.same(await values(asked, 'report-missed-bin'), { '': [[50, 'ok']] })
    t.same(await values(`${asked}&group_by=outcome`, 'report-missed-bin'), { confirmed: [[20, 'ok']] })
    const july = { period: 'month', start_on: '2013-07-01', service: 'renew-library-item' }
    await post('observations', 'leeds', [
      ...[100, 0, 0, 0].map((value, i) => ({ ...july, measure: `ratings_${i + 1}`, value })),
      { ...july, period: 'week', measure: 'ratings_5', value: 100 },
      { ...july, start_on: '2013-08-01', measure: 'ratings_1', value: 9 },
      { ...july, start_on: '2013-07-01', period: 'quarter', measure: 'ratings_2', value: 9 }
    ])
    const months = 'authority=leeds&period=month&start_on=2013-07-01&end_on=2013-08-31&type=rating'
    t.same(
      await values(months, 'renew-library-item'),
      { '': [[null, 'missing'], [null, 'missing']] },
      'what is sent for a week is not 0 for the month, nor what is sent for the quarter'
    )
    t.match(await values(`${months}&group_by=outcome`, 'renew-library-item'), {
      1: [[100, 'ok'], [9, 'ok']], 4: [[0, 'zero'], [null, 'missing']], 5: undefined
    })
    const { data: [{ values: scores }] } =
      (await app.inject('/v1/kpis/user-satisfaction-score/series?authority=leeds&service=renew-library-item&period=month&start_on=2013-07-01&end_on=2013-08-31'))
        .json()
    t.match(scores, [{ value: null, reason: 'coverage-too-low', coverage: 7 / 31 }, {
      value: null, reason: 'nothing-reported'
    }], 'no score either')
    t.same(
      await values(`${asked}&outcome=reported`, 'report-missed-bin'),
      { '': [[null, 'missing']] },
      'the counts do not say which are only reported'
    )
  })
})

t.test('notes and breaks on GET /v1/series', async (t) => {
  const { app } = await testApp(t, '2026-06-10T12:00:00Z')
  const headers = await testSource(app)
  const event = (id: string, day: string, ward: string) => ({
    id,
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: `${day}T10:00:00+01:00`,
    ward
  })
  const sent = await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers,
    payload: [
      event('1', '2026-04-15', 'E05001284'),
      event('2', '2026-05-06', 'E05001284'),
      event('3', '2026-05-07', 'E05016426')
    ]
  })
  t.match(sent.json(), { stored: 3 })
  const url =
    '/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2026-04-01&end_on=2026-06-30'
  const before = await app.inject(url)
  t.match(before.json(), { annotations: [], breaks: [] })
  await app.inject({
    method: 'PUT',
    url: '/v1/annotations',
    headers: operator,
    payload: { id: 'wards', authority: 'solihull', start_on: '2026-05-07', note: 'New wards' }
  })
  const after = await app.inject({ url, headers: { 'if-none-match': before.headers['etag'] } })
  t.equal(after.statusCode, 200, 'a note is a new state')
  t.same(after.json().annotations, [{
    id: 'wards', authority: 'solihull', service: null, start_on: '2026-05-07', end_on: null, note: 'New wards'
  }])
  // Small wards are suppressed for the public.
  const byWard = (await app.inject({ url: `${url}&group_by=ward`, headers: operator })).json()
  t.match(byWard.breaks, [{ on: '2026-05-07', authority: 'solihull' }])
  const of = (ward: string) =>
    byWard.data.find(({ group }: any) => group.ward === ward).values.map((
      value: any
    ) => [value.value, value.status, value.break])
  t.same(of('E05001284'), [[1, 'ok', undefined], [1, 'ok', '2026-05-07'], [null, 'missing', undefined]])
  t.same(of('E05016426'), [[null, 'missing', undefined], [1, 'ok', '2026-05-07'], [
    null, 'missing', undefined
  ]])
  t.match(
    (await app.inject({ url: `${url}&group_by=ward&format=csv`, headers: operator })).body,
    /^ward,start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\n[^]*E05001284,2026-05-01,2026-05-31,1,ok,\[b\],[\d.]+,2026-05-07,,\r\n/
  )

  await app.inject({
    method: 'POST', url: '/v1/events', headers, payload: event('4', '2026-06-05', 'E05016426')
  })
  const alone = async (ward: string, more = '') => {
    const { data } = (await app.inject({ url: `${url}&filter_by=ward:${ward}${more}`, headers: operator })).json<
      Answer
    >()
    return data.map(({ values }) => values.map(({ value, status }) => [value, status]))
  }
  t.same(
    await alone('E05001284'), [[[1, 'ok'], [1, 'ok'], [null, 'missing']]], 'nothing of a ward that has ended is no 0'
  )
  t.same(await alone('E05016426'), [[[null, 'missing'], [1, 'ok'], [1, 'provisional']]])
  t.same(await alone('E05001285', '&filter_by=ward:E05016426'), [[[0, 'zero'], [1, 'ok'], [
    1, 'provisional'
  ]]])
  t.same(await alone('E05001284', '&group_by=channel'), [[[1, 'ok'], [1, 'ok'], [null, 'missing']]])
})

t.test('small figures by ward are suppressed for the public, where counts stand for events too', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/crm', {
    services: ['renew-library-item', 'report-missed-bin', 'pay-council-tax']
  })
  const send = async (service: string, counts: Record<string, number>) =>
    await app.inject({
      method: 'POST',
      url: '/v1/observations',
      headers,
      payload: Object.entries(counts).map(([ward, value]) => ({
        authority: 'solihull', service, measure: 'transactions', period: 'week', start_on: '2014-05-05', ward, value
      }))
    })
  await send('renew-library-item', { E05001284: 2, E05001285: 40 })
  await send('report-missed-bin', { E05001284: 30, E05001285: 40 })
  const byWard = async (service: string, headers = {}) => {
    const { data } =
      (await app.inject({
        url:
          `/v1/series?authority=solihull&service=${service}&period=week&start_on=2014-05-05&end_on=2014-05-11&group_by=ward`,
        headers
      })).json()
    return Object
      .fromEntries(data.filter(({ values: [{ status }] }: any) => status !== 'missing').map((
        { group, values: [value] }: any
      ) => [group.ward, value]))
  }
  await release(app)
  t.match(await byWard('report-missed-bin'), {
    E05001284: { value: 30, status: 'ok', basis: 'counts' }, E05001285: { value: 40, status: 'ok' }
  })
  t.match(await byWard('renew-library-item'), {
    E05001284: { value: null, status: 'suppressed' }, E05001285: { value: null, status: 'suppressed' }
  }, 'all of the year or nothing')
  t.match(await byWard('renew-library-item', operator), {
    E05001284: { value: 2, status: 'ok' }, E05001285: { value: 40, status: 'ok' }
  })

  await send('pay-council-tax', { E05001284: 30, E05001285: 40 })
  await app.inject({
    method: 'POST',
    url: '/v1/observations',
    headers,
    payload: {
      authority: 'solihull',
      service: 'pay-council-tax',
      measure: 'transactions_failed',
      period: 'week',
      start_on: '2014-05-05',
      ward: 'E05001285',
      value: 2
    }
  })
  const byOutcome = async (query: string) => {
    const answer = await app.inject(`/v1/series?authority=solihull&service=pay-council-tax&period=week&start_on=2014-05-05&end_on=2014-05-11&${query}`)
    return answer.json<{ data: ToldSeries[] }>().data.map((
      { group, values: [one] }
    ) => [...Object.values(group), one?.value, one?.status])
  }
  await release(app)
  const told = (await byOutcome('group_by=ward&group_by=outcome')).filter(([ward]) =>
    ward === 'E05001284' || ward === 'E05001285')
  t.same(told, [
    ['E05001284', 'completed', null, 'suppressed'],
    ['E05001284', 'failed', null, 'suppressed'],
    ['E05001285', 'completed', null, 'suppressed'],
    ['E05001285', 'failed', null, 'suppressed']
  ], 'outcomes are released by month, not by week')
  t.same(await byOutcome('group_by=outcome&filter_by=ward:E05001284'), [
    ['completed', null, 'suppressed'], ['failed', null, 'suppressed']
  ])
})

t.test('wards are asked for from the first year there is, whose financial year begins before it', async (t) => {
  const { app } = await testApp(t)
  const asked = 'authority=solihull&service=pay-council-tax&end_on=1900-12-31&duration=1900&period=year'
  const status = async () => (await app.inject(`/v1/series?${asked}&group_by=ward`)).statusCode
  t.equal(await status(), 200)
  await app.inject({
    method: 'PUT',
    url: '/v1/authorities/solihull/services/pay-council-tax/authoritative',
    headers: operator,
    payload: { type: 'transaction', from_on: '2000-01-01', basis: 'counts' }
  })
  t.equal(await status(), 200, 'the years before, which decide on figures, are none')
})
