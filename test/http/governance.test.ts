import t from 'tap'
import { testApp } from '../support/app.ts'
import {
  administratorOf, bearer, call, event, get, issueToken, observation, operator, put, send, testSource
} from '../support/builders.ts'

const BINS = { services: ['report-missed-bin'] }

t.test('a council administrator’s day with its systems', async (t) => {
  const { app, clock } = await testApp(t)
  const solihull = await administratorOf(app, 'solihull')
  const ask = async (...request: Parameters<typeof call> extends [unknown, ...infer Rest] ? Rest : never) =>
    await call(app, ...request)
  const url = '/v1/sources/solihull/waste'
  t.equal((await ask('PUT', url, solihull, BINS)).status, 201)
  const issue = async (): Promise<{ id: string, token: string }> =>
    (await ask('POST', `${url}/tokens`, solihull, {})).body
  const [old, next] = [await issue(), await issue()]
  const sends = async ({ token }: { token: string }, id: string, more: object = {}): Promise<number> =>
    (await ask('POST', '/v1/events', bearer(token), event(id, more))).status
  t.same([await sends(old, 'a'), await sends(next, 'b')], [200, 200], 'two tokens at once')
  t.equal((await ask('DELETE', `${url}/tokens/${old.id}`, solihull)).status, 204)
  t.same([await sends(old, 'c'), await sends(next, 'd')], [401, 200], 'the old one is revoked')
  t.equal(await sends(next, 'e', { channel: 'Telefon' }), 422)
  await put(app, url, { ...BINS, channels: { Telefon: 'telephone-agent' } }, solihull)
  t.equal(await sends(next, 'e', { channel: 'Telefon' }), 200, 'a renamed channel')

  await testSource(app, 'leeds/crm')
  const list = async (query = '', headers = solihull): Promise<string[]> =>
    (await get(app, `/v1/sources${query}`, headers)).data.map((one: any) => `${one.authority}/${one.name}`)
  await put(app, '/v1/sources/solihull/library', { services: ['renew-library-item'] }, solihull)
  t.same(await list(), ['solihull/library', 'solihull/waste'], 'its own and no others')
  t.same(await list('', operator), ['leeds/crm', 'solihull/library', 'solihull/waste'])
  t.same(await list('?authority=leeds'), [])
  t.same(await list('?service=renew-library-item', operator), ['solihull/library'])
  t.same(await list('?q=WAS', operator), ['solihull/waste'])
  t.match(await get(app, '/v1/sources?limit=1', solihull), { next: 'solihull/library' })
  t.same(await list('?limit=1&after=solihull/library'), ['solihull/waste'])
  t.equal((await get(app, '/v1/sources?after=solihull/library', solihull)).next, null)
  t.equal((await ask('GET', '/v1/sources?colour=red', solihull)).status, 400)

  clock.now += 60_000
  t.equal((await ask('DELETE', url, await administratorOf(app, 'leeds'))).status, 403)
  t.equal((await ask('DELETE', url, solihull)).status, 204)
  t.equal(await sends(next, 'f'), 401, 'it sends no more')
  t.equal((await ask('DELETE', url, solihull)).status, 404)
  t.equal((await ask('GET', url, solihull)).status, 404)
  t.same(await list(), ['solihull/library'])
  const may = '/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-05-31'
  t.equal((await get(app, may)).data[0].values[0].value, 4, 'what it sent stays')
  t.equal((await ask('PUT', url, solihull, BINS)).status, 201, 'it begins anew')
  const anew = await issue()
  t.equal((await ask('GET', '/v1/events/a', bearer(anew.token))).status, 200, 'and knows what it sent')
  t.equal(await sends(next, 'g'), 401, 'an old token stays revoked')
})

