import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, get, operator, put, type Headers } from '../support/builders.ts'

const csv = (headers: Headers) => ({ ...headers, 'content-type': 'text/csv' })

t.test('services', async (t) => {
  const { app } = await testApp(t)
  const zoo = {
    title: 'Licence a zoo', lgsl: 1099, lgsl_label: 'Zoo licences', kind: 'transaction', providing_tier: 'district/unitary'
  }
  t.match(await put(app, '/v1/services/licence-a-zoo', zoo), { ...zoo, status: 'live', core: false, origin: 'local' })
  t.match((await get(app, '/v1/services?q=zoo%20LICENCE')).data, [{ slug: 'licence-a-zoo' }])
  t.match((await get(app, '/v1/services?lgsl=1099')).data, [{ slug: 'licence-a-zoo' }])
  t.match(await get(app, '/v1/authorities/solihull'), { services: [], name: /Solihull/ })
  t.ok((await get(app, '/v1/authorities/solihull')).services.some((one: any) => one.service === 'licence-a-zoo'))
  const bad = async (more: object) => (await call(app, 'PUT', '/v1/services/licence-a-zoo', operator, more)).body
  t.match(await bad({ denominator: 'collection_made' }), { status: 422, detail: /Did you mean collections_made/ })
  t.match(await bad({ providing_tier: 'parish' }), { status: 400, detail: /county\/unitary/ })
  t.match(await bad({ status: 'discontinued' }), { status: 422, errors: [{ pointer: '/valid_to' }] })
  t.match(await bad({ valid_to: '2014-01-01' }), { status: 422, errors: [{ pointer: '/status' }] })
  t.equal((await call(app, 'DELETE', '/v1/services/licence-a-zoo?from=2014-06-01', operator)).status, 204)
  t.match(await get(app, '/v1/services/licence-a-zoo'), { status: 'discontinued', valid_to: '2014-05-31' })
  const read = await call(app, 'GET', '/v1/services?format=csv')
  t.match(await put(app, '/v1/services', read.body, csv(operator)), { created: [], changed: [] })

  const source = await testSource(app, 'solihull/zoo', { services: ['licence-a-zoo'] })
  const event = { id: '1', authority: 'solihull', service: 'licence-a-zoo', occurred_at: '2014-05-27T08:31:00Z', channel: 'web' }
  t.equal((await call(app, 'POST', '/v1/events', source, event)).status, 200)
  t.equal((await call(app, 'DELETE', '/v1/services/licence-a-zoo', operator)).status, 204)
  t.equal((await call(app, 'POST', '/v1/events', source, { ...event, id: '2' })).status, 422, 'what is removed is unknown')
  t.match((await call(app, 'GET', '/v1/events/1', source)).body, { service: 'licence-a-zoo' }, 'what is stored keeps its name')
})

t.test('areas', async (t) => {
  const { app } = await testApp(t)
  const mine = await administratorOf(app, 'solihull')
  t.equal((await get(app, '/v1/areas?authority=solihull')).data.length, 34)
  t.ok((await get(app, '/v1/areas')).data.length >= 34, 'without an authority: all')
  t.match((await get(app, '/v1/areas?q=st%20alphege')).data, [{ slug: 'st-alphege' }])
  const made = await call(app, 'PUT', '/v1/areas/E08000029/E05099001', mine, { name: 'Hampton-in-Arden' })
  t.equal(made.status, 201)
  t.match(made.body, { authority: 'solihull', code: 'E05099001', slug: 'hampton-in-arden', kind: 'ward', origin: 'local' })
  t.match(await get(app, '/v1/areas/solihull/E05099001'), made.body)
  t.equal((await call(app, 'PUT', '/v1/areas/leeds/E05099002', mine, { name: 'Hill' })).status, 403)
  t.match((await call(app, 'PUT', '/v1/areas', csv(mine), 'authority,code,name\nsolihull,E05099003,A\nleeds,E05099004,B\n')).body, {
    status: 403, detail: /leeds/
  })
  t.match((await call(app, 'PUT', '/v1/areas', csv(operator), 'authority,code,name\nsolihul,E05099003,A\nleeds,E08000035,B\nleeds,E05001284,C\n')).body, {
    errors: [
      { line: 2, pointer: '/authority', code: 'unknown-authority', detail: /Did you mean solihull/ },
      { line: 3, pointer: '/code', detail: /not the code of a ward/ },
      { line: 4, pointer: '/code', detail: /another authority, solihull/ }
    ]
  })
  t.match((await put(app, '/v1/authorities/solihull/areas?dry_run=true', [{ code: 'E05099001', name: 'Hampton' }], mine)).changes, {
    dry_run: true, changed: [{ key: 'solihull/E05099001', fields: { name: { from: 'Hampton-in-Arden', to: 'Hampton' } } }]
  })
  t.equal((await call(app, 'DELETE', '/v1/areas/solihull/E05099001?from=2014-07-01', mine)).status, 204)
  t.match(await get(app, '/v1/areas/solihull/E05099001'), { valid_to: '2014-06-30' })
  t.equal((await call(app, 'DELETE', '/v1/areas/solihull/E05099001', mine)).status, 204)
  t.equal((await call(app, 'GET', '/v1/areas/solihull/E05099001')).status, 404)
  t.equal((await call(app, 'DELETE', '/v1/areas/leeds/E05099001', mine)).status, 403)
  t.equal((await call(app, 'DELETE', '/v1/areas/leeds/E05099001', operator)).status, 404)
})

