import t from 'tap'
import type { App } from '../../src/app.ts'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, get, observation, operator, release, send, seriesUrl, type Headers } from '../support/builders.ts'
import { addressesOf, NOW, PLAIN, tellWorld } from '../support/embargo-world.ts'

const WARD = 'E05001286'

async function sandboxOf (app: App, path: string): Promise<Headers> {
  const { status, body } = await call(app, 'POST', `/v1/sources/${path}/tokens`, operator, { sandbox: true })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return bearer(body.token)
}

const ask = async (app: App, url: string, headers: Headers = {}) => {
  const { statusCode, body } = await app.inject({ url, headers })
  return { status: statusCode, body: body.replaceAll(/"(updated_at|made_at|created_at|instance)":"[^"]*"/g, '"$1":""') }
}

t.test('nothing of a sandbox is in any public answer, nor in what the source itself sent', async (t) => {
  const { app, database: { pool }, clock } = await testApp(t, NOW)
  const own = await tellWorld(app, PLAIN)
  const addresses = await addressesOf(app)
  const readers = { everybody: {}, source: own, operator }
  // Who has a token asks the same questions: some of them will do.
  const asked = Object.entries(readers).flatMap(([who, headers]) => addresses
    .filter((url, i) => !/tokens|audit|metrics/.test(url) && (who === 'everybody' || i % 5 === 0))
    .map((url) => ({ who, url, headers })))
  const answers = async () => {
    const all = []
    for (const { url, headers } of asked) all.push(await ask(app, url, headers))
    return all
  }
  const before = await answers()

  for (const authority of ['solihull', 'leeds']) {
    const sandbox = await sandboxOf(app, `${authority}/world`)
    const rows = Array.from({ length: 300 }, (_, i) => event(`t${16_223 + i}`, {
      authority,
      count: 1000,
      occurred_at: new Date(Date.parse('2014-04-01T12:00:00Z') + i * 12 * 3_600_000).toISOString(),
      channel: i % 2 === 0 ? 'paper' : 'kiosk',
      outcome: 'failed',
      avoidable: true,
      ...(authority === 'solihull' && { ward: WARD, street: 45_203_501 })
    }))
    t.match(await send(app, 'events', sandbox, rows), { stored: 300, duplicates: 0 }, 'ids that the source has sent')
    const figures = ['week', 'month'].map((period) =>
      observation({ authority, period, start_on: period === 'week' ? '2014-08-25' : '2014-07-01', value: 7 }))
    t.match(await send(app, 'observations', sandbox, figures), { stored: 2 })
  }
  t.same(await release(app), [], 'no release is made of it')
  clock.now += 1
  const after = await answers()
  const differing = asked.filter((_, i) => JSON.stringify(before[i]) !== JSON.stringify(after[i]))
  t.same(differing.map(({ who, url }) => `${who} ${url}`), [])
  t.ok(after.filter(({ status }) => status === 200).length > 500)
  t.same(await findDifferences(pool, 10), [], 'its sums equal its raw events')
})

const inJune = { period: 'month', start_on: '2014-05-01', end_on: '2014-06-30' }
const valuesOf = async (app: App, headers: Headers) =>
  (await get(app, seriesUrl(inJune), headers)).data[0]?.values.map(({ value }: { value: number }) => value)

t.test('what is sent to a sandbox is read back with its token, by every way to read it', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const sandbox = await sandboxOf(app, 'solihull/bartec')
  await send(app, 'events', source, event('1'))
  const rows = [event('1', { count: 3 }), event('2', { ward: WARD })]
  const { headers, body } = await call(app, 'POST', '/v1/events', sandbox, rows)
  t.match(body, { stored: 2 }, 'an id of its own')
  t.equal(headers['sandbox'], 'true', 'each answer says that it counts nowhere')
  t.match(await send(app, 'events', sandbox, event('2', { ward: WARD })), { duplicates: 1 })
  t.match(await call(app, 'POST', '/v1/events', sandbox, event('2')), { status: 409 })
  t.match(await send(app, 'events', sandbox, event('2', { revision: 2, count: 5, ward: WARD })), { revised: 1 })
  await send(app, 'observations', sandbox, observation({ value: 5 }))

  t.match(await get(app, '/v1/events/2', sandbox), { authority: 'solihull', count: 5, ward: WARD, history: [{ count: 1 }] })
  t.match(await get(app, `/v1/receipts/${body.receipt}`, sandbox), { stored: 2 })
  t.same(await valuesOf(app, sandbox), [8, null])
  const byWard = await get(app, seriesUrl({ ...inJune, group_by: 'ward' }), sandbox)
  t.match(byWard.data.find((one: { group: { ward: string } }) => one.group.ward === WARD), {
    values: [{ start_on: '2014-05-01', value: 5, status: 'revised' }]
  }, 'wards without a release')
  t.match(await get(app, '/v1/observations/solihull/report-missed-bin/collections_made?period=week&start_on=2014-05-26', sandbox),
    { figures: [{ value: 5 }] })
  const scorecard = '/v1/authorities/solihull/services/report-missed-bin'
  t.not(JSON.stringify(await get(app, scorecard, sandbox)), JSON.stringify(await get(app, scorecard)))

  t.same(await valuesOf(app, source), [1, null])
  t.equal((await call(app, 'GET', '/v1/events/2', source)).status, 404)
  t.equal((await call(app, 'GET', `/v1/receipts/${body.receipt}`, source)).status, 404)
  t.equal((await call(app, 'GET', '/v1/events/1', source)).headers['sandbox'], undefined)
  t.equal((await call(app, 'DELETE', '/v1/events/1', sandbox)).status, 200)
  t.match(await get(app, '/v1/events/1', source), { voided_at: null }, 'a void stays within it')
})

