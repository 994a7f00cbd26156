import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import { event, get, kpiUrl, operator, put, release, send, testSource, urlOf } from '../support/builders.ts'
import { faultOf, leaves, requestOf } from '../support/spotlight.ts'

const FORMATTERS = [
  'time', 'date', 'duration', 'currency', 'percent', 'integer', 'number', 'sentence', 'plural', 'url'
]
const NOW = '2014-07-02T12:00:00Z'
/** The five whole weeks before it. */
const MONDAYS = ['2014-05-26', '2014-06-02', '2014-06-09', '2014-06-16', '2014-06-23']
const LAST = '2014-06-23'
const FIRST = '2014-05-26'
const GROUP = 'solihull-report-missed-bin'

const page = async (app: App, slug: string) => await get(app, `/public/dashboards?slug=${slug}`)
const list = async (app: App) => (await get(app, '/public/dashboards')).items
const slugsOf = async (app: App): Promise<string[]> => (await list(app)).map(({ slug }: any) => slug)
const moduleOf = async (app: App, slug: string, name: string) =>
  (await page(app, slug)).modules.find((one: any) => one.slug === name)
const rowsOf = async (app: App, module: any) => (await get(app, requestOf(module, Date.parse(NOW)))).data

t.test('a self-made page, as the front end reads it, against /v1', async (t) => {
  const { app, clock } = await testApp(t, NOW)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], provider_for: ['warwick']
  })
  const common = { authority: 'solihull', service: 'report-missed-bin' }
  await send(app, 'events', headers, MONDAYS.flatMap((monday, n) => {
    const at = { occurred_at: `${monday}T10:00:00Z` }
    return [
      event(`w${n}`, { ...at, count: 10 + n, ward: 'E05001286' }),
      event(`t${n}`, { ...at, channel: 'telephone-agent', count: 20, ward: 'E05001287' }),
      event(`x${n}`, { ...at, channel: 'other', count: 3 + n, ward: 'E05001288' }),
      ...(n === 1 ? [event(`k${n}`, { ...at, channel: 'kiosk', count: 4, ward: 'E05001288' })] : []),
      event(`s${n}`, { ...at, type: 'journey', outcome: 'started', count: 10 }),
      event(`c${n}`, { ...at, type: 'journey', outcome: 'completed', count: 5 + n }),
      event(`r${n}`, { ...at, type: 'rating', outcome: '5', count: 3 }),
      event(`q${n}`, { ...at, type: 'rating', outcome: '1' })
    ]
  }))
  await send(app, 'events', headers, event('warwick', {
    authority: 'warwick', occurred_at: `${LAST}T10:00:00Z`, count: 50
  }))
  await send(app, 'observations', headers, ['2014-04-01', '2014-05-01'].map((start_on, n) => ({
    ...common, measure: 'total_cost_pence', period: 'month', start_on, value: 100_000 + 1000 * n
  })))
  await send(app, 'events', headers, event('april', { occurred_at: '2014-04-10T10:00:00Z', count: 100 }))
  await release(app)

  const series = async (kpi: string, more: Record<string, string>) => (await get(app, kpiUrl(kpi, {
    authority: 'solihull', service: 'report-missed-bin', ...more
  }))).data[0].values
  const weeks = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-29' }

  t.test('it has a module for whatever there is', async (t) => {
    t.same((await page(app, GROUP)).modules.map(({ slug }: any) => slug), [
      'volumes', 'digital-take-up', 'completion-rate', 'user-satisfaction', 'cost-per-transaction', 'by-ward'
    ])
    t.same((await page(app, 'report-missed-bin')).modules.map(({ slug }: any) => slug), [
      'volumes', 'digital-take-up', 'completion-rate', 'by-authority'
    ])
    for (const slug of await slugsOf(app)) {
      const modules = leaves((await page(app, slug)).modules)
      t.ok(modules.length > 0, slug)
      for (const module of modules) {
        const answer = await get(app, requestOf(module, clock.now))
        t.equal(faultOf(module, answer, clock.now), undefined, `${slug} ${module.slug}`)
        const formats = [module.axes?.x, module.axes?.y].flat().flatMap((axis: any) => axis?.format ?? [])
        for (const format of formats) t.ok(FORMATTERS.includes(format.type ?? format), JSON.stringify(format))
        t.ok(module['module-type'] !== 'grouped_timeseries' || module.axes.y.length <= 7)
        t.ok(module['module-type'] !== 'table' || module['data-source']['query-params'].group_by === undefined ||
          module['data-source']['query-params'].flatten === false, 'flat rows of groups are added up from 0')
      }
    }
  })

  t.test('transactions by channel: 0 where others reported; no channel is taken for the rest', async (t) => {
    const module = await moduleOf(app, GROUP, 'volumes')
    t.same(module.axes.y.map(({ groupId, label }: any) => [groupId, label]).sort(), [
      ['Other', 'Other'],
      ['kiosk', 'Self-service kiosk or self-scan'],
      ['telephone-agent', 'Telephone, human operator'],
      ['web', 'Website or app']
    ])
    const { data } = await get(app, urlOf('/v1/series', {
      authority: 'solihull', service: 'report-missed-bin', group_by: 'channel', ...weeks
    }))
    const rows = await rowsOf(app, module)
    for (const { group: { channel }, values } of data) {
      const row = rows.find((one: any) => one.channel === (channel === 'other' ? 'Other' : channel))
      const recent = row.values.filter(({ _start_at: at }: any) => at >= FIRST)
      t.same(recent.map((one: any) => one['count:sum']), values.map(({ value }: any) => value), channel)
    }
    const kiosk = rows.find((one: any) => one.channel === 'kiosk').values.map((one: any) => one['count:sum'])
    t.same(kiosk.slice(-5), [0, 4, 0, 0, 0])
    t.equal(kiosk[0], null, 'nobody reported')
  })

  t.test('digital take-up and completion rate', async (t) => {
    for (const kpi of ['digital-take-up', 'completion-rate']) {
      const module = await moduleOf(app, GROUP, kpi)
      const rows = (await rowsOf(app, module)).filter(({ _start_at: at }: any) => at >= FIRST)
      const sum = (matcher: string, start: string): number => rows.filter((row: any) =>
        row._start_at.startsWith(start) && new RegExp(module[matcher]).test(row[module['matching-attribute']])
      ).reduce((total: number, row: any) => total + row['count:sum'], 0)
      for (const { start_on: start, value } of await series(kpi, weeks)) {
        const shown = 100 * sum('numerator-matcher', start) / sum('denominator-matcher', start)
        t.ok(value !== null && Math.abs(shown - value) < 1e-9, `${kpi} ${start}: ${shown}, ${value}`)
      }
    }
  })

  t.test('satisfaction by week, as it comes', async (t) => {
    const module = await moduleOf(app, GROUP, 'user-satisfaction')
    t.match(module, { 'axis-period': 'week', 'data-source': { 'query-params': { period: 'week' } } })
    const rows = (await rowsOf(app, module)).filter(({ _start_at: at }: any) => at >= FIRST)
    const values = await series('user-satisfaction-score', weeks)
    t.equal(rows.length, values.length)
    for (const [i, row] of rows.entries()) {
      const score = [1, 2, 3, 4, 5].reduce((sum, rating) => sum + rating * row[`rating_${rating}:sum`], 0)
      t.ok(Math.abs((score / row['total:sum'] - 1) / 4 - values[i].value) < 1e-9, JSON.stringify(row))
    }
  })

  t.test('cost per transaction', async (t) => {
    const module = await moduleOf(app, GROUP, 'cost-per-transaction')
    t.equal(module['data-source']['query-params'].period, 'month')
    const rows = await rowsOf(app, module)
    const values = await series('cost-per-transaction', {
      period: 'month', start_on: '2014-04-01', end_on: '2014-05-31'
    })
    t.equal(values.length, 2)
    for (const { start_on: start, value } of values) {
      const row = rows.find(({ _start_at: at }: any) => at.startsWith(start))
      t.ok(value !== null && Math.abs(row['cost_per_transaction:mean'] - value / 100) < 1e-9, start)
    }
  })

  t.test('an authority has a page of its own, with the modules of its services', async (t) => {
    const own = await page(app, 'solihull')
    t.match(own, {
      title: 'Solihull Metropolitan Borough Council', 'dashboard-type': 'department', 'page-type': 'dashboard'
    })
    t.same(own.modules.map(({ slug, 'module-type': type }: any) => [slug, type]), [['report-missed-bin', 'section']])
    t.same(own.modules[0].modules, (await page(app, GROUP)).modules)
    t.equal((await page(app, 'solihull/report-missed-bin/volumes')).modules[0].slug, 'volumes')
    t.same((await page(app, GROUP)).relatedPages.other.map(({ url }: any) => url), [
      '/performance/report-missed-bin', '/performance/solihull'
    ])
  })

  t.test('the list of services counts once', async (t) => {
    const counted = async () => {
      const services = (await list(app)).filter((one: any) =>
        ['transaction', 'high-volume-transaction', 'service-group'].includes(one['dashboard-type']))
      const { data } = await get(app, '/data/service-aggregates/latest-dataset-values?sort_by=_timestamp:descending')
      const total = data.filter((row: any) => services.some((one: any) => one.slug === row.dashboard_slug))
        .reduce((sum: number, row: any) => sum + (row.number_of_transactions ?? 0), 0)
      return [services.map(({ slug }: any) => slug).sort(), total, data.reduce((sum: number, row: any) =>
        sum + (row.number_of_transactions ?? 0), 0)]
    }
    const year = { period: 'month', start_on: '2013-08-01', end_on: '2014-06-30' }
    let total = 0
    for (const authority of ['solihull', 'warwick']) {
      const { data } = await get(app, urlOf('/v1/series', { authority, service: 'report-missed-bin', ...year }))
      total += data[0].values.reduce((sum: number, { value }: any) => sum + (value ?? 0), 0)
    }
    t.ok(total > 0)
    t.same(await counted(), [[GROUP, 'warwick-report-missed-bin'], total, total])
    const { modules, ...head } = await page(app, GROUP)
    await put(app, '/v1/dashboards/the-same-again', { ...head, slug: undefined, modules })
    t.same(await counted(), [[GROUP, 'the-same-again', 'warwick-report-missed-bin'], total, total])
  })
})

