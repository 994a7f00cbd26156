import t from 'tap'
import { loadKpis } from '../../src/catalogue/load-kpis.ts'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, get, kpiUrl, observation, operator, put, send } from '../support/builders.ts'

const CALLS = { title: 'Calls', unit: 'calls', description: 'Calls that were taken.' }
const KPI = {
  title: 'Calls a collection',
  formula: 'Calls over collections',
  source: 'Waste group',
  source_date: null,
  owner: 'Waste group',
  effective_from: '2014-01-01',
  state: 'agreed',
  unit: 'count',
  scale: 1,
  polarity: 'lower',
  target: null,
  min_denominator: 1,
  min_coverage: 0.5,
  numerator: [{ measure: 'calls' }],
  denominator: [{ measure: 'collections_made' }]
}

t.test('measures and KPIs come, change and go', async (t) => {
  const { app, catalogue, database: { db } } = await testApp(t)
  const headers = await testSource(app)
  const week = kpiUrl('calls-a-collection', { period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' })

  t.test('a measure is put, and figures are sent of it', async (t) => {
    t.equal((await call(app, 'POST', '/v1/observations', headers, observation({ measure: 'calls', value: 4 }))).status, 422)
    t.match(await call(app, 'PUT', '/v1/measures/calls', operator, CALLS), {
      status: 201, body: { slug: 'calls', kind: 'flow', polarity: 'none', by_channel: false, origin: 'local' }
    })
    await put(app, '/v1/measures/calls', { kind: 'stock' })
    await put(app, '/v1/measures/calls', { kind: 'flow', by_channel: true })
    await send(app, 'observations', headers, [observation({ measure: 'calls', value: 400 }), observation({ value: 100 })])
    await put(app, '/v1/kpis/calls-a-collection', KPI)
    t.match((await get(app, week)).data[0].values, [{ value: 4 }])
  })

  t.test('once figures are stored, what they mean stays', async (t) => {
    for (const [field, value] of [['kind', 'stock'], ['by_channel', false], ['unit', 'seconds']] as const) {
      t.match(await call(app, 'PUT', '/v1/measures/calls', operator, { [field]: value }), {
        status: 409, body: { code: 'in-use', detail: new RegExp(`${field}.*another slug`) }
      })
    }
    await put(app, '/v1/measures/calls', { title: 'Calls taken', unit: 'telephone calls', polarity: 'lower' })
    t.match(await get(app, '/v1/measures/calls'), { title: 'Calls taken', unit: 'telephone calls', kind: 'flow' })
    t.equal((await call(app, 'PUT', '/v1/measures/total_cost_pence', operator, { by_channel: false })).status, 200)
  })

  t.test('a measure goes when nothing needs it, and its figures stay', async (t) => {
    t.match(await call(app, 'DELETE', '/v1/measures/calls', operator), {
      status: 409, body: { code: 'in-use', detail: /calls-a-collection/ }
    })
    t.match((await call(app, 'DELETE', '/v1/measures/collections_made', operator)).body.detail, /service report-missed-bin/)
    t.match(await call(app, 'DELETE', '/v1/kpis/calls-a-collection?from=2013-12-31', operator), {
      status: 409, body: { code: 'in-use', detail: /2014-01-01/ }
    })
    t.equal((await call(app, 'DELETE', '/v1/kpis/calls-a-collection?from=2014-06-02', operator)).status, 204)
    t.equal((await call(app, 'DELETE', '/v1/kpis/calls-a-collection', operator)).status, 404, 'it is retired today')
    t.equal((await call(app, 'DELETE', '/v1/kpis/nothing', operator)).status, 404)
    t.equal((await call(app, 'DELETE', '/v1/measures/calls', operator)).status, 204)
    t.equal((await call(app, 'GET', '/v1/measures/calls')).body.code, 'unknown-measure')
    t.match((await get(app, week)).data[0].values, [{ value: 4 }], 'the weeks before keep their value')
    t.match((await get(app, kpiUrl('calls-a-collection', {
      period: 'week', start_on: '2014-06-02', end_on: '2014-06-08'
    }))).data[0].values, [{ value: null, reason: 'no-definition' }])
    const again = observation({ measure: 'calls', value: 500, start_on: '2014-06-02' })
    t.match((await call(app, 'POST', '/v1/observations', headers, again)).body, { errors: [{ code: 'unknown-measure' }] })
    t.equal((await call(app, 'PUT', '/v1/kpis/more', operator, KPI)).body.code, 'unknown-measure')
    t.equal((await call(app, 'PUT', '/v1/measures/calls', operator, { ...CALLS, kind: 'stock' })).status, 409,
      'under its slug its figures mean what they meant')
  })

  t.test('no start undoes what was set or removed', async (t) => {
    await put(app, '/v1/measures/found_no', { title: 'Did not find it' })
    await put(app, '/v1/measures/notes', CALLS)
    await call(app, 'DELETE', '/v1/measures/notes', operator)
    await loadKpis(db, new Date())
    await catalogue.refresh()
    t.match(await get(app, '/v1/measures/found_no'), { title: 'Did not find it', origin: 'local' })
    t.match(await get(app, '/v1/measures/found_yes'), { origin: 'shipped', changed_at: null })
    t.equal((await call(app, 'GET', '/v1/measures/notes')).status, 404)
  })

  t.test('lists are searched and filtered', async (t) => {
    const slugs = async (query: string) =>
      (await get(app, `/v1/measures?${query}`)).data.map(({ slug }: { slug: string }) => slug)
    t.same(await slugs('kind=stock'), ['dwellings_billed', 'items_on_loan', 'passes_in_issue'])
    t.same(await slugs('q=total cost'), ['total_cost_pence'])
    t.same(await slugs('unit=pence'), ['total_cost_pence'])
    const kpis = async (query: string) =>
      (await get(app, `/v1/kpis?${query}`)).data.map(({ kpi, version }: { kpi: string, version: number }) =>
        `${kpi} ${version}`)
    t.same(await kpis('state=retired'), ['calls-a-collection 2'])
    t.same(await kpis('measure=collections_made'), [
      'calls-a-collection 2', 'missed-per-100000 1', 'reported-missed-per-100000 1'
    ])
    t.same(await kpis('q=take up&limit=1'), ['digital-take-up 1'])
    t.same(await kpis('q=take up&after=digital-take-up'), [
      'digital-take-up-excluding-direct-debit 1', 'outside-take-up-rate 1'
    ])
    t.equal((await call(app, 'GET', '/v1/kpis?measure=nothing')).status, 404)
    t.equal((await call(app, 'GET', '/v1/kpis?colour=red')).status, 400)
    t.match((await call(app, 'GET', '/v1/kpis?format=csv')).body, /^kpi,version,/)
    t.match(await get(app, '/v1/kpis/digital-take-up'), { origin: 'shipped' })
    t.match(await get(app, '/v1/kpis/calls-a-collection'), { origin: 'local', state: 'retired' })
  })

  t.test('a definition that was read can be changed and sent back', async (t) => {
    const shown = await get(app, '/v1/kpis/availability')
    t.match(await put(app, '/v1/kpis/availability', { ...shown, title: 'Up' }), { version: 2, title: 'Up', origin: 'local' })
    t.equal((await call(app, 'PUT', '/v1/kpis/availability', operator, { ...shown, colour: 'red' })).status, 400)
  })

  t.test('the operator alone', async (t) => {
    const solihull = await administratorOf(app, 'solihull')
    t.equal((await call(app, 'PUT', '/v1/measures/calls', solihull, CALLS)).status, 403)
    t.equal((await call(app, 'DELETE', '/v1/kpis/digital-take-up', solihull)).status, 403)
  })
})
