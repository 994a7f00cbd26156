import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, get, observation, operator, personAs, put, send, type Headers } from '../support/builders.ts'

const SETTINGS = { publicUrl: 'https://data.example.gov.uk', contact: { mail: 'opendata@example.gov.uk' } }
const SERVICES = ['report-missed-bin', 'pay-council-tax']
const SOLIHULL = 'https://data.example.gov.uk/v1/authorities/solihull/services/report-missed-bin'

/** Solihull and Leeds with two services each. */
async function twoCouncils (t: Test) {
  const world = await testApp(t, '2014-06-10T12:00:00Z', SETTINGS)
  const { app } = world
  const sources: Record<string, Headers> = {}
  for (const authority of ['solihull', 'leeds']) {
    const headers = await testSource(app, `${authority}/main`, { services: SERVICES })
    sources[authority] = headers
    await send(app, 'events', headers, SERVICES.flatMap((service) => [
      event(`${service}-1`, { authority, service }),
      event(`${service}-2`, { authority, service, occurred_at: '2014-06-02T09:00:00+01:00' })
    ]))
  }
  await app.intake.arrivals.flush()
  return { ...world, sources }
}

const identifiers = async (app: App, query = ''): Promise<string[]> =>
  (await get(app, `/data.json${query}`)).dataset.map(({ identifier }: { identifier: string }) => identifier)

t.test('data.json has what data.gov.uk and ckanext-dcat read', async (t) => {
  const { app } = await twoCouncils(t)
  const { status, headers, body } = await call(app, 'GET', '/data.json')
  t.equal(status, 200)
  t.match(headers['content-type'], /^application\/json/)
  t.equal(headers['access-control-allow-origin'], '*')
  t.match(headers['link'], /rel="license"/)
  t.match(body, {
    '@type': 'dcat:Catalog', conformsTo: 'https://project-open-data.cio.gov/v1.1/schema', total: 4, license: /nationalarchives/
  })
  const set = body.dataset.find(({ identifier }: { identifier: string }) => identifier === `${SOLIHULL}#data-set`)
  t.match(set, {
    title: 'Report a missed bin: Solihull',
    description: /^How Solihull Metropolitan Borough Council delivers “Report a missed bin”/,
    license: 'http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
    issued: '2014-05-27',
    modified: '2014-06-10',
    accessLevel: 'public',
    publisher: {
      '@id': 'http://statistics.data.gov.uk/id/statistical-geography/E08000029',
      name: 'Solihull Metropolitan Borough Council'
    },
    contactPoint: { hasEmail: 'mailto:opendata@example.gov.uk' },
    spatial: 'http://statistics.data.gov.uk/id/statistical-geography/E08000029',
    temporal: '2014-05-27/2014-06-02',
    la_service: 'http://id.esd.org.uk/service/524',
    la_function: 'http://id.esd.org.uk/function/38',
    landingPage: SOLIHULL
  })
  t.same(set.language, ['en'], 'a list, as ckanext-dcat joins it')
  t.ok(set.theme.includes('http://id.esd.org.uk/service/524'))
  t.ok(set.theme.includes('http://id.esd.org.uk/function/38'))
  const tax = body.dataset.find(({ title }: { title: string }) => title === 'Pay Council Tax: Solihull')
  t.equal(tax.la_service, 'http://id.esd.org.uk/service/57')
  t.notOk('la_function' in tax, 'not written down')
  t.ok(set.theme.includes('http://publications.europa.eu/resource/authority/data-theme/ENVI'))
  for (const word of set.keyword) t.match(word, /^[\w .-]+$/, 'CKAN takes no other tag')
  t.ok(set.keyword.includes('Solihull'))
  for (const { title } of body.dataset) t.ok(title.length <= 65)
})

t.test('every distribution can be downloaded as what it says it is', async (t) => {
  const { app, sources } = await twoCouncils(t)
  await send(app, 'events', sources['solihull'] ?? {}, [
    event('r', { type: 'rating', outcome: '4' }), event('j', { type: 'journey', outcome: 'started', channel: 'web' })
  ])
  await send(app, 'observations', sources['solihull'] ?? {}, observation())
  const [set] = (await get(app, '/data.json?authority=solihull&service=report-missed-bin')).dataset
  t.same(set.distribution.map(({ identifier }: { identifier: string }) => identifier.split('#')[1]).sort(), [
    ...['journey', 'rating', 'transaction'].flatMap((type) =>
      ['channel-csv', 'csv', 'json', 'json-stat', 'svg'].map((format) => `${type}-${format}`)),
    'kpi-completion-rate', 'kpi-cost-per-transaction', 'kpi-digital-take-up', 'kpi-user-satisfaction-score',
    'export-csv', 'export-parquet', 'measure-collections_made', 'scorecard'
  ].sort())
  for (const { downloadURL, accessURL, mediaType, describedBy } of set.distribution) {
    t.equal(describedBy === undefined, mediaType !== 'text/csv', 'columns are described')
    if (describedBy !== undefined) {
      const metadata = await app.inject(describedBy.replace('https://data.example.gov.uk', ''))
      t.match(metadata.headers['content-type'], /^application\/csvm\+json/)
    }
    t.equal(downloadURL, accessURL)
    const { statusCode, headers } = await app.inject(downloadURL.replace('https://data.example.gov.uk', ''))
    t.equal(statusCode, 200, downloadURL)
    t.equal(String(headers['content-type']).split(';')[0], mediaType, downloadURL)
  }
  const csv = set.distribution.find(({ identifier }: { identifier: string }) => identifier.endsWith('#transaction-csv'))
  const { body } = await app.inject(csv.downloadURL.replace('https://data.example.gov.uk', ''))
  t.match(body, /^start_on,end_on,value,status.*\r?\n2014-05-01,2014-05-31,1,ok/, 'from the first month on')
  const [tax] = (await get(app, '/data.json?authority=solihull&service=pay-council-tax')).dataset
  t.notMatch(JSON.stringify(tax.distribution), /rating|journey|completion-rate/, 'what it has no events of')
})

