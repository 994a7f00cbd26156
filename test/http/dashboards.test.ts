import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { VALUE_FIELDS } from '../../src/performance-platform/dashboards/latest-values.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, event, get, operator, release, send } from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const TYPED = {
  'data-group': 'solihull-report-missed-bin',
  'data-type': 'transactions-by-channel',
  'query-params': { period: 'week', group_by: 'channel', collect: ['count:sum'] }
}
const chart = (slug: string) => ({
  slug,
  'module-type': 'grouped_timeseries',
  title: `Chart ${slug}`,
  'value-attribute': 'count:sum',
  axes: { y: [{ label: 'Web', groupId: 'web' }] },
  'data-source': TYPED
})
async function columnsByWard (app: App): Promise<string[]> {
  const { modules: [byWard] } = await get(app, '/public/dashboards?slug=solihull-report-missed-bin/by-ward')
  return byWard.axes.y.map(({ label }: { label: string }) => label)
}

const DASHBOARD = {
  'dashboard-type': 'transaction',
  published: true,
  title: 'Bins',
  department: { title: 'Solihull Council' },
  costs: null,
  tagline: '',
  modules: [
    chart('volumes'),
    {
      slug: 'part',
      'module-type': 'section',
      title: 'A part',
      modules: [chart('inner'), {
        slug: 'deep', 'module-type': 'section', title: 'Deeper', modules: [chart('deepest')]
      }]
    },
    {
      slug: 'uptime',
      'module-type': 'tab',
      title: 'Uptime',
      info: ['Pingdom'],
      tabs: [{ ...chart('30-days'), title: '30 days', info: ['own'] }, { ...chart('24-hours'), title: '24 hours' }]
    }
  ]
}