t.test('an Idempotency-Key of a sandbox is not one of the source', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const sandbox = await sandboxOf(app, 'solihull/bartec')
  const key = { 'idempotency-key': 'night-1' }
  t.match(await send(app, 'events', { ...sandbox, ...key }, event('1')), { stored: 1 })
  t.match(await send(app, 'events', { ...source, ...key }, event('2')), { stored: 1 })
})

t.test('it is emptied at will, and by its own token alone', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const source = await testSource(app)
  const other = await testSource(app, 'solihull/crm')
  const [sandbox, neighbour] = [await sandboxOf(app, 'solihull/bartec'), await sandboxOf(app, 'solihull/crm')]
  for (const [n, headers] of [source, other, sandbox, neighbour].entries()) {
    await send(app, 'events', headers, [event('1'), event('2', { ward: WARD }), event('3')])
    await send(app, 'events', headers, event('2', { revision: 2, count: 10 + n }))
    await call(app, 'DELETE', '/v1/events/3', headers)
  }
  await send(app, 'observations', sandbox, [observation({ revision: 1 }), observation({ value: 5, revision: 2 })])
  await call(app, 'PUT', '/v1/observations/solihull/report-missed-bin/collections_made', sandbox, {
    period: 'week', start_on: '2014-05-26', figures: [{ value: 7 }], revision: 3
  })
  t.same(await valuesOf(app, sandbox), [1 + 12 + 1 + 13, null], 'of all sandboxes of the council, as of all its sources')
  t.match(await call(app, 'DELETE', '/v1/sandbox', source), { status: 400 })
  t.match(await call(app, 'DELETE', '/v1/sandbox', operator), { status: 403 })

  const { body } = await call(app, 'DELETE', '/v1/sandbox', sandbox)
  t.match(body, { events: 3, observations: 1, empty: true })
  t.same(await valuesOf(app, sandbox), [1 + 13, null])
  t.same(await valuesOf(app, source), [1 + 10 + 1 + 11, null])
  t.equal((await call(app, 'GET', '/v1/events/1', sandbox)).status, 404)
  t.match(await call(app, 'DELETE', '/v1/sandbox', sandbox), { body: { events: 0, observations: 0, receipts: 0, empty: true } })
  t.same(await findDifferences(pool, 10), [])
  for (const table of ['event', 'event_history', 'observation', 'observation_version', 'receipt']) {
    const { rows: [left] } = await pool.query(`SELECT count(*)::int AS rows FROM ${table} WHERE source_id = (
      SELECT -id FROM source WHERE name = 'bartec')`)
    t.equal(left.rows, 0, table)
  }
  t.match(await send(app, 'events', sandbox, event('2', { count: 4 })), { stored: 1 }, 'and sent to anew')
  t.match(await send(app, 'observations', sandbox, observation({ value: 6 })), { stored: 1 })
})

t.test('its tokens are known by their scope, and are no more than others once the source ends', async (t) => {
  const { app } = await testApp(t)
  await testSource(app)
  const sandbox = await sandboxOf(app, 'solihull/bartec')
  const { data } = await get(app, '/v1/sources/solihull/bartec/tokens', operator)
  t.same(data.map(({ scopes }: { scopes: string[] }) => scopes[0]).toSorted(), ['sandbox', undefined])
  t.match(await call(app, 'POST', '/v1/events', sandbox, event('1', { authority: 'leeds' })), {
    status: 422, body: { errors: [{ code: 'authority-not-allowed' }] }
  })
  await call(app, 'DELETE', '/v1/sources/solihull/bartec', operator)
  t.equal((await call(app, 'POST', '/v1/events', sandbox, event('1'))).status, 401)
})