t.test('an administrator lets its systems report on others only where it provides for them', async (t) => {
  const { app, catalogue: { directory } } = await testApp(t)
  const provided = directory.authorities.flatMap((authority) => directory.services.flatMap((service) => {
    const { delivers, provider } = directory.provision(authority, service)
    const isThere = provider !== undefined && directory.authorities.includes(provider)
    return delivers === 'via-other-body' && isThere ? [{ authority, service, provider }] : []
  }))[0]
  if (provided === undefined) throw new Error('somebody provides for others')
  const provider = await administratorOf(app, provided.provider.slug)
  const url = `/v1/sources/${provided.provider.slug}/passes`
  const about = (names: string[], services = [provided.service.slug]) => ({ services, provider_for: names })
  t.equal((await call(app, 'PUT', url, provider, about([provided.authority.slug]))).status, 201)
  const beyond = await call(app, 'PUT', url, provider, about([provided.authority.slug], [
    provided.service.slug, 'pay-council-tax'
  ]))
  t.match(beyond, { status: 403, body: { code: 'forbidden', detail: /ask the operator/ } }, 'another service')
  const solihull = await administratorOf(app, 'solihull', 'dudley')
  const bins = '/v1/sources/solihull/bins'
  const letIt = async (names: string[], services = ['report-missed-bin'], headers = solihull): Promise<number> =>
    (await call(app, 'PUT', bins, headers, about(names, services))).status
  t.equal(await letIt(['leeds']), 403)
  t.equal(await letIt(['dudley']), 201, 'which it governs')
  t.equal(await letIt(['leeds'], ['report-missed-bin'], operator), 200)
  t.equal(await letIt(['leeds']), 200, 'which the operator let it')
  t.equal(await letIt(['leeds'], ['report-missed-bin', 'pay-council-tax']), 403, 'for that service alone')
})

t.test('successors to whom a source was carried govern it as well', async (t) => {
  const { app, database, catalogue } = await testApp(t)
  await testSource(app, 'solihull/waste')
  const leeds = await administratorOf(app, 'leeds')
  const url = '/v1/sources/solihull/waste'
  t.equal((await call(app, 'GET', url, leeds)).status, 403)
  await database.pool.query(
    "UPDATE source SET carried_to = ARRAY[(SELECT id FROM authority WHERE slug = 'leeds' AND valid_to IS NULL)]"
  )
  await catalogue.refresh()
  t.match(await get(app, url, leeds), { carried_to: ['leeds'] })
  t.equal((await call(app, 'POST', `${url}/tokens`, leeds, {})).status, 201)
  t.equal((await get(app, '/v1/sources', leeds)).data.length, 1)
  t.equal((await call(app, 'PUT', '/v1/sources/solihull/other', leeds, BINS)).status, 403, 'but no others of it')
})

t.test('a source replaces no figure that another one sent, unless it takes over', async (t) => {
  const { app } = await testApp(t)
  const solihull = await administratorOf(app, 'solihull')
  const old = await testSource(app, 'solihull/old')
  const next = await testSource(app, 'solihull/next')
  await send(app, 'observations', old, observation({ value: 7 }))
  const correct = async (value: number, more: object = {}) =>
    await call(app, 'POST', '/v1/observations', next, observation({ value, ...more }))
  t.match(await correct(8), {
    status: 422,
    body: {
      code: 'rows-rejected', errors: [{ code: 'figure-of-another-source', detail: /solihull\/old.*takes_over/s }]
    }
  })
  t.match(await correct(8, { revision: 9 }), { status: 422 }, 'whatever its revision')
  t.match(await correct(7), { status: 200, body: { duplicates: 1 } }, 'the same says nothing new')
  t.match(await correct(3, { start_on: '2014-05-19' }), { status: 200, body: { stored: 1 } }, 'another figure')
  const lenient = await call(app, 'POST', '/v1/observations', { ...next, prefer: 'handling=lenient' }, [
    observation({ value: 8 }), observation({ start_on: '2014-05-12', value: 1 })
  ])
  t.match(lenient.body, { stored: 1, rejected: 1 })

  const week = '/v1/observations/solihull/report-missed-bin/collections_made'
  const replace = async (headers = next, ...figures: object[]) =>
    await call(app, 'PUT', week, headers, { period: 'week', start_on: '2014-05-26', figures })
  t.match(await replace(next, { value: 9 }), { status: 422, body: { code: 'rows-rejected' } })
  t.match(await replace(next), { status: 422, body: { code: 'figure-of-another-source', detail: /solihull\/old/ } })
  t.match(await get(app, `${week}?period=week&start_on=2014-05-26`, old), { figures: [{ value: 7, history: [] }] })

  const takeOver = async (name: string, headers = solihull) =>
    await call(app, 'PUT', '/v1/sources/solihull/next', headers, { ...BINS, takes_over: [name] })
  await testSource(app, 'leeds/crm')
  t.match(await takeOver('none'), { status: 400, body: { detail: /solihull\/none/ } })
  t.equal((await takeOver('leeds/crm')).status, 403)
  t.equal((await takeOver('leeds/crm', operator)).status, 200)
  t.equal((await call(app, 'DELETE', '/v1/sources/solihull/old', solihull)).status, 204)
  t.match(await takeOver('old'), { status: 200, body: { takes_over: ['solihull/old'] } }, 'a removed one as well')
  t.match(await correct(8), { status: 200, body: { revised: 1 } })
  t.match(await replace(next), { status: 200, body: { revised: 1 } }, 'now it is its own')
})

