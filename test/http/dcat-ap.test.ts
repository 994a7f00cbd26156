import t, { type Test } from 'tap'
import { DataFactory, type Store } from 'n3'
import { testApp, testSource } from '../support/app.ts'
import { event, get, observation, send } from '../support/builders.ts'
import { canonical, readJsonLd, readTurtle, violations } from '../support/dcat-ap.ts'

const SETTINGS = { publicUrl: 'https://data.example.gov.uk', contact: { mail: 'opendata@example.gov.uk' } }
const namedNode = (uri: string) => DataFactory.namedNode(uri)
const DCAT = 'http://www.w3.org/ns/dcat#'
const TYPE = namedNode('http://www.w3.org/1999/02/22-rdf-syntax-ns#type')

const BOTH = ['report-missed-bin', 'library-catalogues-providing-information']
const SENDERS = {
  solihull: [...BOTH, 'pay-council-tax'],
  leeds: BOTH,
  cardiff: BOTH,
  glasgow: BOTH,
  belfast: ['report-missed-bin'],
  warwickshire: ['library-catalogues-providing-information'],
  'transport-for-west-midlands': ['renew-older-persons-bus-pass']
}

/** Councils and a transport body of all kinds, with events of all types and figures. */
async function country (t: Test) {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z', SETTINGS)
  for (const [authority, services] of Object.entries(SENDERS)) {
    const headers = await testSource(app, `${authority}/main`, { services })
    await send(app, 'events', headers, services.flatMap((service) => [
      event(`${service}-1`, { authority, service }),
      event(`${service}-2`, { authority, service, type: 'journey', outcome: 'started', channel: 'web' }),
      event(`${service}-3`, { authority, service, type: 'rating', outcome: '5' })
    ]))
    await send(app, 'observations', headers, services.map((service) => observation({ authority, service })))
  }
  await app.intake.arrivals.flush()
  return app
}

const readWhole = async (app: Awaited<ReturnType<typeof country>>): Promise<Store> =>
  readTurtle((await app.inject('/v1/catalogue.ttl?limit=500')).body)

t.test('the catalogue is what DCAT-AP asks for', async (t) => {
  const app = await country(t)

  t.test('it breaks none of its shapes', async (t) => {
    const graph = await readWhole(app)
    t.equal(graph.countQuads(null, TYPE, namedNode(`${DCAT}Dataset`), null), 12)
    t.same(await violations(graph), [])
  })

  t.test('they would tell: without a title, a publisher, a theme; with a licence that is a text', async (t) => {
    for (const name of [
      'http://purl.org/dc/terms/title', 'http://purl.org/dc/terms/publisher', `${DCAT}theme`, `${DCAT}accessURL`,
      'http://purl.org/dc/terms/temporal'
    ]) {
      const graph = await readWhole(app)
      const [first] = graph.getQuads(namedNode(
        'https://data.example.gov.uk/v1/authorities/solihull/services/report-missed-bin' +
          (name.endsWith('accessURL') ? '#transaction-csv' : '#data-set')
      ), namedNode(name), null, null)
      if (first === undefined) throw new Error(`no ${name}`)
      graph.removeQuads(graph.getQuads(first.subject, first.predicate, null, null))
      t.match(await violations(graph), [new RegExp(`${name.replaceAll('.', '\\.')} of .*solihull`)], name)
    }
    const graph = await readWhole(app)
    const [licence] = graph.getQuads(null, namedNode('http://purl.org/dc/terms/license'), null, null)
    if (licence === undefined) throw new Error('no licence')
    graph.removeQuad(licence)
    graph.addQuad(licence.subject, licence.predicate, DataFactory.literal('OGL'))
    t.not((await violations(graph)).length, 0)
  })

  t.test('JSON-LD and Turtle say the same', async (t) => {
    for (const query of ['', '?limit=5&page=2', '?authority=solihull']) {
      const linked = await readJsonLd(await get(app, `/v1/catalogue.jsonld${query}`))
      const turtle = readTurtle((await app.inject(`/v1/catalogue.ttl${query}`)).body.replaceAll('.ttl', '.jsonld'))
      t.ok(linked.size > 100)
      t.equal(linked.size, turtle.size)
      t.equal(await canonical(linked), await canonical(turtle), query)
    }
  })
})
