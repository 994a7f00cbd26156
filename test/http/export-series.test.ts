import { parse } from 'csv-parse/sync'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, get, operator, put, release, send, urlOf } from '../support/builders.ts'
import { asCells, exported, exportedBytes, parquetRows, unzipped } from '../support/exported.ts'

const SERVICES = ['report-missed-bin', 'renew-library-item']
const NAMES = ['authority', 'authority_gss', 'service', 'type', 'measure', 'statistic', 'unit', 'period', 'start_on', 'end_on', 'dimension', 'member',
  'value', 'status']

/** Solihull and Leeds with events, ratings and figures over a year and a half. */
async function world (t: Parameters<typeof testApp>[0], now = '2015-07-10T12:00:00Z') {
  const context = await testApp(t, now)
  const { app } = context
  const solihull = await testSource(app, 'solihull/bartec', { services: SERVICES })
  const leeds = await testSource(app, 'leeds/main', { services: SERVICES })
  const days = ['2014-01-05', '2014-01-20', '2014-02-03', '2014-05-27', '2015-03-31', '2015-07-02']
  const rows = days.flatMap((day, n) => [
    event(`w${n}`, { occurred_at: `${day}T10:00:00Z`, ward: 'E05001285', count: 40 + n }),
    event(`t${n}`, { occurred_at: `${day}T11:00:00Z`, channel: 'telephone-agent', outcome: n % 2 ? 'confirmed' : 'reported' }),
    event(`l${n}`, { occurred_at: `${day}T12:00:00Z`, service: 'renew-library-item', outcome: n % 2 ? 'completed' : 'failed' }),
    event(`r${n}`, { occurred_at: `${day}T12:00:00Z`, service: 'renew-library-item', type: 'rating', outcome: String(1 + n % 5) })
  ])
  await send(app, 'events', solihull, rows)
  await send(app, 'observations', leeds, [1, 2, 3].map((month) => ({
    authority: 'leeds',
    service: 'renew-library-item',
    measure: 'transactions',
    period: 'month',
    start_on: `2015-0${month}-01`,
    value: month * 100
  })))
  await send(app, 'events', leeds, event('leeds', { authority: 'leeds', occurred_at: '2015-06-01T10:00:00Z' }))
  await release(app)
  return { ...context, solihull, leeds }
}

/** What /v1/series answers of the same, as rows of an export, of every group in which anything is told. */
async function asSeries (app: any, rows: any[], period: string, headers = {}) {
  const groups = Map.groupBy(rows, ({ authority, service, type }) => `${authority} ${service} ${type}`)
  const wanted: any[] = []
  for (const [key, some] of groups) {
    const [authority = '', service = '', type = ''] = key.split(' ')
    const days = some.flatMap(({ start_on, end_on }) => [start_on, end_on]).sort()
    for (const dimension of ['whole', 'channel', 'outcome', 'ward']) {
      const { data } = await get(app, urlOf('/v1/series', {
        authority,
        service,
        type,
        period,
        start_on: days[0],
        end_on: days.at(-1),
        ...(dimension !== 'whole' && { group_by: dimension })
      }), headers)
      for (const { group, values } of data) {
        if (!values.some((one: any) => one.value !== null || one.status === 'suppressed')) continue
        for (const { start_on, end_on, value, status } of values) {
          wanted.push({
            authority,
            authority_gss: some[0].authority_gss,
            service,
            type,
            measure: 'count',
            statistic: 'sum',
            unit: 'count',
            period,
            start_on,
            end_on,
            dimension,
            member: group[dimension] ?? null,
            value,
            status
          })
        }
      }
    }
  }
  return wanted
}

// One for both tests: to release a year and a half takes long.
const { app, solihull } = await world(t)

