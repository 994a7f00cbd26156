import t from 'tap'
import type { Database } from '../../src/postgres/database.ts'
import { recordChanges } from '../../src/rollups/index.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import { call, event, issueToken, operator, put, send } from '../support/builders.ts'
import { exported, quietExport } from '../support/exported.ts'
import { waitUntil } from '../support/wait-until.ts'

const SERIES = '/v1/export/series'
const SERVICES = ['report-missed-bin', 'renew-library-item']
const placesOf = (rows: any[]) => [...new Set(rows.map(({ authority, service }) => `${authority}/${service}`))]

async function world (t: Parameters<typeof testApp>[0], settings = {}) {
  const context = await testApp(t, '2014-06-10T12:00:00Z', settings)
  const { app } = context
  const solihull = await testSource(app, 'solihull/bartec', { services: SERVICES })
  const leeds = await testSource(app, 'leeds/main', { services: SERVICES })
  await send(app, 'events', solihull, [
    event('bin', { occurred_at: '2014-05-27T08:31:00Z', count: 7 }),
    event('june', { occurred_at: '2014-06-02T08:31:00Z' }),
    event('book', { service: 'renew-library-item', occurred_at: '2014-05-27T08:31:00Z' })
  ])
  await send(app, 'events', leeds, event('leeds', { authority: 'leeds', occurred_at: '2014-05-27T08:31:00Z' }))
  return { ...context, solihull, leeds }
}

/** Waits until all that is pending is folded, so that states alone tell of it. */
async function folded ({ pool }: Pick<Database, 'pool'>): Promise<void> {
  await waitUntil('nothing is pending', async () => (await pool.query('SELECT FROM rollup_pending LIMIT 1')).rows.length === 0)
}

t.test('only places that may have changed since, each whole', async (t) => {
  const { app, database, solihull } = await world(t, { foldEveryMs: 20 })
  const since = async (watermark: string) => await exported(app, `${SERIES}?since=${watermark}`)
  await folded(database)
  const first = await quietExport(app, SERIES)
  t.same(placesOf(first.rows), ['leeds/report-missed-bin', 'solihull/renew-library-item', 'solihull/report-missed-bin'])
  await send(app, 'events', solihull, event('more', { service: 'renew-library-item' }))
  const second = await since(first.watermark)
  t.same(placesOf(second.rows), ['solihull/renew-library-item'])
  t.same(second.rows, (await exported(app, SERIES)).rows.filter(({ service }) => service === 'renew-library-item'), 'whole')
  await folded(database)
  t.same(placesOf((await since(first.watermark)).rows), ['solihull/renew-library-item'], 'folded as well as pending')
  const third = await exported(app, SERIES)
  await issueToken(app, 'sources/solihull/bartec')
  t.equal((await since(third.watermark)).status, 200, 'no figure depends on a token')
})

t.test('a place without figures any more says so', async (t) => {
  const { app, leeds } = await world(t)
  const { watermark } = await exported(app, SERIES)
  await app.inject({ method: 'DELETE', url: '/v1/events/leeds', headers: leeds })
  const { rows } = await exported(app, `${SERIES}?since=${watermark}`)
  t.match(rows.filter(({ authority }) => authority === 'leeds'), [{
    service: 'report-missed-bin', dimension: 'none', value: null, status: 'missing', start_on: null, type: null
  }])
  t.same((await exported(app, SERIES)).rows.filter(({ authority }) => authority === 'leeds'), [])
})

t.test('a commit in flight when the watermark was taken is not missed', async (t) => {
  const { app, database, catalogue, solihull } = await world(t, { foldEveryMs: 20 })
  await folded(database)
  const leeds = catalogue.directory.authority('leeds') as { id: number }
  const bins = catalogue.directory.service('report-missed-bin') as { id: number }
  const client = await database.pool.connect()
  await client.query('BEGIN')
  await recordChanges(client, [{ authorityId: leeds.id, serviceId: bins.id }])
  await send(app, 'events', solihull, event('later'))
  await folded(database)
  const { watermark } = await exported(app, SERIES)
  await client.query('COMMIT')
  client.release()
  t.ok(placesOf((await exported(app, `${SERIES}?since=${watermark}`)).rows).includes('leeds/report-missed-bin'))
})

