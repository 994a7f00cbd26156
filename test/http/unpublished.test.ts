import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import {
  administratorOf, bearer, call, get, issueToken, operator, personAs, put, testSource, type Headers, type Method
} from '../support/builders.ts'

const SET = '/v1/data-sets/waste/drafts'
const AT = '2014-06-20T09:30:00+01:00'
const SECRET = 'secret-of-the-old-sender'
const RAW = { name: 'waste_drafts', authority: 'solihull', service: 'report-missed-bin', raw_queries_allowed: true }

async function dataSet (app: App, settings: object): Promise<void> {
  await put(app, SET, { ...RAW, ...settings })
  const sent = await call(app, 'POST', '/data/waste/drafts', bearer(SECRET), [
    { _id: 'a', _timestamp: '2014-01-06T00:00:00Z', channel: 'web', count: 5 }
  ])
  if (sent.status !== 200) throw new Error(JSON.stringify(sent.body))
}

/** Everybody that there is, by what they may see of Solihull's drafts. */
async function people (app: App): Promise<{ own: Headers[], councils: Headers[], nobody: Headers[] }> {
  return {
    own: [
      operator,
      bearer(SECRET),
      await administratorOf(app, 'solihull', 'kirklees'),
      await testSource(app),
      await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unpublished'] })
    ],
    councils: [
      await administratorOf(app, 'kirklees'),
      await testSource(app, 'kirklees/bartec'),
      await testSource(app, 'solihull/tax', { services: ['pay-council-tax'] }),
      await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unsuppressed'] })
    ],
    nobody: [{}, bearer('no-token-at-all')]
  }
}

const READS = ['/data/waste/drafts', '/data/waste/drafts?group_by=channel&collect=count:sum', '/waste_drafts',
  '/waste_drafts?group_by=channel', '/data/waste/drafts?group_by=channel&format=csv', '/data/waste/drafts?period=fortnight']

t.test('an unpublished data set is not there, but for those with the right', async (t) => {
  const { app, clock } = await testApp(t)
  await put(app, SET, RAW)
  await issueToken(app, 'data-sets/waste/drafts', { token: SECRET })
  await dataSet(app, { published: false, max_age_expected: 60 })
  const { own, councils, nobody } = await people(app)
  const answer = async (method: Method | 'OPTIONS', url: string, headers: Headers) => {
    const { statusCode, headers: { 'x-request-id': _id, date: _date, ratelimit = '', ...rest }, body } =
      await app.inject({ method, url, headers })
    const [counted] = String(ratelimit).split(';') // as what, not how often before
    return { statusCode, headers: rest, body, counted }
  }
  const notThere = (url: string): string => url.replace('waste/drafts', 'waste/nothing').replace('waste_drafts', 'waste_nothing')
  const asAbsent = async (headers: Headers): Promise<void> => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'] as const) {
      for (const url of READS.filter((url) => method === 'GET' || !url.includes('?'))) {
        if (method === 'PUT' && url === '/waste_drafts') continue
        t.same(await answer(method, url, headers), await answer(method, notThere(url), headers), `${method} ${url}`)
      }
    }
    t.same(await answer('PATCH', '/data/waste/drafts/a', headers), await answer('PATCH', '/data/waste/nothing/a', headers))
    t.match((await get(app, '/_status/data-sets', headers)), { status: 'ok' })
  }
  const isThere = async (headers: Headers, warned: boolean): Promise<void> => {
    for (const url of READS.slice(0, 4)) {
      const { status, body, headers: { 'cache-control': cached } } = await call(app, 'GET', url, headers)
      t.equal(status, 200, url)
      t.equal(body.data.length, 1)
      t.equal('warning' in body, warned, url)
      if (warned) t.match(cached, /no-cache/)
    }
    t.equal((await call(app, 'GET', '/data/waste/drafts?period=fortnight', headers)).status, 400)
    t.match((await get(app, '/_status/data-sets', headers)).data_sets, [{ name: 'waste_drafts' }])
  }
  for (const headers of [...own, ...nobody, ...councils, ...own]) {
    await (own.includes(headers) ? isThere(headers, true) : asAbsent(headers))
  }
  t.equal((await call(app, 'POST', '/data/waste/drafts', operator, [])).status, 401, 'who reads it still does not write it')

  await dataSet(app, { audience: 'councils', max_age_expected: 60 })
  for (const headers of nobody) await asAbsent(headers)
  for (const headers of [...councils, ...own]) await isThere(headers, true)

  await dataSet(app, { publish_at: AT, max_age_expected: 60 })
  const etag = (await call(app, 'GET', '/waste_drafts', operator)).headers['etag']
  for (const headers of [...nobody, ...councils]) await asAbsent(headers)
  clock.now = Date.parse(AT)
  for (const headers of [...nobody, ...councils, ...own]) await isThere(headers, false)
  t.not((await call(app, 'GET', '/waste_drafts')).headers['etag'], etag, 'the warning is gone')
  t.equal((await call(app, 'GET', '/waste_drafts', { 'if-none-match': String(etag) })).status, 200)
  clock.now -= 90_000
  await put(app, SET, { ...RAW, publish_at: new Date(clock.now + 1000).toISOString() })
  clock.now += 1000
  const { headers } = await call(app, 'GET', '/data/waste/drafts')
  t.equal(headers['cache-control'], 'max-age=1800, must-revalidate')
})