t.test('every figure is that of /v1/series, whoever asks', async (t) => {
  for (const [who, headers] of Object.entries({ public: {}, operator, solihull })) {
    for (const period of ['month', 'week', 'financial_year', 'day']) {
      const { rows } = await exported(app, `/v1/export/series?measure=count&period=${period}`, headers)
      t.ok(rows.length > 40, `${who}, ${period}: ${rows.length} rows`)
      t.equal(JSON.stringify(rows), JSON.stringify(await asSeries(app, rows, period, headers)), `${who}, by ${period}`)
    }
  }
  const { rows, headers } = await exported(app, '/v1/export/series?measure=count')
  t.equal(JSON.stringify(rows), JSON.stringify((await exported(app, '/v1/export/series?period=month&measure=count')).rows), 'by month if nothing is said')
  t.same([...new Set(rows.map(({ authority, service, type }) => `${authority} ${service} ${type}`))], [
    'leeds renew-library-item transaction', 'leeds report-missed-bin transaction', 'solihull renew-library-item transaction',
    'solihull renew-library-item rating', 'solihull report-missed-bin transaction'
  ], 'figures that were sent instead of events among them')
  t.match(rows.find(({ authority, service, start_on: day }) =>
    authority === 'leeds' && service === 'renew-library-item' && day === '2015-02-01'), { value: 200, authority_gss: 'E08000035' })
  const ofSolihull = rows.filter(({ authority, service, dimension }) =>
    authority === 'solihull' && service === 'report-missed-bin' && dimension === 'whole')
  t.match([ofSolihull[0], ofSolihull[2], ofSolihull.at(-1)], [
    { start_on: '2014-01-01', value: 83, status: 'ok' }, { start_on: '2014-03-01', value: null, status: 'missing' },
    { start_on: '2015-07-01', value: 46, status: 'provisional' }
  ], 'from the first period with a figure to the last')
  t.match(headers, {
    'content-type': /x-ndjson/,
    'content-disposition': 'attachment; filename="series-month-2015-07-10.ndjson"',
    link: /rel="license"/,
    'cache-control': 'no-store',
    vary: /Accept.*Authorization/
  })
})

