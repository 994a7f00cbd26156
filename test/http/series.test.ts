import t from 'tap'
import { WEEK, weekAsEvents } from '../support/solihull-week.ts'
import { testApp, testSource } from '../support/app.ts'
import { event, get, operator, release, send } from '../support/builders.ts'
import { A_YEAR_LATER } from '../support/real-week.ts'
import { groupName, type ToldSeries } from '../support/told.ts'

const MISSED = 'authority=solihull&service=report-missed-bin'

t.test('the real week of Solihull in and out', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  const areas = (await app.inject('/v1/areas?authority=solihull')).json().data as Array<
    { name: string, code: string, valid_to: string | null }
  >
  const events =
    weekAsEvents(new Map(areas.filter(({ valid_to }) => valid_to !== null).map(({ name, code }) => [name, code])))
  const nameOf = new Map(areas.map(({ name, code }) => [code, name]))
  t.equal(events.length, 170)
  const first = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })
  t.match(first.json(), { received: 170, stored: 170 })
  const wanted = Object.fromEntries(WEEK.map(({ ward, missed }) => [ward === 'NULL' ? 'unknown' : ward, missed]))
  const byWard = async () => {
    const { data } = (await app.inject({
      url: `/v1/series?${MISSED}&period=week&start_on=2014-05-26&end_on=2014-06-01&group_by=ward`,
      headers: operator // small wards are suppressed for the public
    })).json()
    return Object
      .fromEntries(data.map((
        series: any
      ) => [nameOf.get(series.group.ward) ?? series.group.ward, series.values[0].value]))
  }
  t.same(await byWard(), wanted)
  t.match((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).json(), {
    stored: 0, duplicates: 170
  })
  t.same(await byWard(), wanted, 'sending it twice changes nothing')
  clock.now = Date.parse(A_YEAR_LATER)
  const later = event('later', { occurred_at: '2015-03-31T10:00:00+01:00', count: 50, ward: 'E05001285' })
  await send(app, 'events', headers, later)
  await release(app)
  const dialect =
    (await app.inject('/data/solihull-report-missed-bin/transactions-by-ward?period=week&start_at=2014-05-26T00:00:00Z' +
        '&end_at=2014-06-02T00:00:00Z&group_by=ward&collect=count:sum')).json()
  t.same(Object.fromEntries(dialect.data.map((row: any) => [row.ward, row['count:sum']])), {
    ...wanted, Knowle: null, unknown: null
  }, 'the same in the old dialect')
  t.same(dialect.data[0].values, [
    { _start_at: '2014-05-26T00:00:00+00:00', _end_at: '2014-06-02T00:00:00+00:00', _count: 7, 'count:sum': 15 }
  ], 'seven daily records, as the answer of 2014 had')
  const total = (await app.inject(`/v1/series?${MISSED}&period=week&start_on=2014-05-19&end_on=2014-06-08`)).json()
  t.same(total.data[0].values, [
    { start_on: '2014-05-19', end_on: '2014-05-25', value: null, status: 'missing' },
    { start_on: '2014-05-26', end_on: '2014-06-01', value: 170, status: 'ok', coverage: 1 },
    { start_on: '2014-06-02', end_on: '2014-06-08', value: null, status: 'missing' }
  ])
})