t.test('what changes with time alone is not missed', async (t) => {
  const { app, clock, database } = await world(t, { foldEveryMs: 20 })
  await put(app, '/v1/publication-rules/leeds/report-missed-bin/2014-01-01', {
    audience: 'authority', publish_at: '2014-06-12T09:30:00+01:00'
  })
  await folded(database)
  const first = await exported(app, SERIES)
  t.match(first.rows.find(({ start_on: day }) => day === '2014-06-01'), { status: 'provisional' })
  t.notOk(placesOf(first.rows).includes('leeds/report-missed-bin'), 'not published yet')
  clock.now = Date.parse('2014-06-12T10:00:00+01:00')
  const published = await exported(app, `${SERIES}?since=${first.watermark}`)
  t.ok(placesOf(published.rows).includes('leeds/report-missed-bin'))
  clock.now = Date.parse('2014-07-01T00:30:00+01:00')
  const { rows } = await exported(app, `${SERIES}?since=${published.watermark}`)
  t.match(rows.find(({ start_on: day }) => day === '2014-06-01'), { status: 'ok' }, 'the month is over')
})

t.test('a change of what may be published makes it begin anew', async (t) => {
  const { app } = await world(t)
  const kinds: Array<[string, () => Promise<unknown>]> = [
    ['a rule of disclosure', async () => await put(app, '/v1/disclosure-rules/solihull/report-missed-bin/authority', { threshold: 10 })],
    ['one that is taken away', async () => await call(app, 'DELETE', '/v1/disclosure-rules/solihull/report-missed-bin/authority', operator)],
    ['an embargo', async () => await put(app, '/v1/publication-rules/leeds/all/2014-01-01', { audience: 'authority' })],
    ['its end', async () => await call(app, 'DELETE', '/v1/publication-rules/leeds/all/2014-01-01', operator)]
  ]
  for (const [what, change] of kinds) {
    const { watermark } = await exported(app, SERIES)
    t.equal((await exported(app, `${SERIES}?since=${watermark}`)).status, 200)
    await change()
    const { statusCode, body } = await app.inject(`${SERIES}?since=${watermark}`)
    t.equal(statusCode, 410, what)
    t.match(JSON.parse(body), { code: 'watermark-unknown', detail: /catalogue/ })
  }
  const { watermark } = await exported(app, SERIES)
  for (const url of [`${SERIES}?period=week&since=${watermark}`, `/v1/export/events?source=leeds/main&since=${watermark}`]) {
    t.equal((await app.inject({ url, headers: operator })).statusCode, 410, 'of another export')
  }
})

t.test('what is suppressed or not published yet leaks by no export', async (t) => {
  const { app, solihull, leeds } = await world(t, { foldEveryMs: NEVER_MS })
  await put(app, '/v1/disclosure-rules/solihull/report-missed-bin/authority', { threshold: 10 })
  await put(app, '/v1/publication-rules/leeds/all/2014-01-01', { audience: 'authority' })
  const first = await exported(app, SERIES)
  t.same(placesOf(first.rows), ['solihull/renew-library-item', 'solihull/report-missed-bin'])
  t.match(first.rows.find(({ service, start_on: day }) => service === 'report-missed-bin' && day === '2014-05-01'), {
    value: null, status: 'suppressed'
  })
  const before = await exported(app, `${SERIES}?since=${first.watermark}`)
  await send(app, 'events', leeds, event('draft', { authority: 'leeds', service: 'renew-library-item' }))
  await send(app, 'events', solihull, event('small', { occurred_at: '2014-05-28T08:31:00Z' }))
  const after = await exported(app, `${SERIES}?since=${first.watermark}`)
  t.same(after.rows, before.rows, 'nor by when, and how often, anything is sent')
  t.same((await exported(app, SERIES)).rows, first.rows)
  t.ok(placesOf((await exported(app, SERIES, operator)).rows).includes('leeds/renew-library-item'))
  t.equal((await exported(app, `${SERIES}?since=${first.watermark}`, operator)).status, 410, 'a watermark is for who took it')
})

t.test('a part, and where to go on', async (t) => {
  const { app } = await world(t)
  const { rows } = await exported(app, SERIES)
  const from = (await exported(app, `${SERIES}?from=solihull/renew-library-item`)).rows
  t.same(from, rows.filter(({ authority }) => authority === 'solihull'))
  t.same((await exported(app, `${SERIES}?from=solihull/report-missed-bin`)).rows,
    rows.filter(({ authority, service }) => authority === 'solihull' && service === 'report-missed-bin'))
  t.same((await exported(app, `${SERIES}?from=E08000029/s`)).rows, [])
  t.same((await exported(app, `${SERIES}?authority=leeds`)).rows, rows.filter(({ authority }) => authority === 'leeds'))
  t.same(placesOf((await exported(app, `${SERIES}?service=report-missed-bin`)).rows),
    ['leeds/report-missed-bin', 'solihull/report-missed-bin'])
  t.match((await app.inject(`${SERIES}?authority=leds`)).json(), { code: 'unknown-authority' })
})