t.test('pages show each data set once', async (t) => {
  const { app } = await twoCouncils(t)
  const whole = await identifiers(app)
  t.equal(new Set(whole).size, 4)
  const { body, headers } = await call(app, 'GET', '/data.json?limit=3')
  t.equal(headers['link'],
    '<https://data.example.gov.uk/data.json?limit=3&page=2>; rel="next", ' +
      '<http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>; rel="license"')
  t.match(body, { total: 4, links: { next: /page=2$/, last: /page=2$/, self: /limit=3$/ } })
  t.same([...await identifiers(app, '?limit=3'), ...await identifiers(app, '?limit=3&page=2')], whole)
  t.match((await call(app, 'GET', '/data.json?limit=3&page=2')).headers['link'], /<[^>]*\?limit=3>; rel="prev"/)
  t.match(await call(app, 'GET', '/data.json?page=2'), { status: 404, body: { code: 'not-found', detail: /last one is 1/ } })
  const { body: turtle } = await app.inject('/v1/catalogue.ttl?limit=3')
  t.match(turtle, /hydra:nextPage <https:\/\/data\.example\.gov\.uk\/v1\/catalogue\.ttl\?limit=3&page=2>/)
  t.match(turtle, /a hydra:PagedCollection/)
  t.match(turtle, /hydra:totalItems 4/)
  t.notMatch((await app.inject('/v1/catalogue.ttl?limit=3&page=2')).body, /hydra:next/)
})

t.test('one authority or service alone, for a portal that harvests each by itself', async (t) => {
  const { app } = await twoCouncils(t)
  t.equal((await identifiers(app, '?authority=E08000029')).length, 2)
  t.same(await identifiers(app, '?authority=solihull&service=report-missed-bin'), [`${SOLIHULL}#data-set`])
  t.same(await identifiers(app, '?authority=birmingham'), [], 'who has sent nothing has none')
  t.equal((await call(app, 'GET', '/data.json?authority=nowhere')).body.code, 'unknown-authority')
  t.equal((await call(app, 'GET', '/data.json?service=nothing')).body.code, 'unknown-service')
  t.equal((await call(app, 'GET', '/data.json?council=solihull')).status, 400)
})