t.test('local days, statuses and periods', async (t) => {
  const { app, clock } = await testApp(t, '2014-11-05T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'renew-library-item'] })
  let n = 0
  const send = async (...events: Array<[at: string, more?: object]>) => {
    const payload = events.map(([at, more]) => (
      { id: `e${n++}`, authority: 'solihull', service: 'report-missed-bin', occurred_at: at, channel: 'web', ...more }
    ))
    const response = await app.inject({ method: 'POST', url: '/v1/events', headers, payload })
    if (response.statusCode !== 200) throw new Error(response.body)
  }
  const values = async (query: string, group = 0) =>
    ((await app.inject(`/v1/series?${MISSED}&${query}`)).json().data[group]?.values ?? [])
      .map(({ start_on, value, status }: any) => [start_on, value, status])

  t.test('an event at 23:30 UTC in summer counts on the next day', async (t) => {
    await send(['2014-06-30T23:30:00Z'], ['2014-06-30T22:59:59Z'], ['2014-01-31T23:59:59Z'])
    t.same(await values('period=day&start_on=2014-06-30&end_on=2014-07-01'), [['2014-06-30', 1, 'ok'], [
      '2014-07-01', 1, 'ok'
    ]])
    t.same(await values('period=month&start_on=2014-01-01&end_on=2014-02-28'), [['2014-01-01', 1, 'ok'], [
      '2014-02-01', null, 'missing'
    ]])
  })

  t.test('the weeks in which the clocks change have all their events', async (t) => {
    const hours = (from: string, count: number): Array<[string]> =>
      Array.from({ length: count }, (_, i) => [new Date(Date.parse(from) + i * 3_600_000).toISOString()])
    await send(...hours('2014-03-24T00:00:00Z', 167)) // Monday 00:00 GMT to Sunday midnight BST
    await send(...hours('2014-10-19T23:00:00Z', 169))
    t.same(await values('period=week&start_on=2014-03-24&end_on=2014-03-30'), [['2014-03-24', 167, 'ok']])
    t.same(await values('period=week&start_on=2014-10-20&end_on=2014-10-26'), [['2014-10-20', 169, 'ok']])
  })

  t.test('zero is not missing, and the running period is provisional', async (t) => {
    await send(['2014-11-03T10:00:00Z'], ['2014-09-02T10:00:00Z', { channel: 'email', outcome: 'confirmed' }], [
      '2014-09-10T10:00:00Z', { count: 0 }
    ])
    t.same(await values('period=week&start_on=2014-11-03&end_on=2014-11-09'), [['2014-11-03', 1, 'provisional']])
    t.same(await values('period=week&start_on=2014-09-01&end_on=2014-09-14'), [['2014-09-01', 1, 'ok'], [
      '2014-09-08', 0, 'zero'
    ]])
    t.same(await values('period=week&start_on=2014-09-01&end_on=2014-09-21&outcome=reported'), [
      ['2014-09-01', 0, 'zero'], ['2014-09-08', 0, 'zero'], ['2014-09-15', null, 'missing']
    ])
    clock.now = Date.parse('2014-11-10T00:00:00Z')
    t.same(await values('period=week&start_on=2014-11-03&end_on=2014-11-09'), [['2014-11-03', 1, 'ok']])
  })

  t.test('financial years and quarters begin in April', async (t) => {
    t.same((await values('period=financial_year&start_on=2013-04-01&end_on=2015-03-31')).map(([start]: any) => start), [
      '2013-04-01', '2014-04-01'
    ])
    t.same((await values('period=financial_quarter&start_on=2014-01-01&duration=2')).map(([start]: any) => start), [
      '2014-01-01', '2014-04-01'
    ])
  })

  t.test('a service that is not delivered has no zeros', async (t) => {
    const { data } =
      (await app.inject('/v1/series?authority=warwickshire&service=report-missed-bin&period=month&duration=1')).json()
    t.match(data[0].values, [{ value: null, status: 'not-delivered' }])
  })

  t.test('groups by authority list the silent ones', async (t) => {
    const { data } =
      (await app.inject('/v1/series?service=report-missed-bin&group_by=authority&period=month&start_on=2014-06-01&end_on=2014-06-30'))
        .json()
    const by: any = Object.fromEntries(data.map(({ group, values }: any) => [group.authority, values[0]]))
    t.match(by.solihull, { value: 1, status: 'ok' })
    t.match(by.nottingham, { value: null, status: 'missing' })
    t.equal(by.warwickshire, undefined, 'a county collects no bins')
  })

  t.test('CSV, by parameter and by Accept header', async (t) => {
    const csv = await app.inject(`/v1/series?${MISSED}&period=month&start_on=2014-09-01&end_on=2014-09-30&group_by=channel&format=csv`)
    t.equal(
      csv.body,
      'channel,start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\n' +
        'email,2014-09-01,2014-09-30,1,ok,,0.06666666666666667,,,\r\n' +
        'web,2014-09-01,2014-09-30,0,zero,,0.06666666666666667,,,\r\n'
    )
    t.match(
      (await app.inject({ url: `/v1/series?${MISSED}`, headers: { accept: 'text/csv' } })).headers['content-type'],
      /^text\/csv/
    )
    t.equal((await app.inject({ url: `/v1/series?${MISSED}`, headers: { accept: 'image/png' } })).statusCode, 406)
  })

  t.test('the largest groups alone, largest first', async (t) => {
    const url = `/v1/series?${MISSED}&period=quarter&start_on=2014-07-01&end_on=2014-09-30&`
    const top = async (
      query: string,
      headers: Record<string, string> = operator
    ) =>
      ((await app.inject({ url: url + query, headers })).json().data ?? [])
        .map(({ group, values }: any) => [...Object.values(group), values[0].value])
    await send(...[1, 2, 3, 3, 3, 2, 3, 3, 2, 2].map((
      street
    ): [string, object] => ['2014-08-12T10:00:00Z', { street: 45_200_000 + street, ward: 'E05001286' }]))
    t.same(await top('group_by=street&top=2'), [['45200003', 5], ['45200002', 4]])
    t.same(await top('group_by=street&top=1&filter_by=street:45200001'), [['45200001', 1]])
    t.equal((await app.inject(`/v1/series?${MISSED}&top=2`)).json().code, 'invalid-request')
  })

  t.test('an ETag holds until the next commit, and an answer is never older than that', async (t) => {
    const url = `/v1/series?${MISSED}&period=month&start_on=2014-08-01&end_on=2014-08-31`
    const first = await app.inject(url)
    const again = async () => await app.inject({ url, headers: { 'if-none-match': first.headers['etag'] } })
    t.equal(first.headers['cache-control'], 'no-cache')
    t.equal((await again()).statusCode, 304)
    await Promise.all([again(), send(['2014-08-13T10:00:00Z']), again(), again()])
    const changed = await again()
    t.equal(changed.statusCode, 200)
    t.equal(changed.json().data[0].values[0].value, first.json().data[0].values[0].value + 1)
    const before = changed.json().data[0].values[0].value
    for (let i = 1; i <= 20; i++) {
      await Promise.all([again(), send(['2014-08-14T10:00:00Z'])])
      t.equal((await again()).json().data[0].values[0].value, before + i)
    }
  })

  t.test('wrong questions are told what is wrong', async (t) => {
    for (
      const [query, code] of [
        ['service=report-missed-bim&authority=solihull', 'unknown-service'],
        ['service=report-missed-bin', 'invalid-request'],
        [`${MISSED}&start_on=2014-02-30`, 'invalid-request'],
        [`${MISSED}&start_on=2014-03-01&end_on=2014-02-01`, 'invalid-period-range'],
        [`${MISSED}&end_on=9999-12-31`, 'invalid-request'],
        [`${MISSED}&end_on=0001-01-01`, 'invalid-request'],
        [`${MISSED}&period=year&duration=4000`, 'invalid-period-range'],
        [`${MISSED}&period=day&start_on=2000-01-01&end_on=2014-01-01`, 'invalid-period-range'],
        [`${MISSED}&filter_by=chanel:web`, 'invalid-request'],
        [`${MISSED}&group_by=street&period=week`, 'invalid-request'],
        [`${MISSED}&colour=red`, 'invalid-request'],
        [`${MISSED}&outcome=5`, 'invalid-request'],
        [`${MISSED}&type=rating&filter_by=outcome:failed`, 'invalid-request']
      ] as const
    ) t.equal((await app.inject(`/v1/series?${query}`)).json().code, code, query)
    t.match(
      (await app.inject(`/v1/series?${MISSED}&period=year&duration=4000`)).json().detail,
      /days before the year 1/
    )
    t.match(
      (await app.inject(`/v1/series?${MISSED}&period=day&start_on=2000-01-01&end_on=2014-01-01`)).json().detail,
      /more than 4000 periods/
    )
  })
})

t.test('the largest groups for the public: by what is released, then by name', async (t) => {
  const { app } = await testApp(t, '2014-11-10T12:00:00Z')
  const headers = await testSource(app)
  const streets = [1, 4, 5].map((count, i) => event(`s${i}`, {
    occurred_at: '2014-08-12T10:00:00Z', street: 45_200_001 + i, ward: 'E05001286', count
  }))
  const later = event('later', { occurred_at: '2014-10-02T10:00:00Z', ward: 'E05001286', count: 50 })
  await send(app, 'events', headers, [...streets, later])
  await release(app)
  const { data } = await get(app, `/v1/series?${MISSED}&period=quarter&start_on=2014-07-01&end_on=2014-09-30&group_by=street&top=2`)
  t.same(data.map(({ group, values: [{ value, status }] }: any) => [group.street, value, status]), [
    ['45200003', 5, 'ok'], ['45200001', null, 'suppressed']
  ])
})

t.test('a ward is silent where its own authority is, whoever else is asked for', async (t) => {
  const { app } = await testApp(t)
  for (const [authority, code] of [['birmingham', 'E05011118'], ['kent', 'E05099998']] as const) {
    await app.inject({
      method: 'PUT',
      url: `/v1/authorities/${authority}/areas`,
      headers: operator,
      payload: [{ code, name: 'Hill' }]
    })
  }
  const headers = await testSource(app)
  await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers,
    payload: {
      id: '1',
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-28T10:00:00+01:00',
      ward: 'E05001284',
      count: 9
    }
  })
  const three = 'authority=solihull&authority=birmingham&authority=kent'
  const read = async (query: string) =>
    (await app.inject({
      url: `/v1/series?service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01&${query}`,
      headers: operator
    })).json<{ data: ToldSeries[] }>().data.map((one) => [groupName(one), one.values[0]?.value, one.values[0]?.status])
  const told = async () => {
    const byWard = await read(`${three}&group_by=ward`)
    const filtered = async (ward: string) => (await read(`${three}&filter_by=ward:${ward}`))[0]?.slice(1)
    return {
      listed: ['E05001284', 'E05001285', 'E05011118', 'E05099998'].map((ward) =>
        byWard.find(([code]) => code === ward)
      ),
      filtered: [
        await filtered('E05001285'),
        await filtered('E05011118'),
        await filtered('E05099998'),
        await filtered('unknown'),
        await filtered('E05011118&filter_by=ward:E05001285')
      ],
      sum: await read(`${three}&group_by=channel&filter_by=outcome:confirmed`),
      both: await read(`${three}&group_by=authority&group_by=ward&filter_by=ward:E05011118`)
    }
  }
  const expected = {
    listed: [['E05001284', 9, 'ok'], ['E05001285', 0, 'zero'], ['E05011118', null, 'missing'], [
      'E05099998', null, 'not-delivered'
    ]],
    filtered: [[0, 'zero'], [null, 'missing'], [null, 'not-delivered'], [0, 'zero'], [0, 'zero']],
    sum: [],
    both: []
  }
  t.same(await told(), expected)
  // Where counts may hold, another way is gone.
  await app.inject({
    method: 'PUT',
    url: '/v1/authorities/birmingham/services/report-missed-bin/authoritative',
    headers: operator,
    payload: { type: 'transaction', from_on: '2014-01-01', basis: 'counts' }
  })
  t.same(await told(), expected)
})

