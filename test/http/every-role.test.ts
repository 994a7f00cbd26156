import t from 'tap'
import { MAPPING_EXAMPLE } from '../../src/http/schemas/mappings.ts'
import { testApp } from '../support/app.ts'
import { event, observation, type Method } from '../support/builders.ts'
import { everyRole, MEASURE, PLACES, type Place, type Role, type World } from '../support/every-role.ts'

type Route = { method: string, url: string, permission: string }

/** Words for the parts of addresses that are nobody's. A route with a part that is not here fails the test. */
const WORDS: Record<string, string> = {
  service: 'report-missed-bin',
  channel: 'web',
  kpi: 'digital-take-up',
  measure: 'collections_made',
  level: 'ward',
  kind: 'channel-shift',
  code: 'not-found',
  type: 'numbers',
  provider: 'transport-for-west-midlands',
  from_on: '2014-06-01',
  suggest: 'suggest' // the end of an address, behind a colon
}

/** The parts of addresses that belong to somebody, by the beginning of the address. */
const WARDS: Record<Place, string> = { solihull: 'E05001284', leeds: 'E05099999' }
const OWNED: Array<[string, (place: Place, things: World['things'][Place]) => Record<string, string | number>]> = [
  ['/v1/sources/:authority/:name/unmapped', () => ({ name: 'main' })],
  ['/v1/rejections/', (_, { rejection }) => ({ id: rejection })],
  ['/v1/sources/:authority/:name/mappings', () => ({ name: 'main', mapping: 'export' })],
  ['/v1/sources/', (_, { sourceToken }) => ({ name: 'spare', id: sourceToken })],
  ['/v1/webhooks/', (place) => ({ name: `${place}-alerts` })],
  ['/v1/data-sets/', (place, { dataSetToken }) => ({ group: `${place}-own`, id: dataSetToken })],
  ['/v1/tokens/', (_, { personToken }) => ({ id: personToken })],
  ['/v1/proposals/:id/agree', (_, { proposals }) => ({ id: proposals.agree })],
  ['/v1/proposals/:id/refuse', (_, { proposals }) => ({ id: proposals.refuse })],
  ['/v1/proposals/', (_, { proposals }) => ({ id: proposals.withdraw })],
  ['/v1/events/', (place) => ({ id: `${place}-1` })],
  ['/v1/receipts/', (_, { receipt }) => ({ id: receipt })],
  ['/v1/dashboards/', (place) => ({ slug: `${place}-page` })],
  ['/v1/areas/', (place) => ({ code: WARDS[place] })],
  ['/v1/annotations/', () => ({ id: 'strike' })],
  ['/v1/declarations/', () => ({ type: 'transaction' })],
  ['/v1/attributes/', (place) => ({ name: `${place}_own` })],
  ['/v1/services/', () => ({ service: 'zoo-licence' })],
  ['/v1/channels/', () => ({ channel: 'kiosk' })],
  ['/v1/reorganisations/', () => ({ id: 'none' })],
  ['/v1/comparator-groups/', (place) => ({ slug: `${place}-club` })],
  ['/data/', (place) => ({ group: `${place}-own`, id: 'x' })],
  ['/', (place) => ({ name: `${place}_own_numbers` })]
]