t.test('what a data set says of its publication must fit together', async (t) => {
  const { app } = await testApp(t)
  const status = async (settings: object) => (await call(app, 'PUT', SET, operator, settings)).status
  for (const wrong of [
    { published: true, audience: 'councils' }, { published: false, audience: 'public' }, { audience: 'friends' },
    { audience: 'public', publish_at: AT }, { publish_at: 'tomorrow' }, { publish_at: '2014-06-20T09:30:00' }
  ]) t.equal(await status(wrong), 400, JSON.stringify(wrong))
  t.equal(await status({ published: true, audience: 'councils', publish_at: AT }), 201)
  t.match(await get(app, SET, operator), { published: true, audience: 'councils', publish_at: '2014-06-20T08:30:00.000Z' })
  t.equal((await call(app, 'GET', '/data/waste/drafts')).status, 404)
  await put(app, SET, {})
  t.match(await get(app, SET, operator), { published: true, audience: 'authority', publish_at: null })
  t.equal((await call(app, 'GET', '/data/waste/drafts?group_by=channel')).status, 200)
  await put(app, '/v1/data-sets/waste/other', { published: false, name: 'taken' })
  const taken = await call(app, 'PUT', SET, operator, { name: 'taken' })
  t.equal(taken.status, 409)
  t.notMatch(taken.body.detail, 'waste/other')
})

const module = (slug: string, source: object, more: object = {}) => ({
  slug, title: slug, 'module-type': 'single_timeseries', 'value-attribute': 'count:sum', 'data-source': source, ...more
})
const READS_SET = { 'data-group': 'waste', 'data-type': 'drafts', 'query-params': { period: 'week', collect: ['count:sum'] } }
const READS_TYPED = { 'data-group': 'solihull-report-missed-bin', 'data-type': 'transactions-by-channel' }
const PAGE = {
  'dashboard-type': 'transaction',
  published: true,
  title: 'Bins',
  modules: [
    module('typed', READS_TYPED),
    module('draft', READS_SET),
    { slug: 'tabs', 'module-type': 'tab', title: 'Tabs', tabs: [module('inner', READS_SET)] }
  ]
}

t.test('an unpublished dashboard is not there, nor a module that reads an unpublished data set', async (t) => {
  const { app, clock } = await testApp(t)
  await put(app, SET, { ...RAW, published: false })
  const kirklees = await administratorOf(app, 'kirklees')
  const page = async (slug: string, headers: Headers = {}) => await call(app, 'GET', `/public/dashboards?slug=${slug}`, headers)
  const listed = async (headers: Headers = {}) =>
    (await get(app, '/public/dashboards', headers)).items.map(({ slug }: any) => slug)
  const slugs = ({ body }: any): string[] => body.modules.map(({ slug }: any) => slug)

  await put(app, '/v1/dashboards/bins', PAGE)
  t.same(slugs(await page('bins')), ['typed'])
  t.same(slugs(await page('bins', operator)), ['typed', 'draft', 'tabs'])
  t.equal((await page('bins/draft')).status, 404)
  t.equal((await page('bins/draft', operator)).status, 200)

  await put(app, '/v1/dashboards/plan', { ...PAGE, published: false })
  const absent = await page('plan-b')
  const hidden = await page('plan')
  t.same([hidden.status, hidden.body.message.replace('plan', 'plan-b')], [absent.status, absent.body.message])
  t.equal((await page('plan/typed')).status, 404)
  t.equal((await page('plan', kirklees)).status, 404)
  t.match(await page('plan', operator), { status: 200, body: { published: false }, headers: { 'cache-control': 'private, no-cache' } })
  t.same([await listed(), await listed(kirklees), await listed(operator)], [['bins'], ['bins'], ['bins', 'plan']])

  await put(app, '/v1/dashboards/plan', { ...PAGE, published: false, audience: 'councils', publish_at: AT })
  t.same([await listed(operator), await listed(kirklees), await listed()], [['bins', 'plan'], ['bins', 'plan'], ['bins']])
  t.equal((await page('plan', kirklees)).status, 200)
  clock.now = Date.parse(AT) - 30_000
  t.match(await page('bins'), { headers: { 'cache-control': 'max-age=30, must-revalidate' } })
  t.match(await call(app, 'GET', '/public/dashboards'), { headers: { 'cache-control': 'max-age=30, must-revalidate' } })
  t.equal((await page('plan')).status, 404)
  clock.now = Date.parse(AT)
  t.match(await page('plan'), { status: 200, body: { published: true }, headers: { 'cache-control': /^max-age=300/ } })
  t.same(await listed(), ['bins', 'plan'])
  t.equal((await call(app, 'PUT', '/v1/dashboards/plan', operator, { ...PAGE, audience: 'councils' })).status, 400)
  t.equal((await call(app, 'PUT', '/v1/dashboards/plan', operator, { ...PAGE, publish_at: 'soon' })).status, 400)
})

t.test('no suggestion names what is unpublished', async (t) => {
  const { app } = await testApp(t)
  await put(app, SET, { ...RAW, published: false })
  const wrong = { ...PAGE, modules: [module('draft', { ...READS_SET, 'data-type': 'draft' })] }
  t.match((await call(app, 'PUT', '/v1/dashboards/bins', operator, wrong)).body.detail, 'Did you mean waste/drafts')
  for (const url of ['/data/waste/draft', '/waste_draft', '/public/dashboards?slug=drafts']) {
    t.notMatch(JSON.stringify((await call(app, 'GET', url)).body), /waste.drafts/)
  }
})
