import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { QUOTAS, type Counted } from '../../src/domain/quotas.ts'
import { MAPPING_EXAMPLE } from '../../src/http/schemas/mappings.ts'
import { testApp } from '../support/app.ts'
import { administratorOf, call, get, operator, put, type Headers, type Method } from '../support/builders.ts'
import { MEASURE } from '../support/every-role.ts'

interface Request { method: Method, url: string, body: object }

const PUBLICATION = { audience: 'public', to_on: null, publish_at: null }
/** Adds the nth of each thing that an authority may have so many of. */
const ADD: Record<Counted, (authority: string, n: number) => Request> = {
  wards: (authority, n) => ({
    method: 'PUT', url: `/v1/areas/${authority}/${authority}-${n}`, body: { name: `Ward ${n}` }
  }),
  notes: (authority, n) => ({
    method: 'PUT', url: '/v1/annotations', body: { id: `note-${n}`, authority, start_on: '2014-06-01', note: 'Strike' }
  }),
  sources: (authority, n) => ({
    method: 'PUT', url: `/v1/sources/${authority}/system-${n}`, body: { services: ['report-missed-bin'] }
  }),
  tokens: (authority, n) => ({
    method: 'POST', url: '/v1/tokens', body: { role: 'reader', label: `reader ${n}`, authorities: [authority] }
  }),
  data_sets: (authority, n) => ({
    method: 'PUT', url: `/v1/data-sets/${authority}-own/set-${n}`, body: { authority }
  }),
  dashboards: (authority, n) => ({
    method: 'PUT',
    url: `/v1/dashboards/${authority}-page-${n}?authority=${authority}`,
    body: { 'dashboard-type': 'transaction', published: false, title: 'Page', modules: [] }
  }),
  targets: (authority, n) => ({
    method: 'PUT',
    url: `/v1/targets/digital-take-up/${authority}/all/20${String(n + 10)}-04-01`,
    body: { at_least: 60, source: 'Cabinet' }
  }),
  publication_rules: (authority, n) => ({
    method: 'PUT', url: `/v1/publication-rules/${authority}/report-missed-bin/20${String(n + 10)}-04-01`, body: PUBLICATION
  }),
  declarations: (authority, n) => ({
    method: 'PUT',
    url: `/v1/declarations/${authority}/report-missed-bin/transaction/20${String(n + 10)}-04-01`,
    body: { basis: n % 2 === 0 ? 'events' : 'counts' }
  }),
  proposals: (authority, n) => ({
    method: 'POST', url: '/v1/proposals', body: { kind: 'measure', key: `${authority}_${n}`, note: '', body: MEASURE }
  }),
  mappings: (authority, n) => ({
    method: 'PUT', url: `/v1/sources/${authority}/system-1/mappings/export-${n}`, body: MAPPING_EXAMPLE
  })
}

const MOST = 4

t.test('an authority may have so many of each thing, and what is one too many is refused whole', async (t) => {
  const site = await testApp(t)
  const { app, database } = site
  // Of fewer wards than Solihull.
  const [solihull, rutland] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'rutland')]
  const wards = (await get(app, '/v1/areas?authority=solihull&limit=1000')).data.length
  const has: Partial<Record<Counted, number>> = { wards, tokens: 1 }
  const lines = async () => (await database.pool.query('SELECT count(*) AS n FROM audit')).rows[0].n as number
  await put(app, '/v1/sources/rutland/system-1', { services: ['report-missed-bin'] }, rutland)
  for (const [counted, request] of Object.entries(ADD) as Array<[Counted, typeof ADD[Counted]]>) {
    const add = async (headers: Headers, authority: string, n: number) => {
      const { method, url, body } = request(authority, n)
      return await call(app, method, url, headers, body)
    }
    const allowed = (has[counted] ?? 0) + MOST
    Object.assign(site.catalogue.quotas, { [counted]: allowed })
    for (let n = 0; n < MOST; n++) {
      const { status, body } = await add(solihull, 'solihull', n)
      t.match(status, /^20[01]$/, `${counted}: ${JSON.stringify(body)}`)
    }
    const audited = await lines()
    const { status, body } = await add(solihull, 'solihull', MOST)
    t.equal(status, 422, counted)
    t.match(body, { code: 'quota-exceeded', detail: new RegExp(`have ${allowed + 1} .*may have ${allowed}`) })
    t.equal(await lines(), audited, 'nothing was stored, not even a line of the audit trail')
    if (request('solihull', 0).method === 'PUT') {
      t.match((await add(solihull, 'solihull', 0)).status, /^20[01]$/, 'what is there can be set again')
    }
    t.match((await add(rutland, 'rutland', 0)).status, /^20[01]$/, 'nobody else is held up')
    Object.assign(site.catalogue.quotas, { [counted]: 0 })
    t.match((await add(solihull, 'solihull', MOST)).status, /^20[01]$/, '0: any number')
  }
})

t.test('what is removed makes room, ten times over', async (t) => {
  const { app } = await testApp(t, undefined, { quotas: { sources: 1 } })
  const headers = await administratorOf(app, 'solihull')
  const source = (n: number) => `/v1/sources/solihull/system-${n}`
  for (let n = 0; n < 10; n++) {
    await put(app, source(n), { services: ['report-missed-bin'] }, headers)
    t.equal((await call(app, 'DELETE', source(n), headers)).status, 204)
  }
  const { status, body } = await call(app, 'PUT', source(10), headers, { services: ['report-missed-bin'] })
  t.equal(status, 422)
  t.match(body.detail, /removed so many sources/)
})

t.test('what belongs to no authority has its own, twenty times as many', async (t) => {
  const { app } = await testApp(t, undefined, { quotas: { data_sets: 1 } })
  for (let n = 0; n < 20; n++) await put(app, `/v1/data-sets/national/set-${n}`, {})
  t.match((await call(app, 'PUT', '/v1/data-sets/national/set-20', operator, {})).body, {
    code: 'quota-exceeded', detail: /What belongs to no authority would have 21 data sets, and may have 20/
  })
})

t.test('QUOTAS changes those that it names', async (t) => {
  t.same(readConfig({}).quotas, QUOTAS)
  t.same(readConfig({ QUOTAS: 'wards=5, notes=0' }).quotas, { ...QUOTAS, wards: 5, notes: 0 })
  for (const wrong of ['wards', 'wards=-1', 'bins=4', 'wards=5;notes=1']) {
    t.throws(() => readConfig({ QUOTAS: wrong }), /QUOTAS must be some of wards, notes/, wrong)
  }
})