t.test('data sets and dashboards of a council are governed by its administrators', async (t) => {
  const { app } = await testApp(t)
  const [solihull, leeds] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'leeds')]
  const status = async (...request: Parameters<typeof call> extends [unknown, ...infer Rest] ? Rest : never) =>
    (await call(app, ...request)).status
  const set = '/v1/data-sets/parking/tickets'
  t.equal(await status('PUT', set, solihull, {}), 403, 'whose it is has to be said')
  t.equal(await status('PUT', set, solihull, { authority: 'leeds' }), 403)
  t.equal(await status('PUT', set, solihull, { authority: 'solihull', published: false }), 201)
  t.equal(await status('PUT', set, leeds, { authority: 'leeds' }), 403, 'it is taken')
  t.equal(await status('GET', set, leeds), 403)
  t.equal(await status('POST', `${set}/tokens`, leeds, {}), 403)
  t.equal(await status('POST', `${set}/tokens`, solihull, {}), 201)
  for (const group of ['leeds-report-missed-bin', 'leeds-own', 'leeds', 'report-missed-bin']) {
    t.equal(await status('PUT', `/v1/data-sets/${group}/x`, solihull, { authority: 'solihull' }), 403, group)
    t.equal(await status('PUT', `/v1/dashboards/${group}?authority=solihull`, solihull, {}), 403, group)
  }
  t.equal(await status('PUT', '/v1/data-sets/solihull-own/x', solihull, { authority: 'solihull' }), 201)
  await put(app, '/v1/data-sets/all/x', {})
  t.equal(await status('DELETE', '/v1/data-sets/all/x', solihull), 403, 'the operator’s')
  const sets = async (query: string, headers = solihull): Promise<string[]> =>
    (await get(app, `/v1/data-sets${query}`, headers)).data.map((one: any) => one.data_group)
  t.same(await sets(''), ['all', 'parking', 'solihull-own'])
  t.same(await sets('', leeds), ['all', 'solihull-own'], 'what is published')
  t.same(await sets('?authority=solihull&published=false', operator), ['parking'])
  t.same(await sets('?q=own&limit=1'), ['solihull-own'])
  t.equal(await status('DELETE', set, leeds), 403)
  t.equal(await status('DELETE', set, solihull), 204)

  const page = '/v1/dashboards/waste'
  const body = { 'dashboard-type': 'transaction', published: false, title: 'Waste', modules: [] }
  t.equal(await status('PUT', page, solihull, body), 403, 'whose it is has to be said')
  t.equal(await status('PUT', `${page}?authority=leeds`, solihull, body), 403)
  t.equal(await status('PUT', `${page}?authority=solihull`, solihull, body), 201)
  t.equal(await status('PUT', page, solihull, body), 200, 'and then is known')
  t.equal(await status('PUT', `${page}?authority=leeds`, leeds, body), 403)
  t.equal(await status('GET', page, leeds), 403)
  const pages = async (headers = solihull): Promise<object[]> => (await get(app, '/v1/dashboards', headers)).data
  t.match(await pages(), [{ slug: 'waste', title: 'Waste', authority: 'solihull', published: false }])
  t.same(await pages(leeds), [])
  await put(app, page, { ...body, published: true }, solihull)
  t.match(await pages(leeds), [{ slug: 'waste' }])
  t.equal(await status('GET', page, leeds), 200)
  t.equal(await status('DELETE', page, leeds), 403)
  t.equal(await status('PUT', `${page}?authority=leeds`, operator, body), 200)
  t.equal(await status('DELETE', page, solihull), 403, 'it was given away')
  t.equal(await status('DELETE', page, leeds), 204)
  await put(app, '/v1/dashboards/national', body)
  t.equal(await status('PUT', '/v1/dashboards/national?authority=leeds', leeds, body), 403, 'the operator’s')
  await issueToken(app, 'data-sets/all/x')
})

t.test('a route that does not say who may call it does not start', async (t) => {
  const { app } = await testApp(t)
  t.throws(() => app.get('/v1/new', async () => ({})), { message: 'GET /v1/new declares no permission' })
})