t.test('more channels than colours: the first seven have lines, a table has all', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  const channels = [
    'web', 'api', 'kiosk', 'telephone-agent', 'face-to-face', 'paper', 'email', 'webchat', 'sms', 'other'
  ]
  await send(app, 'events', headers, channels.map((channel, n) =>
    event(channel, { channel, count: 100 - n, occurred_at: `${LAST}T10:00:00Z` })))
  const volumes = await moduleOf(app, GROUP, 'volumes')
  t.same(volumes.axes.y.map(({ groupId }: any) => groupId), channels.slice(0, 7))
  t.match(volumes.description, 'The 7 channels with most transactions, of 10:')
  const rows = await rowsOf(app, await moduleOf(app, GROUP, 'by-channel'))
  t.same(rows.map((row: any) => [row.channel, row['count:sum']]).sort(),
    channels.map((channel, n) => [channel, 100 - n]).sort())
})

t.test('a suppressed ward is null where the table reads it', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  const at = { occurred_at: `${LAST}T10:00:00Z` }
  await send(app, 'events', headers, [
    event('small', { ...at, ward: 'E05001285' }),
    ...['E05001286', 'E05001287', 'E05001288'].map((ward) => event(ward, { ...at, ward, count: 5 }))
  ])
  await release(app)
  const rows = await rowsOf(app, await moduleOf(app, GROUP, 'by-ward'))
  // The front end shows the value of the row itself where it has one period, and a dash for null.
  t.ok(rows.every((row: any) => row.values.length === 1 && 'count:sum' in row))
  t.ok(rows.some((row: any) => row['count:sum'] === null) && rows.some((row: any) => row['count:sum'] === 5))
})