t.test('provision and providers', async (t) => {
  const { app } = await testApp(t)
  const [mine, theirs] = [await administratorOf(app, 'leeds'), await administratorOf(app, 'bradford')]
  const { data } = await get(app, '/v1/provision?authority=solihull&limit=10000')
  t.equal(data.length, (await get(app, '/v1/services')).data.length, 'every service, whether said or not')
  t.match(data.find((row: any) => row.service === 'renew-older-persons-bus-pass'), {
    delivers: 'via-other-body', provider: 'transport-for-west-midlands', stated: true, origin: 'shipped'
  })
  t.match(data.find((row: any) => row.service === 'report-missed-bin'), { delivers: 'yes', basis: /tier/ })
  t.equal((await get(app, '/v1/provision?service=report-missed-bin')).data.length, (await get(app, '/v1/authorities')).data.length)

  const url = '/v1/provision/leeds/report-missed-bin'
  const bins = { delivers: 'via-other-body', provider: 'E08000032', basis: 'A joint contract' }
  t.equal((await call(app, 'PUT', url, theirs, bins)).status, 403)
  const made = await call(app, 'PUT', url, mine, bins)
  t.equal(made.status, 201)
  t.match(made.body, { authority: 'leeds', provider: 'bradford', stated: true, origin: 'local' })
  t.match(await get(app, '/v1/providers?authority=leeds&service=report-missed-bin'), {
    data: [{ provider: 'bradford', delivers: [{ authority: 'leeds', service: 'report-missed-bin' }], reports: [] }]
  })
  for (const [body, pointer] of [
    [{ delivers: 'yes' }, '/provider'], [{ provider: null }, '/provider'], [{ provider: 'leeds' }, '/provider'],
    [{ provider: 'nowhere' }, '/provider']
  ] as const) {
    t.match((await call(app, 'PUT', url, mine, body)).body.errors, [{ pointer }], JSON.stringify(body))
  }
  t.equal((await call(app, 'DELETE', url, theirs)).status, 403)
  t.equal((await call(app, 'DELETE', url, mine)).status, 204)
  t.match(await get(app, url), { delivers: 'yes', stated: false })
  t.equal((await call(app, 'DELETE', url, mine)).status, 404)

  const provider = '/v1/providers/bradford/leeds/report-missed-bin'
  t.equal((await call(app, 'PUT', provider, theirs, {})).status, 403, 'the provider’s people do not say so')
  t.equal((await call(app, 'PUT', provider, mine, {})).status, 201)
  t.match(await get(app, url), { delivers: 'via-other-body', provider: 'bradford' })
  t.equal((await call(app, 'DELETE', '/v1/providers/kirklees/leeds/report-missed-bin', mine)).status, 404)
  t.equal((await call(app, 'DELETE', provider, mine)).status, 204)
  t.equal((await call(app, 'GET', '/v1/providers/bradford')).status, 404)
  await put(app, '/v1/sources/bradford/crm', { services: ['report-missed-bin'], provider_for: ['leeds'] })
  t.match(await get(app, '/v1/providers/bradford'), { reports: [{ source: 'crm', authorities: ['leeds'] }], licence: /Open/ })

  const read = await call(app, 'GET', '/v1/provision?format=csv')
  t.match(await put(app, '/v1/provision', read.body, csv(operator)), { created: [], changed: [] })
  t.match((await call(app, 'PUT', '/v1/provision', csv(mine), 'authority,service,delivers,basis\nbradford,report-missed-bin,no,x\n')).body, {
    status: 403
  })
})