t.test('rounding is that of the ward’s authority, or the coarsest, in whatever order they are named', async (t) => {
  const { app } = await testApp(t)
  await app.inject({
    method: 'PUT',
    url: '/v1/authorities/birmingham/areas',
    headers: operator,
    payload: [{ code: 'E05011118', name: 'Hill' }]
  })
  for (const level of ['authority', 'ward']) {
    await app.inject({
      method: 'PUT',
      url: `/v1/disclosure-rules/birmingham/report-missed-bin/${level}`,
      headers: operator,
      payload: { round_to: 100 }
    })
  }
  for (const [authority, ward, count] of [['birmingham', 'E05011118', 137], ['solihull', 'E05001284', 41]] as const) {
    const headers = await testSource(app, `${authority}/crm`, { services: ['report-missed-bin'] })
    await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers,
      payload: {
        id: '1', authority, service: 'report-missed-bin', occurred_at: '2014-05-28T10:00:00+01:00', ward, count
      }
    })
    await send(app, 'events', headers, event('later', { authority, occurred_at: '2014-06-03T10:00:00+01:00', ward, count }))
  }
  await release(app)
  const read = async (query: string, headers = {}) =>
    Object.fromEntries((await app.inject({
      url: `/v1/series?service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01&${query}`,
      headers
    })).json<{ data: ToldSeries[] }>().data.map((one) => [groupName(one), one.values[0]?.value]))
  for (const both of ['authority=birmingham&authority=solihull', 'authority=solihull&authority=birmingham']) {
    t.same(await read(both), { '': 200 }, both)
    t.match(await read(`${both}&group_by=ward`), { E05011118: 100, E05001284: 41 }, both)
    t.match(await read(`${both}&group_by=ward&top=2`), { E05011118: 100, E05001284: 41 }, both)
    t.same(await read(`${both}&filter_by=ward:E05011118`), { '': 100 }, both)
    t.same(await read(`${both}&filter_by=ward:E05011118&filter_by=ward:E05001284`), { '': 200 }, both)
    t.same(await read(`${both}&group_by=authority`), { birmingham: 100, solihull: 41 }, both)
    t.same(await read(both, operator), { '': 178 }, both)
  }
})
