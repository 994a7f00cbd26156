import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, operator } from '../support/builders.ts'

const DEFINITION = {
  title: 'Missed bins',
  formula: 'Confirmed misses over collections',
  source: 'Waste group',
  source_date: null,
  owner: 'Waste group',
  effective_from: '2014-06-01',
  state: 'agreed',
  unit: 'per-100000',
  scale: 100_000,
  polarity: 'lower',
  target: { at_most: 50 },
  min_denominator: 1,
  min_coverage: 0.9,
  numerator: [{ events: 'transaction', outcomes: { confirmed: 1 } }],
  denominator: [{ measure: 'collections_made' }]
}

t.test('what KPIs are worked out by', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const own = await administratorOf(app, 'solihull')
  const call = async (
    method: 'GET' | 'PUT' | 'POST', url: string, payload?: object | string, as: Record<string, string> = operator
  ) => {
    const answer = await app.inject({ method, url, headers: as, ...(payload !== undefined && { payload }) })
    return { status: answer.statusCode, body: answer.json() }
  }

  t.test('definitions: a PUT adds a version, earlier periods keep theirs', async (t) => {
    t.equal((await call('GET', '/v1/kpis')).body.data.length, 15)
    t.match((await call('GET', '/v1/kpis/completion-rate/versions')).body.data, [{
      version: 1, effective_from: '2000-01-01'
    }, { version: 2, effective_from: '2015-08-13' }])
    t.match((await call('GET', '/v1/kpis/completion-rate')).body, { version: 1 }, 'it is 2014')
    t.equal((await call('PUT', '/v1/kpis/missed-per-100000', DEFINITION, headers)).status, 403)
    t.match(await call('PUT', '/v1/kpis/missed-per-100000', DEFINITION), { status: 201, body: { version: 2 } })
    t.equal(
      (await call('PUT', '/v1/kpis/x', { ...DEFINITION, denominator: [{ measure: 'bins' }] })).body.code,
      'unknown-measure'
    )
    t.equal(
      (await call('PUT', '/v1/kpis/x', {
        ...DEFINITION, numerator: [{ events: 'rating', outcomes: { completed: 1 } }]
      })).status,
      400
    )
    const { body: { data: [{ values }] } } = await call(
      'GET',
      '/v1/kpis/missed-per-100000/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-06-30'
    )
    t.match(values, [{ definition_version: 1, target: { at_most: 56 } }, {
      definition_version: 2, target: { at_most: 50 }, status: 'missing'
    }])
    await call('PUT', '/v1/kpis/missed-per-100000', { ...DEFINITION, state: 'retired', effective_from: '2014-06-01' })
    const after =
      (await call(
        'GET',
        '/v1/kpis/missed-per-100000/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-06-01&end_on=2014-06-30'
      )).body
    t.match(after.data[0].values, [{ value: null, reason: 'no-definition' }])
    t.match((await call('GET', '/v1/kpis/nothing')).body, { code: 'unknown-kpi' })
  })

  t.test('a revised figure marks its value, with the note; notes on the series', async (t) => {
    const figure = {
      authority: 'solihull',
      service: 'report-missed-bin',
      measure: 'collections_made',
      period: 'week',
      start_on: '2014-05-26',
      value: 100_000
    }
    await call('POST', '/v1/events', [{
      id: 'a',
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T08:00:00+01:00',
      outcome: 'confirmed',
      count: 50,
      channel: 'web',
      ward: 'E05001286',
      street: 45203501
    }], headers)
    const read = async (kpi = 'reported-missed-per-100000', more = '') =>
      (await call(
        'GET',
        `/v1/kpis/${kpi}/series?authority=solihull&service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01${more}`
      )).body
    t.match((await read()).data[0].values, [{
      value: null, status: 'missing', reason: 'no-denominator', denominator: null
    }], 'never a bare count')
    await call('POST', '/v1/observations', figure, headers)
    t.match((await read()).data[0].values, [{
      value: 50, status: 'partial', numerator: 50, denominator: 100_000, coverage: 1 / 7
    }], 'events of one day')
    const event = { authority: 'solihull', service: 'report-missed-bin', channel: 'web', count: 0 }
    await call('POST', '/v1/events', ['2014-05-23', '2014-05-30'].map((day) => ({
      ...event, id: `nothing-${day}`, occurred_at: `${day}T08:00:00+01:00`
    })), headers)
    t.match((await read()).data[0].values, [{ value: 50, status: 'ok', coverage: 1 }], 'nothing on the other days')
    await call('POST', '/v1/observations', { ...figure, value: 125_000, note: 'one round on strike' }, headers)
    t.match((await read()).data[0].values, [{ value: 40, status: 'revised', notes: ['one round on strike'] }])
    await call('POST', '/v1/observations', { ...figure, value: 125_000, provisional: true }, headers)
    t.match((await read()).data[0].values, [{ status: 'provisional' }])
    t.match(
      (await read('reported-missed-per-100000', '&group_by=ward')).data.find(({ group }: any) =>
        group.ward === 'E05001286'
      ).values,
      [{ value: null, reason: 'no-denominator' }]
    )
    t.match((await read('reported-missed-per-100000', '&group_by=channel')).data, [{
      group: { channel: 'web' }, values: [{ value: 40 }]
    }])

    const note = {
      id: 'strike', authority: 'solihull', service: 'report-missed-bin', start_on: '2014-05-28', note: 'Crews on strike'
    }
    t.equal((await call('PUT', '/v1/annotations', note, headers)).status, 403, 'a source governs nothing')
    t.equal((await call('PUT', '/v1/annotations', note, own)).status, 201)
    t.equal((await call('PUT', '/v1/annotations', { ...note, end_on: '2014-06-02' }, own)).status, 200)
    t.equal((await call('PUT', '/v1/annotations', { ...note, authority: 'leeds' }, own)).status, 403)
    t.equal((await call('PUT', '/v1/annotations', { ...note, end_on: '2014-05-02' }, own)).status, 400)
    t.match((await read()).annotations, [{ id: 'strike', note: 'Crews on strike', end_on: '2014-06-02' }])
  })

  t.test('streets: the most first, within a ward, by month', async (t) => {
    const event = (id: string, street: number, count: number, ward = 'E05001286') => ({
      id,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-04-10T08:00:00+01:00',
      count,
      ward,
      street
    })
    await call('POST', '/v1/events', [
      event('s1', 11, 3), event('s2', 12, 7), event('s3', 13, 5), event('s4', 14, 9, 'E05001291')
    ], headers)
    const url =
      '/v1/kpis/transactions/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-04-01&end_on=2014-04-30&group_by=street'
    t.same((await call('GET', url)).body.data.map(({ group, values }: any) => [group.street, values[0].value]), [
      ['14', 9], ['12', 7], ['13', 5], ['11', 3]
    ])
    t.same((await call('GET', `${url}&ward=E05001286&top=2`)).body.data.map(({ group }: any) => group.street), [
      '12', '13'
    ])
    t.equal((await call('GET', url.replace('transactions', 'digital-take-up'))).status, 400)
    t.equal((await call('GET', url.replace('period=month', 'period=week'))).status, 400)
  })

  t.test('areas: JSON or CSV, for one’s own authority', async (t) => {
    const put = async (payload: object | string, as: Record<string, string>, authority = 'solihull') =>
      await call('PUT', `/v1/authorities/${authority}/areas`, payload, as)
    const csv = 'code,name,valid_from,valid_to,note\nE05099999,St Anne’s & Hill,2027-05-06,,new\n'
    t.match(
      (await put(csv, { ...own, 'content-type': 'text/csv' })).body.data.find(({ code }: any) =>
        code === 'E05099999'
      ),
      {
        name: 'St Anne’s & Hill',
        slug: 'st-annes-hill',
        valid_from: '2027-05-06',
        valid_to: null,
        provisional_code: false
      }
    )
    t.equal((await put([{ code: 'E05099970', name: 'Elsewhere' }], operator, 'leeds')).status, 200)
    t.match(await put([{ code: 'E05001286', name: 'Stolen' }], operator, 'leeds'), {
      status: 422, body: { errors: [{ index: 0, pointer: '/code' }] }
    })
    t.match(await put([{ code: 'E05012271', name: 'X', valid_from: '2014-02-02', valid_to: '2014-01-01' }], own), {
      status: 422, body: { errors: [{ pointer: '/valid_to' }] }
    })
    t.equal((await put([{ code: 'E05012271', name: 'X' }], own, 'leeds')).status, 403)
    t.equal((await put('colour\nred\n', { ...own, 'content-type': 'text/csv' })).status, 400)
    const event = {
      id: 'leeds-1',
      authority: 'leeds',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T08:00:00+01:00',
      ward: 'E05099970'
    }
    const leeds = await testSource(app, 'leeds/crm', { services: ['report-missed-bin'] })
    t.match((await call('POST', '/v1/events', event, leeds)).body, { stored: 1 })
  })
})