t.test('the formats say the same', async (t) => {
  await put(app, '/v1/disclosure-rules/solihull/renew-library-item/authority', { threshold: 5 })
  const { rows } = await exported(app, '/v1/export/series')
  t.same([...new Set(rows.map(({ status }) => status))].sort(), ['missing', 'not-yet', 'ok', 'partial', 'provisional', 'suppressed', 'zero'])
  t.ok(rows.every(({ status, value }) => !['suppressed', 'not-yet', 'missing'].includes(status) || value === null))

  const csv = await exportedBytes(app, '/v1/export/series', { accept: 'text/csv' })
  t.match(csv.headers, { 'content-type': /^text\/csv/, link: /series-metadata.json>; rel="describedby".*rel="license"/ })
  const cells = parse<Record<string, string>>(csv.bytes.toString(), { columns: true })
  t.same(Object.keys(cells[0] ?? {}), [...NAMES, 'status_symbol'])
  const csvw = (await app.inject('/v1/export/series-metadata.json')).json()
  t.same(csvw.tableSchema.columns.map(({ titles }: any) => titles), [...NAMES, 'status_symbol'])
  t.equal(JSON.stringify(cells.map(({ status_symbol: _, ...row }) => row)), JSON.stringify(rows.map(asCells)))
  t.ok(cells.every(({ status, status_symbol: symbol }) => (symbol === '[c]') === (status === 'suppressed')))
  const packed = await exportedBytes(app, '/v1/export/series?format=csv', { 'accept-encoding': 'gzip, br' })
  t.match(packed.headers, { 'content-encoding': 'gzip', vary: /Accept-Encoding/ })
  t.equal(unzipped(packed.bytes), csv.bytes.toString())
  const file = await exportedBytes(app, '/v1/export/series?format=csv.gz', { 'accept-encoding': 'gzip' })
  t.match(file.headers, { 'content-type': 'application/gzip', 'content-disposition': /\.csv\.gz"$/ })
  t.notOk(file.headers['content-encoding'], 'a file that stays as it is')
  t.equal(unzipped(file.bytes), csv.bytes.toString())

  const parquet = await exportedBytes(app, '/v1/export/series', { accept: 'application/vnd.apache.parquet' })
  t.match(parquet.headers, { 'content-type': 'application/vnd.apache.parquet', link: /rel="license"/ })
  const read = await parquetRows(parquet.bytes)
  t.equal(JSON.stringify(read.rows), JSON.stringify(rows))
  t.same(read.metadata, { watermark: parquet.headers['watermark'] })
  t.equal((await app.inject({ url: '/v1/export/series', headers: { accept: 'image/png' } })).statusCode, 406)
  const head = await app.inject({ method: 'HEAD', url: '/v1/export/series?format=parquet' })
  t.match(head.headers, { 'content-type': 'application/vnd.apache.parquet', watermark: /./ })
  t.equal(head.rawPayload.length, 0)
})

t.test('amounts, durations, attributes, figures and KPIs are those of their endpoints', async (t) => {
  const { app } = await testApp(t, '2015-07-10T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', { services: SERVICES })
  const days = ['2014-05-05', '2014-05-06', '2014-07-20', '2015-02-03']
  await send(app, 'events', headers, days.flatMap((day, n) => [
    event(`a${n}`, {
      occurred_at: `${day}T10:00:00Z`,
      channel: n % 2 ? 'web' : 'email',
      ...(n !== 2 && { amount_pence: 1000 * n - 500, duration_seconds: 86_400 * n }),
      attributes: { reason: n % 2 ? 'contaminated' : 'roadworks', assisted: true }
    }),
    event(`b${n}`, { occurred_at: `${day}T11:00:00Z` })
  ]))
  await send(app, 'observations', headers, [1, 2].map((month) => ({
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'total_cost_pence',
    period: 'month',
    start_on: `2015-0${month}-01`,
    channel: 'web',
    value: month * 100
  })))
  await put(app, '/v1/attributes/all/assisted', { published: false })
  const { rows } = await exported(app, '/v1/export/series')
  const subjects = Map.groupBy(rows, ({ type, measure, statistic, dimension }) =>
    [type ?? '', measure, statistic ?? '', dimension].join(' '))
  for (const wanted of [
    'transaction count sum whole', 'transaction count sum attribute:reason', 'transaction amount sum whole',
    'transaction amount mean channel', 'transaction duration median outcome', 'transaction duration p90 whole',
    ' total_cost_pence sum whole', ' total_cost_pence sum channel', ' kpi:digital-take-up  whole', ' kpi:transactions  whole'
  ]) t.ok(subjects.has(wanted), wanted)
  t.notOk(subjects.has('transaction count sum attribute:assisted'), 'not public')
  t.ok((await exported(app, '/v1/export/series', operator)).rows.some(({ dimension }) => dimension === 'attribute:assisted'))
  for (const [key, some] of subjects) {
    const [type, measure = '', statistic, dimension] = key.split(' ')
    const range = { authority: 'solihull', service: 'report-missed-bin', start_on: some[0].start_on, end_on: some.at(-1).end_on }
    const { data } = measure.startsWith('kpi:')
      ? await get(app, urlOf(`/v1/kpis/${measure.slice(4)}/series`, { ...range, period: 'month' }))
      : await get(app, urlOf('/v1/series', {
        ...range, period: 'month', measure, statistic: statistic ?? '', ...(type && { type }), ...(dimension !== 'whole' && { group_by: dimension })
      }))
    const told = data.flatMap(({ group, values }: any) => values.some((one: any) => one.value !== null || one.status === 'suppressed')
      ? values.map(({ start_on, value, status }: any) => ({ member: group[dimension ?? ''] ?? null, start_on, value, status }))
      : [])
    t.strictSame(some.map(({ member, start_on, value, status }) => ({ member, start_on, value, status })), told, key)
  }
  t.same((await exported(app, '/v1/export/series?measure=amount&measure=kpi:transactions')).rows, rows.filter(({ measure }) =>
    measure === 'amount' || measure === 'kpi:transactions'))
  t.equal((await app.inject('/v1/export/series?measure=nothing')).statusCode, 404)
  // Nothing tells what there is of a place that is seen in part.
  await put(app, '/v1/disclosure-rules/solihull/report-missed-bin/authority', { threshold: 5 })
  const measures = new Set((await exported(app, '/v1/export/series')).rows.map(({ measure, dimension }) => `${measure} ${dimension}`))
  t.notOk([...measures].some((one) => /amount|duration|attribute/.test(one)), [...measures].join(', '))
})
