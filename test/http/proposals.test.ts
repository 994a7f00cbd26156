import t from 'tap'
import { testApp } from '../support/app.ts'
import { administratorOf, call, get, observation, operator, send, testSource, type Headers } from '../support/builders.ts'

const MEASURE = { title: 'Trees', unit: 'trees', kind: 'stock', description: 'Trees there are.' }
const SERVICE = { title: 'Adopt a tree', lgsl: 9999, denominator: 'collections_made' }

t.test('an administrator proposes, the operator agrees, and both are dated', async (t) => {
  const { app, clock, database } = await testApp(t)
  const [solihull, leeds] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'leeds')]
  const propose = async (kind: string, key: string, body: object, headers: Headers = solihull) =>
    await call(app, 'POST', '/v1/proposals', headers, { kind, key, note: 'Asked for', body })
  const decide = async (id: number, what: string, headers: Headers = operator, body?: object) =>
    await call(app, 'POST', `/v1/proposals/${id}/${what}`, headers, body)

  const { version: _, kpi: __, created_at: ___, links: ____, origin: _o, licence: _l, attribution: _a, ...definition } =
    await get(app, '/v1/kpis/transactions')
  const kpi = await propose('kpi', 'trees-adopted', { ...definition, title: 'Trees adopted', state: 'proposed' })
  t.match(kpi, {
    status: 201,
    body: { state: 'proposed', authority: 'solihull', proposed_at: '2014-06-10T12:00:00.000Z', decided_at: null }
  })
  t.equal((await call(app, 'GET', '/v1/kpis/trees-adopted')).status, 404, 'nothing is in force')
  t.equal((await decide(kpi.body.id, 'agree', solihull)).status, 403)
  clock.now += 86_400_000
  t.match(await decide(kpi.body.id, 'agree'), {
    status: 200, body: { state: 'agreed', decided_by: 'operator', decided_at: '2014-06-11T12:00:00.000Z' }
  })
  t.match(await get(app, '/v1/kpis/trees-adopted'), { version: 1, title: 'Trees adopted', state: 'agreed' })
  t.match(await decide(kpi.body.id, 'agree'), { status: 409, body: { code: 'proposal-decided' } })
  t.equal((await decide(kpi.body.id, 'withdraw', solihull)).status, 409)

  const measure = await propose('measure', 'trees', MEASURE)
  t.equal((await decide(measure.body.id, 'agree')).status, 200)
  t.match((await get(app, '/v1/measures')).data.find(({ slug }: any) => slug === 'trees'), {
    ...MEASURE, polarity: 'none', by_channel: false
  })
  const service = await propose('service', 'adopt-a-tree', SERVICE)
  t.equal((await decide(service.body.id, 'agree')).status, 200)
  t.match((await get(app, '/v1/services')).data.find(({ slug }: any) => slug === 'adopt-a-tree'), SERVICE)
  const source = await testSource(app, 'solihull/trees', { services: ['adopt-a-tree'] })
  await send(app, 'observations', source, observation({ service: 'adopt-a-tree', measure: 'trees', value: 5 }))

  const refused = await propose('measure', 'leaves', { ...MEASURE, unit: 'leaves' })
  t.equal((await decide(refused.body.id, 'refuse', operator, {})).status, 400, 'with a reason')
  t.match(await decide(refused.body.id, 'refuse', operator, { reason: 'Too many' }), {
    body: { state: 'refused', reason: 'Too many' }
  })
  const mine = await propose('measure', 'twigs', MEASURE)
  t.equal((await decide(mine.body.id, 'withdraw', leeds)).status, 403)
  t.match(await decide(mine.body.id, 'withdraw', solihull), { body: { state: 'withdrawn' } })
  t.equal((await decide(mine.body.id, 'agree')).status, 409)

  const list = async (query: string): Promise<number[]> =>
    (await get(app, `/v1/proposals${query}`, leeds)).data.map(({ id }: any) => id)
  const [first, second, third, ...rest] = [kpi, measure, service, refused, mine].map(({ body }) => body.id as number)
  t.same(await list(''), [...rest.toReversed(), third, second, first])
  t.same(await list('?state=agreed&kind=measure'), [second])
  t.same(await list(`?before=${second}`), [first])
  t.same(await list('?authority=leeds'), [])

  const { rows } = await database.pool.query(
    "SELECT action, actor = 'operator' AS operator FROM audit WHERE id > (SELECT min(id) FROM audit WHERE action = 'propose') ORDER BY id LIMIT 5"
  )
  t.same(rows, [
    { action: 'refused', operator: false }, // to agree to its own
    { action: 'put-kpi', operator: true },
    { action: 'agree-proposal', operator: true },
    { action: 'propose', operator: false },
    { action: 'put-measure', operator: true }
  ])
})

t.test('a proposal is checked at once, and again when it is agreed to', async (t) => {
  const { app } = await testApp(t)
  const solihull = await administratorOf(app, 'solihull')
  const propose = async (kind: string, key: string, body: object, more: object = {}, headers = solihull) =>
    await call(app, 'POST', '/v1/proposals', headers, { kind, key, note: '', body, ...more })
  const refused = async (code: string, detail: RegExp, ...args: Parameters<typeof propose>): Promise<void> => {
    t.match((await propose(...args)).body, { code, detail }, String(detail))
  }
  await refused('invalid-request', /unit/, 'measure', 'trees', { ...MEASURE, unit: 5 })
  await refused('invalid-request', /colour/, 'measure', 'trees', { ...MEASURE, colour: 'green' })
  await refused('invalid-request', /already/, 'measure', 'collections_made', MEASURE)
  await refused('invalid-request', /already/, 'service', 'report-missed-bin', SERVICE)
  await refused('unknown-measure', /collections_made/, 'service', 'new', { ...SERVICE, denominator: 'collection_made' })
  await refused('invalid-request', /key/, 'service', 'adopt_a_tree', SERVICE)
  await refused('forbidden', /leeds/, 'measure', 'trees', MEASURE, { authority: 'leeds' })
  const both = await administratorOf(app, 'solihull', 'leeds')
  await refused('invalid-request', /authority/, 'measure', 'trees', MEASURE, {}, both)
  t.match((await propose('measure', 'trees', MEASURE, { authority: 'leeds' }, both)).body, { authority: 'leeds' })
  const twice = await propose('measure', 'trees', MEASURE)
  t.equal((await call(app, 'POST', '/v1/proposals/1/agree', operator)).status, 200)
  const late = await call(app, 'POST', `/v1/proposals/${twice.body.id}/agree`, operator)
  t.match(late, { status: 400, body: { detail: /already/ } })
  t.match(await get(app, `/v1/proposals/${twice.body.id}`, solihull), { state: 'proposed' }, 'it is open still')
})