t.test('what is not published is not there, for nobody, nor what is tried out', async (t) => {
  const { app, sources } = await twoCouncils(t)
  const rule = async (service: string, body: object) =>
    await put(app, `/v1/publication-rules/solihull/${service}/2014-01-01`, { audience: 'authority', ...body })
  await rule('all', {})
  t.same((await identifiers(app)).filter((one) => one.includes('solihull')), [])
  for (const headers of [operator, sources['solihull'] ?? {}, await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unpublished'] })]) {
    t.notMatch((await app.inject({ url: '/v1/catalogue.ttl', headers })).body, /solihull/, 'a harvester shows all to everybody')
  }
  await rule('all', { to_on: '2014-05-31' })
  const [set] = (await get(app, '/data.json?authority=solihull&service=report-missed-bin')).dataset
  t.match(set, { temporal: '2014-06-01/2014-06-02', issued: '2014-06-01', modified: '2014-06-02' })
  await rule('all', { to_on: '2013-12-31' }).catch(() => undefined)
  await call(app, 'DELETE', '/v1/publication-rules/solihull/all/2014-01-01', operator)
  await put(app, '/v1/publication-rules/solihull/report-missed-bin/2014-06-01', { audience: 'authority' })
  const [early] = (await get(app, '/data.json?authority=solihull&service=report-missed-bin')).dataset
  t.match(early, { temporal: '2014-05-27/2014-05-31', modified: '2014-05-31' }, 'nor when the rest of it came')

  const { body: { token } } = await call(app, 'POST', '/v1/sources/leeds/main/tokens', operator, { sandbox: true })
  await put(app, '/v1/sources/leeds/main', { services: [...SERVICES, 'library-catalogues-providing-information'] })
  await send(app, 'events', bearer(token), event('s', { authority: 'leeds', service: 'library-catalogues-providing-information' }))
  await app.intake.arrivals.flush()
  t.equal((await identifiers(app, '?authority=leeds')).length, 2)
})

t.test('figures alone are a data set, with the rhythm that they have', async (t) => {
  const { app, sources } = await twoCouncils(t)
  await put(app, '/v1/sources/leeds/main', { services: [...SERVICES, 'report-missed-recycling'] })
  await send(app, 'observations', sources['leeds'] ?? {}, observation({ authority: 'leeds', service: 'report-missed-recycling' }))
  await app.intake.arrivals.flush()
  const [set] = (await get(app, '/data.json?authority=leeds&service=report-missed-recycling')).dataset
  t.match(set, { temporal: '2014-05-26/2014-06-01', accrualPeriodicity: 'R/P1W', frequency: 'R/P1W' })
  t.same(set.distribution.map(({ identifier }: { identifier: string }) => identifier.split('#')[1]), [
    'measure-collections_made', 'export-csv', 'export-parquet', 'scorecard'
  ])
  t.match((await app.inject('/v1/catalogue.ttl?authority=leeds&service=report-missed-recycling')).body, /frequency\/WEEKLY/)
  t.notOk('frequency' in (await get(app, '/data.json?authority=leeds&service=report-missed-bin')).dataset[0], 'not known yet')
})

t.test('answers are conditional, compressed, and have no body for HEAD', async (t) => {
  const { app, sources, clock } = await twoCouncils(t)
  for (const [url, type] of [
    ['/data.json', 'application/json; charset=utf-8'],
    ['/v1/catalogue.jsonld', 'application/ld+json'],
    ['/v1/catalogue.ttl', 'text/turtle; charset=utf-8']
  ] as const) {
    const { headers, body } = await app.inject(url)
    t.equal(headers['content-type'], type)
    const head = await app.inject({ method: 'HEAD', url })
    t.equal(head.statusCode, 200)
    t.equal(head.body, '')
    t.equal(head.headers.etag, headers.etag)
    t.equal(head.headers['last-modified'], 'Tue, 10 Jun 2014 12:00:00 GMT')
    t.equal((await app.inject({ url, headers: { 'if-none-match': String(headers.etag) } })).statusCode, 304)
    const zipped = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
    t.equal(zipped.headers['content-encoding'], 'gzip', url)
    t.equal(gunzipSync(zipped.rawPayload).toString(), body)
  }
  clock.now += 7_200_000
  const { headers: { etag, 'last-modified': same } } = await app.inject('/data.json')
  t.equal(same, 'Tue, 10 Jun 2014 12:00:00 GMT', 'nothing changed meanwhile')
  await send(app, 'events', sources['leeds'] ?? {}, event('new', { authority: 'leeds', occurred_at: '2014-06-08T09:00:00+01:00' }))
  const changed = await app.inject({ url: '/data.json', headers: { 'if-none-match': String(etag) } })
  t.equal(changed.statusCode, 200, 'a new day is there with the next question')
  t.equal(changed.headers['last-modified'], 'Tue, 10 Jun 2014 14:00:00 GMT')
  t.match(changed.json(), { dataset: [{}, { temporal: '2014-05-27/2014-06-08' }] })
})

t.test('the catalogue as the Accept header asks for it', async (t) => {
  const { app } = await twoCouncils(t)
  for (const [accept, type] of [
    ['text/turtle', 'text/turtle; charset=utf-8'],
    ['text/turtle;q=0.5, application/ld+json', 'application/ld+json'],
    ['*/*', 'application/ld+json']
  ]) {
    const { headers } = await app.inject({ url: '/v1/catalogue', headers: { accept: accept ?? '' } })
    t.equal(headers['content-type'], type, `${accept}`)
    t.match(headers.vary, /Accept(,|$)/)
  }
  t.equal((await app.inject({ url: '/v1/catalogue', headers: { accept: 'application/rdf+xml' } })).statusCode, 406)
})

t.test('addresses are those that a request came by, where none is set', async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z', { trustProxy: ['127.0.0.1'] })
  const self = async (headers: Headers): Promise<unknown> => (await call(app, 'GET', '/data.json', headers)).body['@id']
  t.equal(await self({ host: 'Data.Leeds.gov.uk' }), 'http://data.leeds.gov.uk/data.json')
  t.equal(await self({ host: '127.0.0.1:3000' }), 'http://127.0.0.1:3000/data.json')
  t.equal(
    await self({ host: 'inside:3000', 'x-forwarded-host': 'data.leeds.gov.uk', 'x-forwarded-proto': 'https' }),
    'https://data.leeds.gov.uk/data.json'
  )
  t.match(await call(app, 'GET', '/data.json', { host: 'a.uk/><b' }), { status: 400 })
  const { body } = await call(app, 'GET', '/v1/catalogue.jsonld')
  t.notMatch(JSON.stringify(body), /contactPoint/, 'nobody is named')
  t.same((await get(app, '/data.json')).dataset, [], 'an empty catalogue is one')
})
