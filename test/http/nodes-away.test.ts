import t from 'tap'
import { openReleasing } from '../../src/releases/releasing.ts'
import { testApp, testSource, type TestApp } from '../support/app.ts'
import { call, event, get, observation, send } from '../support/builders.ts'
import { addressOf, onClusterAlone, takeNodeAway } from '../support/cluster.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Two councils on different nodes, the second of which can be taken away. */
async function twoNodes (t: Parameters<typeof testApp>[0]) {
  const context = await testApp(t, '2014-08-10T12:00:00Z')
  const { catalogue: { directory }, connectionString } = context
  const idOf = (slug: string): number => (directory.authority(slug) as { id: number }).id
  const here = await addressOf(connectionString, idOf('solihull'))
  const slugs = ['leeds', 'birmingham', 'coventry', 'dudley', 'walsall', 'sandwell', 'bristol']
  const addresses = await Promise.all(slugs.map(async (slug) => await addressOf(connectionString, idOf(slug))))
  const there = addresses.findIndex((address) => address !== here)
  const other = slugs[there] ?? ''
  const solihull = await testSource(context.app, 'solihull/bartec')
  const away = await testSource(context.app, `${other}/main`)
  return { ...context, solihull, other, away, address: addresses[there] ?? '' }
}

const ready = async ({ app }: Pick<TestApp, 'app'>) => {
  const { statusCode, body } = await app.inject('/readyz')
  return { statusCode, ...JSON.parse(body) }
}

t.test('a node that is away takes nobody with it but the authorities that it has', onClusterAlone(), async (t) => {
  const context = await twoNodes(t)
  const { app, solihull, other, away, address, connectionString } = context
  t.same(await ready(context), { statusCode: 200, status: 'ok' })
  const figure = (authority: string, value: number) => observation({ authority, value, start_on: '2014-06-02' })
  await send(app, 'observations', solihull, figure('solihull', 1))
  await send(app, 'observations', away, figure(other, 1))
  const bringBack = await takeNodeAway(connectionString, address)
  await waitUntil('readyz says that a node is away', async () => (await ready(context)).status === 'degraded')
  const { statusCode, away: [one, ...more] } = await ready(context)
  t.equal(statusCode, 200, 'the others are served')
  t.same(more, [])
  t.ok(one.authorities > 100 && one.authorities < 400, 'about half of all')
  await send(app, 'observations', solihull, figure('solihull', 2))
  const { body } = await call(app, 'POST', '/v1/observations', away, figure(other, 2))
  t.match(body, { status: 503, code: 'unavailable' })
  const path = 'report-missed-bin/collections_made?period=week&start_on=2014-06-02'
  t.match(await get(app, `/v1/observations/solihull/${path}`, solihull), { figures: [{ value: 2, revision: 2 }] })
  t.equal((await call(app, 'GET', `/v1/observations/${other}/${path}`, away)).status, 503)
  await bringBack()
  await waitUntil('the node is back', async () => (await ready(context)).status === 'ok')
  await send(app, 'observations', away, figure(other, 2))
  t.match(await get(app, `/v1/observations/${other}/${path}`, away), { figures: [{ value: 2, revision: 2 }] })
})

t.test('what is due of the authorities that are there is released', onClusterAlone(), async (t) => {
  const context = await twoNodes(t)
  const { app, solihull, other, away, address, connectionString, database: { pool }, catalogue, clock } = context
  const { rows: wards } = await pool.query<{ slug: string, code: string }>(`
    SELECT DISTINCT ON (authority.slug) authority.slug, area.code FROM area JOIN authority ON authority.id = authority_id
    WHERE authority.slug = ANY ($1) AND coalesce(area.valid_from, '2000-01-01') <= '2014-04-28'
      AND coalesce(area.valid_to, '2100-01-01') > '2014-04-28'
    ORDER BY authority.slug, area.code`, [['solihull', other]])
  const wardOf = (slug: string) => wards.find((ward) => ward.slug === slug)?.code
  const of = (authority: string) => Array.from({ length: 12 }, (_, i) =>
    event(`${authority}-${i}`, { authority, ward: wardOf(authority), occurred_at: '2014-04-28T08:31:00+01:00', count: 50 }))
  await send(app, 'events', solihull, of('solihull'))
  await send(app, 'events', away, of(other))
  const releasing = openReleasing({ pool, catalogue, clock: () => clock.now })
  t.teardown(async () => await releasing.close())
  const bringBack = await takeNodeAway(connectionString, address)
  await t.rejects(releasing.make({}, { by: 'test' }), /node \d+ of the cluster does not answer/, 'and it is told')
  const released = async () => (await get(app, '/v1/releases?authority=solihull')).data.length
  t.ok(await released() > 0, 'all the same')
  await bringBack()
  t.same((await releasing.make({}, { by: 'test' })).map(({ authorityId }) => authorityId),
    [(catalogue.directory.authority(other) as { id: number }).id], 'the rest later, and nothing twice')
})
