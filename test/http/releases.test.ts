import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import {
  administratorOf, bearer, call, event, get, issueToken, operator, release, send, seriesUrl, type Headers
} from '../support/builders.ts'

const [WARD, OTHER] = ['E05001286', 'E05001287']
const DAY_MS = 86_400_000
const WEEK = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }

/** Two weeks of two large wards; `authority` is Solihull, or has no wards of its own to name. */
async function fill (app: App, headers: Headers, more: object = {}): Promise<void> {
  const days = ['2014-05-27', '2014-06-03']
  await send(app, 'events', headers, days.flatMap((day) => [WARD, OTHER].map((ward) =>
    event(`${day}-${ward}`, { occurred_at: `${day}T10:00:00+01:00`, ward, count: 20, ...more }))))
}

const byWard = async (app: App, week: Parameters<typeof seriesUrl>[0] = WEEK, headers: Headers = {}) =>
  new Map<string, [number | null, string]>((await get(app, seriesUrl({ ...week, group_by: 'ward' }), headers)).data.map(
    ({ group, values: [{ value, status }] }: any) => [group.ward, [value, status]]
  ))

const countReleases = async ({ database }: TestApp): Promise<number> =>
  Number((await database.pool.query('SELECT count(*) FROM release')).rows[0].count)

t.test('the operator releases what is due; what nothing is due of makes no release', async (t) => {
  const test = await testApp(t)
  const { app, clock } = test
  t.same(await release(app), [], 'nothing at all')
  const headers = await testSource(app)
  await fill(app, headers)
  t.same((await byWard(app)).get(WARD), [null, 'not-yet'])
  const [made, ...others] = await release(app)
  t.same(others, [])
  t.match(made, {
    authority: 'solihull',
    service: 'report-missed-bin',
    type: 'transaction',
    kind: 'regular',
    made_at: '2014-06-10T12:00:00.000Z',
    made_by: 'operator',
    up_to: '2014-06-08',
    not_published: []
  })
  t.ok(made.cells > 0)
  t.same((await byWard(app)).get(WARD), [20, 'ok'])
  t.same(await release(app), [], 'again')
  t.same((await get(app, '/v1/releases')).data, [made])
  clock.now += 5 * DAY_MS
  t.same(await release(app), [], 'on Sunday, before the week is over')
  await send(app, 'events', headers, event('next', { occurred_at: '2014-06-12T10:00:00Z', ward: WARD, count: 20 }))
  t.same(await release(app), [])
  clock.now += DAY_MS
  t.match(await release(app), [{ up_to: '2014-06-15' }])
  t.equal(await countReleases(test), 2)
})

t.test('who may release: the operator, and administrators of the authority', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  await fill(app, headers)
  const own = await administratorOf(app, 'solihull')
  const seesAll = bearer((await issueToken(app, 'sources/solihull/bartec', { scopes: ['unsuppressed'] })).token)
  const elsewhere = await administratorOf(app, 'dudley')
  const post = async (as: Headers, asked: object) => await call(app, 'POST', '/v1/releases', as, asked)
  t.equal((await post({}, {})).status, 401, 'nobody')
  for (const [who, as] of Object.entries({ headers, seesAll, elsewhere })) {
    t.match(await post(as, { authority: 'solihull' }), { status: 403, body: { code: 'forbidden' } }, who)
  }
  t.equal((await post(own, {})).status, 403, 'all authorities')
  t.equal((await post(own, { authority: 'dudley' })).status, 403, 'another authority')
  t.equal((await post(own, { authority: 'atlantis' })).body.code, 'unknown-authority')
  t.equal((await post(operator, { service: 'nothing' })).body.code, 'unknown-service')
  t.equal((await post(operator, { colour: 'red' })).status, 400)
  t.same((await get(app, '/v1/releases')).data, [], 'none of them made one')
  t.match(await post(own, { authority: 'solihull', revision: false }), {
    status: 200, body: { data: [{ authority: 'solihull', made_by: /^administrator / }] }
  })
})

t.test('only what is asked for is released', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'pay-council-tax'] })
  await fill(app, headers)
  await send(app, 'events', headers, ['pay-council-tax', 'report-missed-bin'].map((service) =>
    event(`j-${service}`, { service, type: 'journey', outcome: 'started', ward: WARD, count: 30 })))
  const named = async (asked: object): Promise<unknown> =>
    (await release(app, asked)).map(({ service, type }: any) => `${service} ${type}`)
  t.same(await named({ authority: 'dudley' }), [])
  t.same(await named({ service: 'pay-council-tax' }), ['pay-council-tax journey'])
  t.same(await named({ type: 'journey' }), ['report-missed-bin journey'])
  t.same(await named({ authority: 'E08000029' }), ['report-missed-bin transaction'])
  t.same(await named({}), [])
})

t.test('two at once make one release', async (t) => {
  const test = await testApp(t)
  await fill(test.app, await testSource(test.app))
  const made = await Promise.all([release(test.app), release(test.app), release(test.app)])
  t.equal(made.flat().length, 1)
  t.equal(await countReleases(test), 1)
})