/** Whose it is where the address does not say, said in the body or the query. */
const BODIES: Record<string, (place: Place) => object> = {
  'POST /v1/tokens': (place) => ({ role: 'reader', label: 'x', authorities: [place] }),
  'POST /v1/proposals': (place) => ({
    kind: 'measure', key: `${place}_more`, note: '', body: MEASURE, authority: place
  }),
  'POST /v1/releases': (authority) => ({ authority }),
  'PUT /v1/data-sets/:group/:type': (authority) => ({ authority, published: false, queryable: false }),
  'PUT /v1/annotations': (authority) => ({ id: 'strike', authority, start_on: '2014-05-26', note: 'Strike' }),
  'POST /v1/events': (authority) => event('another', { authority }),
  'POST /v1/observations': (authority) => observation({ authority }),
  'PUT /v1/observations/:authority/:service/:measure': () => ({
    period: 'week', start_on: '2014-05-26', figures: [{ value: 412_000 }]
  }),
  'PUT /v1/sources/:authority/:name/rhythms/:service': () => ({ rhythm: 'week' }),
  'PUT /v1/webhooks/:name': (place) => ({
    url: 'https://example.org/', events: ['feed.late'], authorities: [place]
  }),
  'POST /v1/proposals/:id/refuse': () => ({ reason: 'No' }),
  'PUT /v1/areas': (authority) => [{ authority, code: WARDS[authority], name: 'Hill' }],
  'PUT /v1/areas/:authority/:code': () => ({ name: 'Hill' }),
  'PUT /v1/declarations': (authority) => [{
    authority, service: 'report-missed-bin', type: 'transaction', from_on: '2014-06-01', basis: 'events'
  }],
  'PUT /v1/declarations/:authority/:service/:type/:from_on': () => ({ basis: 'events' }),
  'PUT /v1/provision': (authority) => [{ authority, service: 'report-missed-bin', delivers: 'yes', basis: 'Told so' }],
  'PUT /v1/provision/:authority/:service': () => ({ delivers: 'yes', basis: 'Told so' }),
  'PUT /v1/providers/:provider/:authority/:service': () => ({}),
  'PUT /v1/targets': (authority) => [{
    kpi: 'digital-take-up', authority, service: 'report-missed-bin', from_on: '2014-06-01', at_least: 50, source: 'Plan'
  }],
  'PUT /v1/targets/:kpi/:authority/:service/:from_on': () => ({ at_least: 50, source: 'Plan' }),
  'PUT /v1/publication-rules/:authority/:service/:from_on': () => ({ audience: 'councils' }),
  'PUT /v1/disclosure-rules/:authority/:service/:level': () => ({ threshold: 20 }),
  'PUT /v1/retention-rules/:authority': () => ({ months: 24 }),
  'POST /v1/sources/:authority/:name/erasures': () => ({ ids: ['never-sent'], reason: 'Test' }),
  'PUT /v1/sources/:authority/:name/mappings/:mapping': (authority) => ({
    ...MAPPING_EXAMPLE, fields: { ...MAPPING_EXAMPLE.fields, authority: { value: authority } }
  }),
  'PUT /v1/attributes/:service/:name': () => ({ title: 'Own', type: 'boolean' }),
  'PUT /v1/channel-classes/:service/:channel/:authority/:from_on': () => ({ digital_class: 'digital', reason: 'So' }),
  'PUT /v1/unit-savings/:kind/:authority/:service/:from_on': () => ({ pence: 5, source: 'Plan' }),
  'PUT /v1/comparator-groups/:slug': (place) => ({ title: 'Club', authorities: [place] })
}
const QUERIES: Record<string, (place: Place) => string> = {
  'GET /v1/export/events': (place) => `?source=${place}/main`,
  'GET /v1/events': (place) => `?source=${place}/main`,
  'DELETE /v1/events': (place) => `?id=${place}-1`,
  'GET /v1/receipts': (place) => `?source=${place}/main`,
  'GET /v1/receipts/:id': (place) => `?source=${place}/main`,
  ...Object.fromEntries(
    ['GET /v1/rejections', 'GET /v1/rejections/:id', 'DELETE /v1/rejections/:id', 'POST /v1/rejections/:id/replay',
      'POST /v1/rejections::replay'].map((route) => [route, (place: Place) => `?source=${place}/main`])
  ),
  'DELETE /v1/rejections': (place) => `?source=${place}/main&state=replayed`,
  'GET /v1/audit': (place) => `?authority=${place}`,
  'GET /v1/observations/:authority/:service/:measure': () => '?period=week&start_on=2014-05-26'
}
const queryOf = ({ method, url }: Pick<Route, 'method' | 'url'>) => QUERIES[`${method.replace('HEAD', 'GET')} ${url}`]
/** What every administrator may ask: what it may not see is left out of the answer, or is for all of them to see. */
const FOR_ALL = ['/v1/webhooks', '/v1/sources', '/v1/tokens', '/v1/proposals', '/v1/dashboards', '/v1/data-sets', '/v1/proposals/:id']
/** What is nobody's, so that the first of the two places takes it away from the other, or was never there. */
const COMMON = [
  '/v1/neighbours', '/v1/reorganisations/:id', '/v1/services/:service', '/v1/channels/:channel', '/v1/kpis/:kpi',
  '/v1/provision/:authority/:service' // the same row as a provider's
]
/** Where others learn no more than that there is nothing of theirs. */
const HIDDEN = [
  '/v1/tokens/:id', '/v1/webhooks/:name', '/v1/webhooks/:name/test', '/v1/webhooks/:name/secrets',
  '/v1/webhooks/:name/deliveries'
]