t.test('authorities', async (t) => {
  const { app } = await testApp(t)
  const bad = async (name: string, more: object) => {
    const { status, body } = await call(app, 'PUT', `/v1/authorities/${name}`, operator, more)
    return { status, pointers: (body.errors ?? []).map(({ pointer }: any) => pointer).sort() }
  }
  t.match(await put(app, '/v1/authorities/E08000035', { aliases: ['loidis'] }), {
    slug: 'leeds', aliases: ['loidis'], origin: 'local', tier: 'unitary', licence: /Open/
  })
  t.same(await bad('bradford', { aliases: ['Leeds'] }), { status: 422, pointers: ['/aliases'] })
  t.same(await bad('bradford', { gss: 'E07099999' }), { status: 422, pointers: ['/gss'] })
  t.same(await bad('bradford', { gss: 'E08000035' }), { status: 422, pointers: ['/slug'] }, 'the code of another')
  t.same(await bad('bradford', { tier: null }), { status: 422, pointers: ['/tier'] })
  t.same(await bad('bradford', { region: 'Yorkshire' }), { status: 422, pointers: ['/region'] })
  t.same(await bad('bradford', { parent: 'surrey' }), { status: 422, pointers: ['/parent'] })
  t.same(await bad('elmbridge', { parent: 'surrey', region: 'London' }), { status: 422, pointers: ['/region'] })
  t.same(await bad('bradford', { combined_authority: 'leeds' }), { status: 422, pointers: ['/combined_authority'] })
  t.same(await bad('bradford', { replaced_by: ['nowhere'], valid_to: '2014-01-01' }), { status: 422, pointers: ['/replaced_by'] })
  t.same(await bad('bradford', { replaced_by: ['leeds'] }), { status: 422, pointers: ['/valid_to'] })
  t.same(await bad('bradford', { covers: [5] }), { status: 400, pointers: ['/covers/0'] })
  t.same(await bad('Brad_ford', { name: 'x' }), {
    status: 400, pointers: ['/nation', '/short_name', '/slug', '/type']
  }, 'a new one needs more')

  const west = {
    name: 'West Surrey Council',
    short_name: 'West Surrey',
    type: 'unitary',
    tier: 'unitary',
    nation: 'England',
    region: 'South East',
    valid_from: '2027-04-01'
  }
  t.equal((await call(app, 'PUT', '/v1/authorities/west-surrey', operator, west)).status, 201)
  t.notOk((await get(app, '/v1/authorities')).data.some(({ slug }: any) => slug === 'west-surrey'), 'not yet there')
  t.same(await bad('surrey', { replaced_by: ['west-surrey'], valid_to: '2027-04-01' }), { status: 422, pointers: ['/valid_to'] })
  t.match(await put(app, '/v1/authorities/surrey', { replaced_by: ['west-surrey'], valid_to: '2027-03-31' }), {
    replaced_by: ['west-surrey'], valid_to: '2027-03-31'
  })
  t.same(await bad('west-surrey', { valid_from: '2027-03-01' }), { status: 422, pointers: ['/valid_from'] })
  t.match(await put(app, '/v1/authorities/west-surrey', { gss: 'E06000070' }), { gss: 'E06000070' }, 'it has its code')
  t.match((await call(app, 'DELETE', '/v1/authorities/west-surrey', operator)).body, { status: 409, code: 'in-use', detail: /surrey/ })
  t.match((await call(app, 'DELETE', '/v1/authorities/leeds?from=1800-01-01', operator)).body, { status: 400 })

  t.match((await get(app, '/v1/authorities?q=kings%20lynn')).data, [{ slug: 'kings-lynn-and-west-norfolk' }])
  t.match((await get(app, '/v1/authorities?q=St%20Helens')).data.length, 1)
  const page = await get(app, '/v1/authorities?type=county&limit=5')
  t.equal(page.data.length, 5)
  t.match(page.links.next, /type=county/)
  const read = (await call(app, 'GET', '/v1/authorities?format=csv')).body as string
  const lines = read.split('\n').filter((line) => !line.startsWith('st.-helens'))
  const { created, changed, unchanged } = await put(app, '/v1/authorities?dry_run=true', lines.join('\n'), csv(operator))
  t.same([created, changed], [[], []], 'what was read may be sent back')
  t.ok(unchanged.length > 390)
})