t.test('dashboards', async (t) => {
  const { app, database } = await testApp(t)
  const put = async (slug: string, payload: unknown) =>
    await app.inject({ method: 'PUT', url: `/v1/dashboards/${slug}`, headers: operator, payload: payload as object })
  const page = async (path: string) => await app.inject(`/public/dashboards?slug=${path}`)

  t.test('written by the operator alone, audited, read back, removed', async (t) => {
    t.equal((await app.inject({ method: 'PUT', url: '/v1/dashboards/bins', payload: DASHBOARD })).statusCode, 401)
    t.equal((await put('gone', DASHBOARD)).statusCode, 201)
    t.equal((await put('gone', DASHBOARD)).statusCode, 200)
    const read = await app.inject({ url: '/v1/dashboards/gone', headers: operator })
    t.same(read.json(), { ...DASHBOARD, slug: 'gone', 'page-type': 'dashboard' })
    t.equal((await app.inject({ method: 'DELETE', url: '/v1/dashboards/gone', headers: operator })).statusCode, 204)
    const again = await app.inject({ method: 'DELETE', url: '/v1/dashboards/gone', headers: operator })
    t.equal(again.statusCode, 404)
    t.match(again.headers, { 'content-type': /problem\+json/ })
    t.equal((await app.inject({ url: '/v1/dashboards/gone', headers: operator })).statusCode, 404)
    const { rows } = await database.pool.query("SELECT action FROM audit WHERE subject = 'gone' ORDER BY id")
    t.same(rows.map(({ action }) => action), ['put-dashboard', 'put-dashboard', 'delete-dashboard'])
  })

  t.test('what would make the front end fail is refused, with a pointer to it', async (t) => {
    const pointers = async (change: object): Promise<string[]> => {
      const response = await put('bad', { ...DASHBOARD, ...change })
      if (response.statusCode !== 422) return [response.body]
      t.equal(response.json().code, 'invalid-dashboard')
      return response.json().errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
    }
    const module = (change: object) => ({ modules: [{ ...chart('one'), ...change }] })
    t.same(await pointers(module({ 'module-type': 'pie' })), ['/modules/0/module-type unknown-module-type'])
    t.same(await pointers(module({ 'data-source': { 'data-group': 'solihull', 'data-type': 'nothing' } })), [
      '/modules/0/data-source unknown-data-set'
    ])
    t.same(
      await pointers({
        modules: [{
          slug: 's', 'module-type': 'tab', tabs: [{ ...chart('t'), 'data-source': { ...TYPED, 'data-type': 'x' } }]
        }]
      }),
      ['/modules/0/tabs/0/data-source unknown-data-set']
    )
    t.same(await pointers({ 'page-type': 'browse' }), ['/page-type invalid-value'])
    t.same(await pointers(module({ 'data-source': undefined })), ['/modules/0/data-source missing-field'])
    t.same(await pointers(module({ 'module-type': 'completion_rate', 'numerator-matcher': '(' })), [
      '/modules/0/denominator-matcher missing-field', '/modules/0/numerator-matcher invalid-value'
    ])
    t.same(await pointers(module({ axes: { y: [] } })), ['/modules/0/axes/y invalid-value'])
    t.same(await pointers({ modules: [chart('twice'), chart('twice')] }), ['/modules/1/slug invalid-value'])
    t.same(await pointers({ slug: 'other' }), ['/slug invalid-value'])
    t.same(await pointers({ title: undefined, published: 'yes' }), ['/title missing-field', '/published invalid-value'])
    t.match(await pointers(module({ 'data-source': { ...TYPED, 'query-params': { perod: 'week' } } })), [
      '/modules/0/data-source/query-params/perod unknown-field'
    ])
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, i]))
    t.match(
      await pointers(module({ 'data-source': { ...TYPED, 'query-params': many } })),
      Object.keys(many).map((name) => `/modules/0/data-source/query-params/${name} unknown-field`)
    )
    t.equal((await put('bad', [])).statusCode, 422)
    t.same(await pointers({ title: 'a\u0000' }), [' invalid-value'])
    t.same(await pointers({ title: 'a\ud800' }), [' invalid-value'])
    t.equal((await put('slashes', { ...DASHBOARD, published: false, title: 'a\\u0000 b' })).statusCode, 201)
    t.equal((await put('bad', 'null')).statusCode, 415)
    t.equal((await put('Bad%2Fslug', DASHBOARD)).statusCode, 400)
  })

  t.test('a page is found by its path', async (t) => {
    await put('bins', DASHBOARD)
    const found = async (path: string) => {
      const response = await page(path)
      if (response.statusCode !== 200) return response.statusCode
      const { 'page-type': type, title, modules } = response.json()
      return { type, title, modules: modules.map(({ title }: { title: string }) => title) }
    }
    const all = { type: 'dashboard', title: 'Bins', modules: ['Chart volumes', 'A part', 'Uptime'] }
    const only = (title: string) => ({ type: 'module', title: 'Bins', modules: [title] })
    t.same(await found('bins'), all)
    t.same(await found('bins/'), all)
    t.same(await found('bins/volumes'), only('Chart volumes'))
    t.same(await found('bins/volumes/'), only('Chart volumes'))
    t.same(await found('bins/part'), only('A part'))
    t.same(await found('bins/part/inner'), only('Chart inner'))
    t.same(await found('bins/part/deep/deepest'), only('Chart deepest'))
    t.same(await found('bins/uptime'), only('Uptime'))
    t.same(await found('bins/uptime/uptime-30-days'), only('Uptime - 30 days'))
    t.same((await page('bins/uptime/uptime-30-days')).json().modules[0].info, ['Pingdom'])
    for (
      const path of [
        'none',
        'bins/none',
        'bins/inner',
        'bins/volumes/inner',
        'bins/uptime/30-days',
        'bins/uptime/uptime-7-days',
        'bins/uptime/uptime-30-days/x',
        'bins//volumes',
        '%00'
      ]
    ) {
      t.equal(await found(path), 404, path)
    }
  })

  t.test('answers as the old config API did', async (t) => {
    await put('draft', { ...DASHBOARD, title: 'A draft', published: false })
    const published = await page('bins')
    t.match(published.headers, { 'cache-control': /^max-age=/, 'access-control-allow-origin': '*' })
    t.equal((await page('draft')).statusCode, 404)
    const draft = await app.inject({ url: '/public/dashboards?slug=draft', headers: operator })
    t.equal(draft.json().published, false)
    t.equal(draft.headers['cache-control'], 'private, no-cache')
    const missing = await page('none')
    t.match(missing.headers, { 'access-control-allow-origin': '*', 'content-type': /^application\/json/ })
    t.same(missing.json(), { status: 'error', message: "No dashboard with slug 'none' exists" })
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/public/dashboards',
      headers: { origin: 'https://x.example', 'access-control-request-method': 'GET' }
    })
    t.equal(preflight.statusCode, 200)
    t.equal(preflight.headers['access-control-allow-headers'], 'cache-control, govuk-request-id, request-id')
    t.same((await app.inject('/public/dashboards')).json(), {
      'page-type': 'browse',
      items: [{
        slug: 'bins',
        title: 'Bins',
        'dashboard-type': 'transaction',
        department: { title: 'Solihull Council', abbr: 'Solihull Council' }
      }]
    })
  })
})