t.test('what was released stays, whatever comes, is corrected or withdrawn', async (t) => {
  const { app, database: { pool }, clock } = await testApp(t)
  const headers = await testSource(app)
  await fill(app, headers)
  await release(app)
  const values = async () => [...await byWard(app)].map(([ward, [value]]) => [ward, value])
  const rows = async () => (await pool.query('SELECT * FROM released_count ORDER BY ward_id, figure, on_day, release_id')).rows
  const [released, stored] = [await values(), await rows()]
  await send(app, 'events', headers, event('late', { ward: WARD, count: 7 }))
  await send(app, 'events', headers, event(`2014-05-27-${OTHER}`, {
    occurred_at: '2014-05-27T10:00:00+01:00', ward: OTHER, count: 25, revision: 2
  }))
  t.equal((await call(app, 'DELETE', `/v1/events/2014-06-03-${WARD}`, headers)).status, 200)
  t.same(await values(), released)
  t.equal((await byWard(app, WEEK, operator)).get(WARD)?.[0], 27, 'the operator reads live')
  clock.now += 7 * DAY_MS
  await send(app, 'events', headers, event('next', { occurred_at: '2014-06-12T10:00:00Z', ward: WARD, count: 20 }))
  t.equal((await release(app)).length, 1)
  t.same(await values(), released, 'nor does the next release change it')
  t.match(await rows(), stored.slice(0, 1), 'they are stored')
  for (const one of stored) {
    t.ok((await pool.query(
      'SELECT FROM released_count WHERE ward_id = $1 AND figure = $2 AND on_day = $3 AND street = $4 AND count = $5',
      [one.ward_id, one.figure, one.on_day, one.street, one.count]
    )).rowCount === 1, 'as they were')
  }
  t.equal((await byWard(app)).get(WARD)?.[1], 'revised', 'that they changed since is said of all wards')
  t.equal((await byWard(app)).get(OTHER)?.[1], 'revised')
})

t.test('the list of releases: filters, newest first, page by page', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'pay-council-tax'] })
  await fill(app, headers)
  await send(app, 'events', headers, event('j', { service: 'pay-council-tax', ward: WARD, count: 30 }))
  await release(app)
  for (const on of ['2014-06-11', '2014-06-18']) {
    clock.now += 7 * DAY_MS
    await send(app, 'events', headers, event(on, { occurred_at: `${on}T10:00:00Z`, ward: WARD, count: 20 }))
    await release(app)
  }
  const list = async (query: string): Promise<any[]> => (await get(app, `/v1/releases?${query}`)).data
  const all = await list('')
  t.same(all.map(({ service, up_to: upTo }) => [service, upTo]).slice(0, 2), [
    ['report-missed-bin', '2014-06-22'], ['report-missed-bin', '2014-06-15']
  ])
  t.equal(all.length, 4)
  const ids = all.map(({ id }) => id as number)
  t.same(ids, ids.toSorted((a, b) => b - a))
  const [first, second] = [await list('limit=3'), await list(`limit=3&before=${ids[2]}`)]
  t.same([...first, ...second], all)
  t.same(await list('service=pay-council-tax'), all.filter(({ service }) => service === 'pay-council-tax'))
  t.same(await list('authority=solihull&type=transaction'), all)
  t.same(await list('authority=dudley'), [])
  t.same(await list('type=rating'), [])
  t.equal((await call(app, 'GET', '/v1/releases?authority=atlantis')).body.code, 'unknown-authority')
  for (const query of ['limit=0', 'limit=501', 'before=0', 'type=x']) {
    t.equal((await call(app, 'GET', `/v1/releases?${query}`)).status, 400, query)
  }
})

t.test('wards of released days are changed by the operator alone; those of later days by its administrators as well', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const own = await administratorOf(app, 'solihull')
  const put = async (areas: object[], headers: Headers) =>
    (await call(app, 'PUT', '/v1/authorities/solihull/areas', headers, areas)).status
  const early = { code: 'E05099999', name: 'Early', valid_from: '2014-05-01' }
  t.equal(await put([early], own), 200, 'nothing is released yet')
  await fill(app, source)
  await release(app)
  t.equal(await put([{ ...early, code: 'E05099998' }], own), 403, 'a ward of released days')
  t.equal(await put([{ ...early, valid_from: '2014-05-02' }], own), 403, 'another first day')
  t.equal(await put([{ ...early, valid_to: '2014-05-31' }], own), 403, 'an end')
  t.equal(await put([{ ...early, name: 'Renamed' }], own), 200, 'a name')
  t.equal(await put([{ ...early, valid_to: '2014-07-31' }], own), 200, 'an end to come')
  t.equal(await put([{ code: 'E05099997', name: 'Late', valid_from: '2014-07-01' }], own), 200, 'a ward to come')
  t.equal(await put([{ ...early, valid_from: '2014-05-02' }], operator), 200)
})
