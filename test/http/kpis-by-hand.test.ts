import t from 'tap'
import { dayOf, formatDay } from '../../src/domain/calendar.ts'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { groupName, type ToldSeries } from '../support/told.ts'

// Every figure here was worked out by hand from the rows above it.
t.test('each KPI from a few events and figures', async (t) => {
  const { app } = await testApp(t, '2015-10-06T12:00:00Z')
  const services = ['report-missed-bin', 'pay-council-tax', 'renew-library-item', 'renew-older-persons-bus-pass']
  const sources: Record<string, Record<string, string>> = {}
  for (const authority of ['solihull', 'kirklees', 'nottingham', 'warwickshire']) {
    sources[authority] = await testSource(app, `${authority}/crm`, { services })
  }
  let n = 0
  const send = async (door: 'events' | 'observations', authority: string, service: string, rows: object[]) => {
    const payload = rows.map((row) => ({ ...(door === 'events' && { id: `e${n++}` }), authority, service, ...row }))
    const answer = await app.inject({ method: 'POST', url: `/v1/${door}`, headers: sources[authority]!, payload })
    if (answer.statusCode !== 200) throw new Error(answer.body)
  }
  const on = (day: string, count: number, more: object = {}) => ({
    occurred_at: `${day}T12:00:00Z`,
    channel: 'web',
    count,
    ...more
  })
  const figure = (measure: string, period: string, start_on: string, value: number, more: object = {}) => ({
    measure, period, start_on, value, ...more
  })
  const get = async (url: string) => {
    const answer = await app.inject({ url, headers: operator }) // disclosure control has tests of its own
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`)
    return answer.json()
  }
  const series = async (kpi: string, query: string) => (await get(`/v1/kpis/${kpi}/series?${query}`)).data
  const values = async (kpi: string, query: string) => (await series(kpi, query))[0].values
  const APRIL = 'period=month&start_on=2015-04-01&end_on=2015-04-30'

  t.test('digital take-up, with and without direct debit, and what it leaves out', async (t) => {
    await send('events', 'solihull', 'pay-council-tax', [
      on('2015-04-02', 30),
      on('2015-04-03', 10, { channel: 'assisted-digital' }),
      on('2015-04-04', 40, { channel: 'direct-debit' }),
      on('2015-04-05', 20, { channel: 'telephone-agent' }),
      on('2015-04-06', 7, { channel: 'crew' }),
      on('2015-04-07', 3, { channel: 'unknown' }),
      on('2015-04-08', 5, { outcome: 'failed' }),
      on('2015-04-09', 4, { channel: 'paper', avoidable: true })
    ])
    const asked = `authority=solihull&service=pay-council-tax&${APRIL}`
    t.match(await values('digital-take-up', asked), [{
      numerator: 80, denominator: 104, value: 8000 / 104, coverage: 8 / 30
    }])
    t.match(await values('digital-take-up-excluding-direct-debit', asked), [{
      numerator: 40, denominator: 64, value: 62.5
    }])
    t.match(await values('outside-take-up-rate', asked), [{ numerator: 10, denominator: 114 }])
    t.match(await values('unmapped-channel-rate', asked), [{ numerator: 3, denominator: 114 }])
    t.match(await values('avoidable-contact', asked), [{ numerator: 4, denominator: 30 + 10 + 20 + 3 + 5 + 4 }])
    t.match(await values('transactions', asked), [{ value: 114, denominator: null }])
    t.match(await values('transactions-per-1000-population', asked), [{
      numerator: 114, denominator: 217487, value: 114 * 1000 / 217487
    }])
    const byChannel = await series('transactions', `${asked}&group_by=channel`)
    t.equal(byChannel.reduce((sum: number, { values: [value] }: any) => sum + value.value, 0), 114, 'channels add up')
  })

  t.test('a channel is digital for a service from a day on, within a month', async (t) => {
    const put = await app.inject({
      method: 'PUT',
      url: '/v1/services/renew-library-item/channels/kiosk/class',
      headers: operator,
      payload: { from_on: '2015-04-15', digital_class: 'digital', reason: 'Self-scan is the online service on a kiosk' }
    })
    t.equal(put.statusCode, 200)
    await send('events', 'warwickshire', 'renew-library-item', [
      on('2015-04-14', 6, { channel: 'kiosk' }),
      on('2015-04-15', 9, { channel: 'kiosk' }),
      on('2015-04-20', 5, { channel: 'face-to-face' })
    ])
    t.match(await values('digital-take-up', `authority=warwickshire&service=renew-library-item&${APRIL}`), [{
      numerator: 9, denominator: 20, value: 45
    }])
    t.same((await get('/v1/services/renew-library-item/channel-classes')).data, [{
      channel: 'kiosk',
      authority: null,
      from_on: '2015-04-15',
      digital_class: 'digital',
      reason: 'Self-scan is the online service on a kiosk'
    }])
  })

  t.test('channels over several authorities', async (t) => {
    await send('events', 'nottingham', 'renew-library-item', [on('2014-07-01', 5, { channel: 'kiosk' })])
    await send('events', 'kirklees', 'renew-library-item', [on('2014-07-01', 7), on('2014-08-01', 8)])
    const asked =
      'authority=nottingham&authority=kirklees&service=renew-library-item&period=month&start_on=2014-07-01&end_on=2014-08-31&group_by=channel'
    const told = async (more = '') =>
      Object
        .fromEntries((await series('transactions', asked + more) as ToldSeries[]).map((
          one
        ) => [groupName(one), one.values.map(({ value, status, coverage }) => [value, status, coverage])]))
    t.same(await told(), {
      kiosk: [[5, 'partial', 1 / 31], [0, 'partial', 3 / 62]], web: [[7, 'partial', 1 / 31], [8, 'partial', 3 / 62]]
    }, 'who reported, had none in August')
    t.same(await told('&group_by=authority'), {
      'nottingham kiosk': [[5, 'partial', 1 / 31], [null, 'missing', 0]],
      'kirklees web': [[7, 'partial', 1 / 31], [8, 'partial', 3 / 31]]
    }, '1 August 2014 is a Friday')
  })

  t.test('completion rate before and after August 2015, and satisfaction', async (t) => {
    const journeys = (
      day: string
    ) => [
      on(day, 100, { type: 'journey', outcome: 'started' }),
      on(day, 60, { type: 'journey', outcome: 'completed' }),
      on(day, 15, { type: 'journey', outcome: 'ineligible' }),
      on(day, 5, { type: 'journey', outcome: 'failed' })
    ]
    await send('events', 'kirklees', 'renew-library-item', [
      ...journeys('2015-08-11'),
      ...journeys('2015-08-18'),
      on('2015-08-11', 2, { type: 'rating', outcome: '5' }),
      on('2015-08-11', 1, { type: 'rating', outcome: '4' }),
      on('2015-08-11', 1, { type: 'rating', outcome: '1' }),
      on('2015-08-18', 3, { type: 'rating', outcome: '1' }),
      // Reports on the days before, between and after, so that whole weeks are accounted for.
      ...['2015-08-07', '2015-08-25'].flatMap((day) => [
        on(day, 0, { type: 'journey', outcome: 'started' }), on(day, 0, { type: 'rating', outcome: '1' })
      ])
    ])
    const asked = 'authority=kirklees&service=renew-library-item&period=week&start_on=2015-08-10&end_on=2015-09-06'
    const silent = { value: null, status: 'missing' }
    t.match(await values('completion-rate', asked), [
      { value: 60, numerator: 60, denominator: 100, definition_version: 1 },
      { value: 75, numerator: 75, definition_version: 2 },
      { value: null, status: 'missing', reason: 'denominator-zero', definition_version: 2 },
      { ...silent, reason: 'nothing-reported', definition_version: 2 }
    ])
    // (2 x 5 + 4 + 1) / 4 = 3.75; less 1, over 4: 0.6875
    t.match(await values('user-satisfaction-score', asked), [{ value: 0.6875, denominator: 4 }, {
      value: 0, status: 'zero', denominator: 3
    }, silent, silent])
    t.match(await values('user-satisfaction-satisfied', asked), [{ value: 75, numerator: 3 }, {
      value: 0, status: 'zero'
    }, silent, silent])
  })

  t.test('missed bins: no collections, too few, enough, and by ward', async (t) => {
    await send('events', 'solihull', 'report-missed-bin', [
      on('2015-06-02', 30, { outcome: 'confirmed', ward: 'E05001286' }),
      on('2015-06-09', 8, { outcome: 'unjustified' }),
      on('2015-06-16', 20, { outcome: 'confirmed' }),
      on('2015-07-07', 1, { outcome: 'confirmed' }),
      ...['2015-05-29', '2015-06-23', '2015-06-30', '2015-08-28', ...['07', '14', '21', '25'].map((day) => `2015-09-${day}`)]
        .map((day) => on(day, 0))
    ])
    const asked = 'authority=solihull&service=report-missed-bin&period=month&start_on=2015-06-01&end_on=2015-06-30'
    t.match(await values('missed-per-100000', asked), [{
      value: null, status: 'missing', reason: 'no-denominator', met: null
    }])
    await send(
      'observations',
      'solihull',
      'report-missed-bin',
      ['2015-06-01', '2015-06-08', '2015-06-15'].map((week) => figure('collections_made', 'week', week, 25_000))
    )
    t.match(await values('missed-per-100000', asked), [{
      value: null, reason: 'coverage-too-low', coverage: 0.7, numerator: 50, denominator: 75_000
    }])
    await send('observations', 'solihull', 'report-missed-bin', [
      figure('collections_made', 'week', '2015-06-22', 25_000, { note: 'one round on strike' })
    ])
    t.match(await values('missed-per-100000', asked), [{
      value: 50, met: true, target: { at_most: 56 }, coverage: 28 / 30, notes: ['one round on strike']
    }])
    t.match(await values('reported-missed-per-100000', asked), [{ value: 58, met: null }])
    const wards = await series('missed-per-100000', `${asked}&group_by=ward`)
    t.ok(
      wards.length >= 17 && wards.every(({ values: [value] }: any) =>
        value.value === null && value.reason === 'no-denominator'
      ),
      'collections of the whole say nothing of a ward'
    )
    await send('observations', 'solihull', 'report-missed-bin', [
      figure('collections_made', 'month', '2015-06-01', 6000, { ward: 'E05001286' })
    ])
    const knowle = (await series('missed-per-100000', `${asked}&group_by=ward&ward=E05001286`))[0]
    t.match(knowle.values, [{ value: 500, numerator: 30, denominator: 6000, met: false }])
    t.match(
      await values('missed-per-100000', asked), [{ value: 50, denominator: 100_000 }], 'one ward is not the whole'
    )
    const september = (ward: string, days: number) =>
      Array.from(
        { length: days },
        (_, i) => figure('collections_made', 'day', `2015-09-${String(i + 1).padStart(2, '0')}`, 10_000, { ward })
      )
    await send('observations', 'solihull', 'report-missed-bin', [
      ...september('E05001287', 28), ...september('E05001288', 30)
    ])
    await send(
      'events',
      'solihull',
      'report-missed-bin',
      ['2015-09-01', '2015-09-30'].flatMap((day) => [
        on(day, 100, { outcome: 'confirmed', ward: 'E05001287' }),
        on(day, 30, { outcome: 'confirmed', ward: 'E05001288' }),
        on(day, 7, { outcome: 'confirmed', ward: 'E05001289' })
      ])
    )
    const inSeptember =
      'authority=solihull&service=report-missed-bin&period=month&start_on=2015-09-01&end_on=2015-09-30&group_by=ward'
    const ofWards = Object
      .fromEntries((await series('missed-per-100000', inSeptember) as ToldSeries[]).map((
        one
      ) => [groupName(one), one.values[0]]))
    t.match([ofWards['E05001287'], ofWards['E05001288'], ofWards['E05001289']], [
      { numerator: 100, denominator: 280_000, coverage: 28 / 30 },
      { numerator: 60, denominator: 300_000, coverage: 1 },
      { value: null, reason: 'no-denominator' }
    ], 'each ward over the days of its own figures')
    const bad = await app.inject({
      method: 'POST',
      url: '/v1/observations',
      headers: sources['solihull']!,
      payload: {
        authority: 'solihull',
        service: 'report-missed-bin',
        ...figure('collections_made', 'month', '2015-06-01', 1, { ward: 'unknown' })
      }
    })
    t.match(
      bad.json(),
      { code: 'rows-rejected', errors: [{ pointer: '/ward' }] },
      'a figure for an unknown ward is not one for the whole'
    )
  })

  t.test('cost, availability, information', async (t) => {
    await send('events', 'nottingham', 'pay-council-tax', [
      ...Array.from({ length: 15 }, (_, i) => on(formatDay(dayOf(2015, 3, 27) + 7 * i), 0)),
      on('2015-04-10', 60),
      on('2015-05-10', 20, { channel: 'paper' }),
      on('2015-06-10', 20, { channel: 'paper', outcome: 'failed' })
    ])
    await send('observations', 'nottingham', 'pay-council-tax', [
      figure('total_cost_pence', 'quarter', '2015-04-01', 900, { channel: 'web' }),
      figure('total_cost_pence', 'quarter', '2015-04-01', 9100, { channel: 'paper', provisional: true }),
      figure('uptime_seconds', 'month', '2015-04-01', 2_500_000),
      figure('downtime_seconds', 'month', '2015-04-01', 92_000),
      figure('uptime_seconds', 'month', '2015-05-01', 2_600_000),
      figure('found_yes', 'month', '2015-04-01', 30),
      figure('found_no', 'month', '2015-04-01', 10),
      figure('found_yes', 'month', '2015-05-01', 0),
      figure('found_no', 'month', '2015-05-01', 0)
    ])
    const quarter = 'authority=nottingham&service=pay-council-tax&period=quarter&start_on=2015-04-01&end_on=2015-06-30'
    t.match(await values('cost-per-transaction', quarter), [{
      value: 125, numerator: 10_000, denominator: 80, status: 'provisional'
    }])
    const costs = Object
      .fromEntries((await series('cost-per-transaction', `${quarter}&group_by=channel`)).map((
        { group, values: [value] }: any
      ) => [group.channel, value]))
    t.match(costs, { web: { value: 15, status: 'ok' }, paper: { value: 455, denominator: 20, status: 'provisional' } })
    const months = 'authority=nottingham&service=pay-council-tax&period=month&start_on=2015-04-01&end_on=2015-05-31'
    t.match(await values('availability', months), [{ value: 2_500_000 * 100 / 2_592_000 }, {
      value: null, reason: 'no-denominator'
    }])
    t.match(await values('information-success', months), [{ value: 75 }, { value: null, reason: 'denominator-zero' }])
    t.match(
      (await get('/v1/kpis/cost-per-transaction/comparison?service=pay-council-tax&period=quarter&start_on=2015-04-01'))
        .data[0],
      { authority: { slug: 'nottingham' }, status: 'provisional', notes: [] }
    )
  })

  t.test('compared periods: what was there in one of the two is 0 in the other, not missing', async (t) => {
    await send('events', 'kirklees', 'pay-council-tax', [
      on('2015-03-02', 5, { channel: 'paper', street: 11 }),
      on('2015-03-03', 9, { street: 12 }),
      on('2015-04-02', 6, { street: 12 }),
      on('2015-04-03', 8, { channel: 'email', street: 13 }),
      on('2014-04-03', 2, { street: 14 }),
      ...Array.from({ length: 10 }, (_, i) => on(formatDay(dayOf(2015, 2, 27) + 7 * i), 0)),
      ...Array.from({ length: 6 }, (_, i) => on(formatDay(dayOf(2014, 3, 28) + 7 * i), 0))
    ])
    const asked = `authority=kirklees&service=pay-council-tax&${APRIL}&compare_with=previous`
    const by = async (query: string) =>
      Object
        .fromEntries((await series('transactions', `${asked}&group_by=${query}`)).map((
          { group, values: [{ value, status, compared }] }: any
        ) => [Object.values(group)[0], [value, status, compared.value, compared.status, compared.change]]))
    t.same(await by('channel'), {
      email: [8, 'ok', 0, 'zero', 8], paper: [0, 'zero', 5, 'ok', -5], web: [6, 'ok', 9, 'ok', -3]
    })
    t.same(await by('street&top=1'), { 13: [8, 'ok', 0, 'zero', 8] }, 'the largest of the period asked about')
    const [{ compared }] = await values('transactions', asked.replace('previous', 'year-earlier'))
    t.match(compared, { start_on: '2014-04-01', end_on: '2014-04-30', value: 2, change: 12 })
    const leap =
      (await values(
        'transactions',
        'authority=kirklees&service=pay-council-tax&period=week&start_on=2015-03-02&end_on=2015-03-08&compare_with=year-earlier'
      ))[0].compared
    t.match(leap, { start_on: '2014-03-03', end_on: '2014-03-09' }, '52 weeks, Monday to Sunday')
  })

  t.test('figures replaced as a whole are revised, withdrawn ones included', async (t) => {
    const put = async (figures: object[]) =>
      await app.inject({
        method: 'PUT',
        url: '/v1/observations/kirklees/report-missed-bin/transactions',
        headers: sources['kirklees']!,
        payload: { period: 'month', start_on: '2015-04-01', figures }
      })
    const read = async () => (await values('transactions', `authority=kirklees&service=report-missed-bin&${APRIL}`))[0]
    await put([{ channel: 'web', value: 10 }, { channel: 'paper', value: 5 }])
    t.match(await read(), { value: 15, status: 'ok' })
    await put([{ channel: 'web', value: 10 }])
    t.match(await read(), { value: 10, status: 'revised' })
    await put([])
    t.match(await read(), { value: null, status: 'missing' })
    await put([{ channel: 'paper', value: 15 }, { channel: 'web', value: 10, provisional: true, note: 'a guess' }])
    t.match(await read(), { value: 25, status: 'provisional', notes: ['a guess'] })
  })

  t.test('channels counted over different lengths of time: nothing is left out of a total', async (t) => {
    await send('observations', 'nottingham', 'renew-library-item', [
      ...['2015-06-01', '2015-06-08', '2015-06-15', '2015-06-22'].map((week) =>
        figure('transactions', 'week', week, 100, { channel: 'paper' })
      ),
      ...['2015-06-01', '2015-06-08'].flatMap((monday) =>
        [0, 1, 2, 3, 4, 5, 6].map((i) =>
          figure('transactions', 'day', `2015-06-${String(Number(monday.slice(8)) + i).padStart(2, '0')}`, 2, {
            channel: 'web'
          })
        )
      ),
      figure('transactions', 'month', '2015-06-01', 900, { channel: 'email' }),
      figure('transactions', 'month', '2015-05-01', 70, { channel: 'email' }),
      figure('transactions', 'month', '2015-05-01', 7, { channel: 'web' })
    ])
    const asked = 'authority=nottingham&service=renew-library-item&period='
    t.match(await values('transactions', `${asked}week&start_on=2015-06-01&end_on=2015-06-07`), [{
      value: null, status: 'missing'
    }], 'emails of the week are not known')
    t.match(await values('transactions', `${asked}month&start_on=2015-05-01&end_on=2015-06-30`), [{ value: 77 }, {
      value: null
    }], 'nor paper of two days, nor most of the web')
    await send('observations', 'nottingham', 'renew-library-item', [
      figure('transactions', 'month', '2015-06-01', 60, { channel: 'web' }),
      figure('transactions', 'month', '2015-06-01', 420, { channel: 'paper' })
    ])
    t.match(await values('transactions', `${asked}month&start_on=2015-06-01&end_on=2015-06-30`), [{ value: 1380 }])
    t.same(
      (await get(`/v1/series?${asked}month&start_on=2015-05-01&end_on=2015-06-30`)).data[0].values.map((
        { value }: any
      ) => value),
      [77, 1380]
    )
    await send('observations', 'kirklees', 'report-missed-bin', [
      figure('transactions', 'week', '2015-06-01', 10, { channel: 'paper' }),
      ...[1, 2, 3, 4, 5, 6, 7].map((day) => figure('transactions', 'day', `2015-06-0${day}`, day, { channel: 'web' }))
    ])
    t.match(
      await values(
        'transactions', 'authority=kirklees&service=report-missed-bin&period=week&start_on=2015-06-01&end_on=2015-06-07'
      ),
      [{ value: 38 }],
      '10 and 1 to 7'
    )
  })

  t.test('freshness: a council that went over to weekly counts is not late', async (t) => {
    await send('events', 'nottingham', 'report-missed-bin', [on('2015-01-10', 1)])
    await send('observations', 'nottingham', 'report-missed-bin', [figure('collections_made', 'year', '2015-01-01', 1)])
    const bins = async () => (await get('/v1/authorities/nottingham/services/report-missed-bin')).freshness
    t.match(await bins(), { newest_day: '2015-01-10', rhythm: null, days_late: null }, 'one event makes no rhythm')
    await send(
      'observations',
      'nottingham',
      'report-missed-bin',
      ['2015-09-14', '2015-09-21'].map((week) => figure('transactions', 'week', week, 40))
    )
    t.match(await bins(), { newest_day: '2015-09-27', rhythm: 'week', days_late: 0, completeness: 14 / 91 })
  })

  t.test('what was declared can be read', async (t) => {
    const url = '/v1/authorities/nottingham/services/report-missed-bin/authoritative'
    await app.inject({
      method: 'PUT',
      url,
      headers: operator,
      payload: { type: 'transaction', from_on: '2015-09-14', basis: 'counts' }
    })
    t.same((await get(url)).data, [{ type: 'transaction', from_on: '2015-09-14', basis: 'counts' }])
    t.equal((await get('/v1/authorities/nottingham/services/report-missed-bin')).links.authoritative, url)
  })

  t.test('a proposed definition names nothing yet', async (t) => {
    const { kpi: _kpi, version: _version, created_at: _at, links: _links, ...now } =
      await get('/v1/kpis/digital-take-up')
    const put = await app.inject({
      method: 'PUT',
      url: '/v1/kpis/digital-take-up',
      headers: operator,
      payload: { ...now, title: 'Some other title', state: 'proposed' }
    })
    t.equal(put.statusCode, 201)
    t.match(await get(`/v1/kpis/digital-take-up/series?authority=solihull&service=pay-council-tax&${APRIL}`), {
      title: 'Digital take-up', data: [{ values: [{ definition_version: 1 }] }]
    })
    t.match(await get('/v1/kpis/digital-take-up'), { title: 'Digital take-up' })
  })
})