t.test('dashboards that make themselves', async (t) => {
  const { app, clock } = await testApp(t, '2014-06-10T12:00:00Z')
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin', 'pay-council-tax'], provider_for: ['warwick']
  })
  let n = 0
  const send = async (...events: object[]) => {
    const payload = events.map((event) => ({
      id: `e${++n}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      channel: 'web',
      occurred_at: '2014-06-03T10:00:00Z',
      ...event
    }))
    const response = await app.inject({ method: 'POST', url: '/v1/events', headers, payload })
    if (response.statusCode >= 300) throw new Error(response.body)
  }
  const slugs = async () =>
    (await app.inject('/public/dashboards')).json().items.map(({ slug }: { slug: string }) => slug)
  const modules = async (slug: string): Promise<string[]> =>
    (await app.inject(`/public/dashboards?slug=${slug}`)).json().modules?.map((module: any) => module.slug)

  t.test('none without data', async (t) => {
    t.same(await slugs(), [])
    t.equal((await app.inject('/public/dashboards?slug=solihull-report-missed-bin')).statusCode, 404)
    t.equal((await app.inject('/public/dashboards?slug=report-missed-bin')).statusCode, 404)
  })

  t.test('with data of today alone, a page without modules, which is not listed', async (t) => {
    await send({ occurred_at: '2014-06-10T09:00:00Z', service: 'pay-council-tax' })
    t.same(await slugs(), [])
    t.same(await modules('solihull-pay-council-tax'), [])
    clock.now = Date.parse('2014-06-11T08:00:00Z')
    t.same(await slugs(), ['pay-council-tax', 'solihull', 'solihull-pay-council-tax'])
    t.same(await modules('solihull-pay-council-tax'), ['volumes', 'digital-take-up'], 'days, until there is a week')
    t.same(await modules('pay-council-tax'), ['volumes', 'digital-take-up'])
    await followAll(t, app, 'solihull-pay-council-tax')
  })

  t.test('only modules that have data', async (t) => {
    await send({ channel: 'unknown', occurred_at: '2014-06-02T10:00:00Z' })
    t.same(await modules('solihull-report-missed-bin'), ['volumes'])
    await send({}, { channel: 'telephone-agent' }, { channel: 'telephone-agent' })
    t.same(await modules('solihull-report-missed-bin'), ['volumes', 'digital-take-up'])
    await send({ ward: 'E05001286', count: 30 })
    t.same(
      await modules('solihull-report-missed-bin'), ['volumes', 'digital-take-up'], 'nothing by ward that is released'
    )
    await release(app)
    t.same(await modules('solihull-report-missed-bin'), ['volumes', 'digital-take-up', 'by-ward'])
    await followAll(t, app, 'solihull-report-missed-bin')
    t.same(await columnsByWard(app), ['Last week', 'Percentage of total'])
    const page = (await app.inject('/public/dashboards?slug=solihull-report-missed-bin/volumes')).json()
    t.match(page, {
      'page-type': 'module', title: 'Solihull: Report a missed bin', published: true, department: { abbr: 'Solihull' }
    })
    t.same(page.modules[0].axes.y.map(({ groupId }: any) => groupId).sort(), ['telephone-agent', 'unknown', 'web'])
  })

  t.test('availability and satisfaction, where an old sender has data sets of them', async (t) => {
    const post = async (type: string, records: object[]): Promise<void> => {
      const path = `solihull-report-missed-bin/${type}`
      await app.inject({ method: 'PUT', url: `/v1/data-sets/${path}`, headers: operator, payload: { published: true } })
      const { token } = (await app.inject({ method: 'POST', url: `/v1/data-sets/${path}/tokens`, headers: operator }))
        .json()
      const sent = await app.inject({
        method: 'POST',
        url: `/data/${path}`,
        headers: bearer(token),
        payload: records
      })
      t.equal(sent.statusCode, 200, sent.body)
    }
    const before = await modules('solihull-report-missed-bin')
    await post('monitoring', [])
    await post('customer-satisfaction', [{
      _timestamp: '2013-01-01T00:00:00Z', rating_1: 1, rating_2: 0, rating_3: 0, rating_4: 0, rating_5: 0, total: 1
    }])
    t.same(await modules('solihull-report-missed-bin'), before, 'not while they have nothing to show')
    await post('monitoring', [{ _timestamp: '2014-06-09T10:00:00Z', uptime: 3600, downtime: 0 }])
    await post('customer-satisfaction', [{
      _timestamp: '2014-06-09T00:00:00Z', rating_1: 1, rating_2: 0, rating_3: 0, rating_4: 0, rating_5: 3, total: 4
    }])
    t.same(await modules('solihull-report-missed-bin'), [
      'volumes', 'digital-take-up', 'user-satisfaction', 'by-ward', 'service-availability'
    ])
    const { modules: [uptime] } =
      (await app.inject('/public/dashboards?slug=solihull-report-missed-bin/service-availability')).json()
    t.same(uptime.tabs.map(({ slug }: any) => slug), ['30-days'])
    for (const type of ['monitoring', 'customer-satisfaction']) {
      await app.inject({ method: 'DELETE', url: `/v1/data-sets/solihull-report-missed-bin/${type}`, headers: operator })
    }
    t.same(await modules('solihull-report-missed-bin'), before)
  })

  t.test('a service’s page puts authorities side by side', async (t) => {
    await send({ authority: 'warwick' })
    t.same(await modules('report-missed-bin'), ['volumes', 'digital-take-up', 'by-authority'])
    const { modules: [volumes], relatedPages } = (await app.inject('/public/dashboards?slug=report-missed-bin')).json()
    t.same(volumes.axes.y.map(({ groupId }: any) => groupId), ['Solihull', 'Warwick'])
    t.same(relatedPages.other.map(({ url }: any) => url), [
      '/performance/solihull-report-missed-bin', '/performance/warwick-report-missed-bin'
    ])
    await followAll(t, app, 'report-missed-bin')
    await followAll(t, app, 'warwick-report-missed-bin')
  })

  t.test('a sender that stopped: the weeks up to its last', async (t) => {
    clock.now = Date.parse('2015-03-01T12:00:00Z')
    t.same(await modules('solihull-report-missed-bin'), ['volumes', 'digital-take-up', 'by-ward'])
    await followAll(t, app, 'solihull-report-missed-bin')
    await followAll(t, app, 'report-missed-bin')
    clock.now = Date.parse('2014-06-11T08:00:00Z')
  })

  t.test('a written one with the same slug wins, also while it is a draft', async (t) => {
    const put = async (published: boolean) =>
      await app.inject({
        method: 'PUT',
        url: '/v1/dashboards/solihull-report-missed-bin',
        headers: operator,
        payload: { ...DASHBOARD, title: 'Mine', published }
      })
    await put(true)
    t.equal((await app.inject('/public/dashboards?slug=solihull-report-missed-bin')).json().title, 'Mine')
    t.equal((await slugs()).filter((slug: string) => slug === 'solihull-report-missed-bin').length, 1)
    await put(false)
    t.notOk((await slugs()).includes('solihull-report-missed-bin'))
    await app.inject({ method: 'DELETE', url: '/v1/dashboards/solihull-report-missed-bin', headers: operator })
    t.ok((await slugs()).includes('solihull-report-missed-bin'))
  })
})

t.test('GET /data/service-aggregates/latest-dataset-values', async (t) => {
  const { app, database } = await testApp(t, '2014-06-10T12:00:00Z')
  const url = '/data/service-aggregates/latest-dataset-values'
  const rows = async (query = '') => (await app.inject(`${url}${query}`)).json().data
  const empty = await app.inject(`${url}?sort_by=_timestamp:descending`)
  t.same(empty.json(), { data: [] })
  t.match(empty.headers, { 'access-control-allow-origin': '*' })
  for (const query of ['?sort_by=nonsense', '?sort_by=a:ascending&sort_by=b:ascending', '?x=1&limit=y']) {
    t.equal((await app.inject(url + query)).statusCode, 200, query)
  }
  t.equal((await app.inject({ method: 'OPTIONS', url })).statusCode, 200)

  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin', 'pay-council-tax'], provider_for: ['warwick']
  })
  const event = {
    authority: 'solihull', service: 'report-missed-bin', channel: 'web', occurred_at: '2014-06-03T10:00:00Z'
  }
  const sent = await app.inject({
    method: 'POST',
    url: '/v1/events',
    headers,
    payload: [
      { ...event, count: 30 },
      { ...event, channel: 'telephone-agent', count: 70 },
      { ...event, channel: 'unknown', count: 5 },
      { ...event, outcome: 'failed', count: 3 },
      { ...event, occurred_at: '2013-06-01T10:00:00Z', count: 1000 },
      { ...event, type: 'journey', outcome: 'started', count: 10 },
      { ...event, type: 'journey', outcome: 'completed', count: 6 },
      { ...event, type: 'journey', outcome: 'ineligible' },
      { ...event, type: 'rating', outcome: '5', count: 3 },
      { ...event, type: 'rating', outcome: '1' },
      { ...event, authority: 'warwick', count: 95, occurred_at: '2014-06-05T10:00:00Z' }
    ].map((one, i) => ({ ...one, id: `e${i}` }))
  })
  t.equal(sent.json().stored, 11)
  t.same(await rows('?sort_by=number_of_transactions:descending'), [
    {
      dashboard_slug: 'solihull-report-missed-bin',
      _timestamp: '2014-06-03T00:00:00+00:00',
      number_of_transactions: 105,
      digital_takeup: 0.3,
      completion_rate: 0.6, // by the definition in force when the year began: "not eligible" counts from August 2015
      user_satisfaction_score: 0.75
    },
    {
      dashboard_slug: 'warwick-report-missed-bin',
      _timestamp: '2014-06-05T00:00:00+00:00',
      number_of_transactions: 95,
      digital_takeup: 1
    },
    {
      dashboard_slug: 'report-missed-bin', // its transactions are those of its authorities: they count once
      _timestamp: '2014-06-05T00:00:00+00:00',
      digital_takeup: 125 / 195,
      completion_rate: 0.6, // by the definition in force when the year began: "not eligible" counts from August 2015
      user_satisfaction_score: 0.75
    }
  ])

  t.test('so many statements for each service, whatever there is of it', async (t) => {
    let seen = 0
    // The pool runs one statement for each connection taken, outside transactions.
    database.pool.on('acquire', () => seen++)
    // Each order is an answer of its own; one that is slow is given again even after a commit.
    const orders = VALUE_FIELDS.flatMap((field) => [`${field}:ascending`, `${field}:descending`])
    let asked = 0
    const another = (): string => `?sort_by=${orders[asked++ % orders.length] ?? ''}`
    const statements = async (): Promise<number> => {
      const query = another()
      seen = 0
      await rows(query)
      return seen
    }
    const before = await statements()
    await app.inject({ method: 'POST', url: '/v1/events', headers, payload: [{ ...event, id: 'more', count: 1 }] })
    t.equal(await statements(), before)
    await app.inject({
      method: 'POST', url: '/v1/events', headers, payload: [{ ...event, id: 'tax', service: 'pay-council-tax' }]
    })
    const ofTwo = await statements()
    t.equal((await rows(another())).length, 5)
    t.ok(before <= 36, `${before} statements`) // sums are read of a hundred authorities at a time
    t.ok(ofTwo - before <= 30, `${ofTwo - before} statements more for another service`)
    // Whatever else this Postgres does ends transactions as well: not every pair that asks at once finds one state.
    await waitUntil('an answer serves two who ask at once, but for the look at the state', async () => {
      const query = another()
      seen = 0
      await Promise.all([rows(query), rows(query)])
      return seen <= ofTwo + 2
    })
  })
})

/** Follows each module's data source as the front end would: every one must answer with rows. */
async function followAll (t: Test, app: Awaited<ReturnType<typeof testApp>>['app'], slug: string): Promise<void> {
  const { modules } = (await app.inject(`/public/dashboards?slug=${slug}`)).json()
  t.ok(modules.length > 0)
  for (const module of modules) {
    const { 'data-group': group, 'data-type': type, 'query-params': params } = module['data-source']
    const search = new URLSearchParams(module['module-type'] === 'grouped_timeseries' ? {} : { flatten: 'true' })
    for (const [name, value] of Object.entries(params)) {
      search.delete(name)
      for (const one of [value].flat()) search.append(name, String(one))
    }
    const answer = await app.inject(`/data/${group}/${type}?${search.toString()}`)
    t.equal(answer.statusCode, 200, `${slug}/${module.slug}`)
    t.ok(answer.json().data.length > 0, `${slug}/${module.slug} has rows`)
  }
}

t.test('a page shows no parts where a ward is suppressed: the front end would show it as 0%', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const headers = await testSource(app)
  const at = { occurred_at: '2014-06-03T10:00:00Z' }
  await send(app, 'events', headers, [
    event('small', { ...at, ward: 'E05001285' }),
    ...['E05001286', 'E05001287', 'E05001288'].map((ward) => event(ward, { ...at, ward, count: 5 }))
  ])
  await release(app)
  t.same(await columnsByWard(app), ['Last week'])
})

t.test('a page has no wards where nothing of them may be published', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const headers = await testSource(app)
  await send(app, 'events', headers, event('small', { occurred_at: '2014-06-03T10:00:00Z', ward: 'E05001285' }))
  await release(app)
  const page = await get(app, '/public/dashboards?slug=solihull-report-missed-bin')
  t.same(page.modules.map(({ slug }: { slug: string }) => slug), ['volumes', 'digital-take-up'])
})