t.test('every endpoint, asked by every role for its own and for others’ things', async (t) => {
  const { app } = await testApp(t)
  const { roles, things } = await everyRole(app)
  const routes = [...app.permissions].sort((a, b) => turnOf(a) - turnOf(b) || b.url.length - a.url.length)
  t.ok(routes.length > 90)
  for (const route of routes) {
    const name = `${route.method} ${route.url}`
    t.ok(isOwned(route), `${name}: the test knows whose it is`)
    const faults: string[] = [] // thousands of assertions would take longer than the requests
    // One place is enough for what is for everybody, and for HEAD, which is decided about as its GET is.
    for (const place of route.permission === 'public' || route.method === 'HEAD' ? PLACES.slice(0, 1) : PLACES) {
      const url = addressOf(route, place, things)
      const body = ['POST', 'PUT', 'PATCH'].includes(route.method) ? BODIES[name]?.(place) ?? {} : undefined
      for (const role of inTurn(roles, route, place)) {
        const { statusCode: status } = await app.inject({
          method: route.method as Method, url, headers: role.headers, ...(body !== undefined && { payload: body })
        })
        const who = `of ${place}: ${role.kind}${role.of === undefined ? '' : ` of ${role.of}`}: ${status}`
        const expected = expectedOf(route, role, place)
        if (status >= 500) faults.push(who)
        if (expected === 'may') {
          if ([401, 403].includes(status)) faults.push(`${who}, is not let in`)
          const isFirst = role.of === place || (role.kind === 'operator' && route.permission === 'operator')
          const isThere = ['source', 'administrator', 'operator'].includes(route.permission)
          const finds = isFirst && isThere && !COMMON.includes(route.url)
          if (finds && status === 404) faults.push(`${who}, does not find what the address names`)
        } else if (!expected.includes(status)) faults.push(`${who}, not ${expected.join(' or ')}`)
      }
    }
    t.same(faults, [], name)
  }
})

/** Removals last, so that the others find what there is. */
const turnOf = ({ method, url }: Route): number =>
  method === 'DELETE' ? url.startsWith('/data') ? 2 : 3 : /\/(agree|refuse|withdraw)$/.test(url) ? 1 : 0

/** Those who may not first, then whoever it belongs to, then the operator. */
const inTurn = (roles: readonly Role[], route: Route, place: Place): Role[] =>
  roles.toSorted((a, b) => rank(a, route, place) - rank(b, route, place))
const rank = (role: Role, route: Route, place: Place): number =>
  expectedOf(route, role, place) !== 'may' ? 0 : role.kind === 'operator' ? 2 : 1

/** 'may', or the statuses of which the answer has to be one. */
function expectedOf ({ permission, method, url }: Route, { kind, of }: Role, place: Place): 'may' | number[] {
  const isOwn = of === place
  switch (permission) {
    case 'public': return 'may'
    case 'data-set':
      return kind === 'data-set' && isOwn ? 'may' : [401, 404] // the set is unpublished: to others it is not there
    case 'data-set-operator': return kind === 'operator' ? 'may' : [401]
    case 'source':
      if (kind === 'nobody' || kind === 'data-set') return [401]
      if (kind !== 'source') return [403]
      if (url === '/v1/sandbox') return 'may' // of which each has its own
      return isOwn ? 'may' : [404, 422] // what it did not send, and may not
    case 'source-or-administrator':
      if (kind === 'operator') return 'may'
      if (kind === 'nobody' || kind === 'data-set') return [401]
      return isOwn && kind !== 'reader' ? 'may' : [403]
    case 'administrator':
      if (kind === 'operator') return 'may'
      if (kind === 'nobody' || kind === 'data-set') return [401]
      if (kind !== 'administrator') return [403]
      if (isOwn || (['GET', 'HEAD'].includes(method) && FOR_ALL.includes(url))) return 'may'
      return HIDDEN.includes(url) && method !== 'PUT' ? [404] : [403]
    case 'operator':
    case 'monitor':
      if (kind === 'operator') return 'may'
      return kind === 'nobody' || kind === 'data-set' ? [401] : [403]
    default: throw new Error(`what does ${permission} mean?`)
  }
}

function isOwned ({ method, url, permission }: Route): boolean {
  return permission !== 'administrator' || /:(authority|group|slug|id)/.test(url) ||
    HIDDEN.includes(url) || `${method} ${url}` in BODIES ||
    queryOf({ method, url }) !== undefined || FOR_ALL.includes(url)
}

function addressOf ({ method, url }: Route, place: Place, things: World['things']): string {
  const [, own] = OWNED.find(([start]) => url.startsWith(start)) ?? []
  const parts: Record<string, string | number> = { authority: place, ...WORDS, ...own?.(place, things[place]) }
  const filled = url.replaceAll(/(?<!:):(\w+)(\(.*\))?/g, (_, part: string) => {
    const word = parts[part]
    if (word === undefined) throw new Error(`${url}: say in this test what :${part} may be`)
    return String(word)
  }).replace('/v1/events/*', `/v1/events/${place}/1`).replace('/data-sets/*', '/data-sets/no/such')
    .replace('*', 'nothing').replace('::', ':')
  return `${filled}${queryOf({ method, url })?.(place) ?? ''}`
}

t.test('a route whose address this test cannot fill fails it', async (t) => {
  const route = { method: 'GET', url: '/v1/things/:colour', permission: 'public' }
  t.throws(() => addressOf(route, 'leeds', {} as World['things']), { message: /:colour/ })
})