t.test('ratings that come counted by the week', async (t) => {
  const { app } = await testApp(t, NOW)
  const headers = await testSource(app)
  await send(app, 'events', headers, event('one', { occurred_at: `${LAST}T10:00:00Z` }))
  await send(app, 'observations', headers, MONDAYS.flatMap((start_on) => [1, 2, 3, 4, 5].map((rating) => ({
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: `ratings_${rating}`,
    period: 'week',
    start_on,
    value: rating
  }))))
  const module = await moduleOf(app, GROUP, 'user-satisfaction')
  t.equal(module?.['axis-period'], 'week')
  const rows = (await rowsOf(app, module)).filter(({ _start_at: at }: any) => at >= FIRST)
  t.match(rows, MONDAYS.map(() => ({ 'rating_1:sum': 1, 'rating_5:sum': 5, 'total:sum': 15 })))
})

t.test('PUT refuses what the front end cannot show, with the place', async (t) => {
  const { app } = await testApp(t, NOW)
  const lines = (n: number) => Array.from({ length: n }, (_, i) => ({ label: `${i}`, groupId: `g${i}` }))
  const module = {
    slug: 'volumes',
    'module-type': 'grouped_timeseries',
    title: 'Volumes',
    'value-attribute': 'count:sum',
    axes: { y: lines(7) },
    'data-source': { 'data-group': GROUP, 'data-type': 'transactions-by-channel' }
  }
  const pointers = async (change: object): Promise<string[]> => {
    const modules = [{ ...module, ...change }]
    const payload = { 'dashboard-type': 'transaction', published: true, title: 'T', modules }
    const response = await app.inject({ method: 'PUT', url: '/v1/dashboards/mine', headers: operator, payload })
    if (response.statusCode < 300) return []
    t.equal(response.statusCode, 422, response.body)
    return response.json().errors.map(({ pointer, code }: any) => `${pointer} ${code}`)
  }
  t.same(await pointers({}), [])
  t.same(await pointers({ axes: { y: lines(8) } }), ['/modules/0/axes/y invalid-value'])
  t.same(await pointers({ 'module-type': 'comparison', axes: { y: lines(8) } }), ['/modules/0/axes/y invalid-value'])
  t.same(await pointers({ 'module-type': 'table', axes: { x: { label: 'x' }, y: lines(8) } }), [], 'columns, not lines')
  t.same(await pointers({ axes: { x: { label: 'Date', key: '_start_at', format: 'dateRange' }, y: lines(1) } }), [
    '/modules/0/axes/x/format invalid-value'
  ])
  t.same(await pointers({
    axes: {
      x: [{ format: 'date' }, { format: { type: 'days' } }], y: [...lines(1), { ...lines(1)[0], format: 'pounds' }]
    }
  }), ['/modules/0/axes/x/1/format/type invalid-value', '/modules/0/axes/y/1/format invalid-value'])
  t.same(await pointers({ format: { type: 'currency', pence: true } }), [])
  t.same(await pointers({ format: 'toString' }), ['/modules/0/format invalid-value'])
  t.same(await pointers({ format: 'plural' }), ['/modules/0/format invalid-value'])
  for (const format of FORMATTERS.filter((one) => one !== 'plural')) t.same(await pointers({ format }), [], format)
})
