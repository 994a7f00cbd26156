import type pg from 'pg'
import fc from '../support/properties.ts'
import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import { bearer, call, event, get, kpiUrl, operator, put, send, seriesUrl, testSource } from '../support/builders.ts'
import { openReaderOf, readView, type KpiCell, type SeriesCell } from '../support/open-views.ts'
import { BINS, EMBARGOED, NOW, PLAIN, PUBLISH_AT, tellWorld } from '../support/embargo-world.ts'
import { OPEN_VIEWS } from '../../src/postgres/row-level-security.ts'
import { noteRules, writePlace } from '../../src/open-views/store/places.ts'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { waitUntil } from '../support/wait-until.ts'
import { tell, world } from '../support/random-world.ts'

interface Answer<Value> { data: Array<{ group: Record<string, string>, values: Value[] }> }
type Said = Pick<SeriesCell, 'start_on' | 'end_on' | 'value' | 'status'>

const BREAKDOWNS = {
  total: [], channel: ['channel'], outcome: ['outcome'], 'channel-outcome': ['channel', 'outcome']
}

/** Compares every row of the views with what the API answers to the public; returns how many had a value. */
async function compare (t: Test, app: App, reader: pg.Client): Promise<number> {
  let known = 0
  const series = await readView<SeriesCell>(reader, 'open_series')
  const places = Map.groupBy(series, (one) =>
    JSON.stringify([one.authority, one.service, one.type, one.period, one.breakdown, one.start_on.slice(0, 4)]))
  for (const [key, cells] of places) {
    const [authority = '', service = '', type = '', period = '', breakdown = 'total'] = JSON.parse(key) as string[]
    const starts = cells.map(({ start_on }) => start_on).sort()
    const { data } = await get(app, seriesUrl({
      authority,
      service,
      type,
      period,
      start_on: starts[0] ?? '',
      end_on: cells.map(({ end_on }) => end_on).sort().at(-1) ?? '',
      group_by: BREAKDOWNS[breakdown as keyof typeof BREAKDOWNS]
    })) as Answer<Said>
    const said = data.flatMap(({ group, values }) => values.map(({ start_on, end_on, value, status }) =>
      JSON.stringify([group['channel'] ?? null, group['outcome'] ?? null, start_on, end_on, value, status])))
    const shown = cells.map(({ channel, outcome, start_on, end_on, value, status }) =>
      JSON.stringify([channel, outcome, start_on, end_on, value, status]))
    t.same(shown.sort(), said.sort(), key)
    known += cells.filter(({ value }) => value !== null).length
  }
  const kpis = await readView<KpiCell>(reader, 'open_kpi')
  for (const [key, cells] of Map.groupBy(kpis, (one) =>
    JSON.stringify([one.authority, one.service, one.kpi, one.period]))) {
    const [authority = '', service = '', kpi = '', period = ''] = JSON.parse(key) as string[]
    const { unit, data } = await get(app, kpiUrl(kpi, {
      authority,
      service,
      period,
      start_on: cells.map(({ start_on }) => start_on).sort()[0] ?? '',
      end_on: cells.map(({ end_on }) => end_on).sort().at(-1) ?? ''
    }))
    const values = data[0].values.map((one: KpiCell & { target: { at_least?: number, at_most?: number } | null }) => [
      one.start_on, one.end_on, one.value, one.numerator, one.denominator, one.status, one.reason, one.coverage,
      one.met, one.target?.at_least ?? null, one.target?.at_most ?? null, one.definition_version
    ])
    const shown = cells.toSorted((a, b) => a.start_on < b.start_on ? -1 : 1)
      .map((one: KpiCell & { target_at_least?: number, target_at_most?: number }) => [
        one.start_on, one.end_on, one.value, one.numerator, one.denominator, one.status, one.reason, one.coverage,
        one.met, one.target_at_least ?? null, one.target_at_most ?? null, one.definition_version
      ])
    t.same(shown, values, key)
    for (const cell of cells) if (cell.definition_version !== null) t.equal(cell.unit, unit)
    known += cells.filter(({ value }) => value !== null).length
  }
  return known
}

t.test('every cell of the views is the public answer to the same question, whatever was sent', async (t) => {
  const councils = ['solihull', 'birmingham', 'kirklees']
  let known = 0
  await fc.assert(fc.asyncProperty(world, async ({ service, councils: told }) => {
    await t.test('a world', async (t) => {
      const { app, connectionString, clock } = await testApp(t, '2025-11-29T12:00:00Z')
      const { reader } = await openReaderOf(t, ownerOf(connectionString))
      for (const [i, council] of told.entries()) await tell(app, councils[i] ?? '', service, council)
      const source = await testSource(app, 'solihull/today', { services: [service] })
      const sendToday = async (id: string) => await send(app, 'events', source, event(id, {
        service, occurred_at: new Date(clock.now).toISOString(), outcome: 'completed', ward: undefined, street: undefined
      }))
      await sendToday('now')
      await app.openViews.look()
      known += await compare(t, app, reader)
      // On other mornings nothing was sent, and periods have ended.
      for (const morning of ['2025-11-30T06:00:00Z', '2026-01-02T06:00:00Z']) {
        clock.now = Date.parse(morning)
        await app.openViews.look()
        await compare(t, app, reader)
      }
      await sendToday('later')
      clock.now = Date.parse('2026-04-01T06:00:00Z')
      await app.openViews.look()
      await compare(t, app, reader)
    })
  }), { numRuns: 1 })
  t.ok(known > 300, `${known} values`)
})

t.test('what the public may not see is not in the views: not its values, nor that it is there', async (t) => {
  const [one, other] = [await testApp(t, NOW), await testApp(t, NOW)]
  const readers = [one, other].map(async ({ connectionString }) =>
    (await openReaderOf(t, ownerOf(connectionString))).reader)
  const [first, second] = await Promise.all(readers)
  if (first === undefined || second === undefined) throw new Error('no readers')
  await tellWorld(one.app, PLAIN)
  await tellWorld(other.app, {
    ...PLAIN, count: () => 900, channel: () => 'paper', outcome: () => 'failed', rating: () => '1', collections: 7, cost: 1
  })
  for (const { app } of [one, other]) {
    // Somebody else's draft, of whom everything is kept back.
    await put(app, '/v1/publication-rules/leeds/all/2010-01-01', { audience: 'authority' })
    await put(app, '/v1/disclosure-rules/kirklees/all/authority', { threshold: 5, finest: 'month', round_to: 5 })
    await put(app, '/v1/disclosure-rules/dudley/all/authority', { threshold: null, round_to: 10 })
    await app.openViews.look()
  }
  for (const view of OPEN_VIEWS) {
    const [a, b] = [await readView(first, view), await readView(second, view)]
    t.ok(a.length > 300, view)
    t.same(a, b, view)
  }
  const shown = await readView<SeriesCell>(first, 'open_series')
  const of = (name: string) => shown.filter(({ authority }) => authority === name)
  t.equal(of('leeds').length, 0, 'a council whose figures are all kept back has no rows')
  t.ok(of('kirklees').some(({ status }) => status === 'suppressed'))
  const dudley = of('dudley').filter(({ value }) => value !== null)
  t.ok(dudley.length > 0 && dudley.every(({ value }) => (value ?? 0) % 10 === 0), 'rounded')
  const june = of(EMBARGOED).filter(({ start_on, end_on }) => start_on <= '2014-06-30' && end_on >= '2014-06-01')
  t.ok(june.length > 60 && june.every(({ value, status }) => value === null && status === 'not-yet'))
  await compare(t, one.app, first)

  one.clock.now = Date.parse(PUBLISH_AT)
  await one.app.openViews.look()
  const published = await readView<SeriesCell>(first, 'open_series', `authority = '${EMBARGOED}' AND start_on = '2014-06-10'`)
  t.ok(published.length > 0 && published.every(({ status }) => status !== 'not-yet'), 'published by itself')
  await compare(t, one.app, first)
})

t.test('figures that are kept back again are gone with the commit that says so', async (t) => {
  const { app, connectionString, database } = await testApp(t, NOW)
  const { reader } = await openReaderOf(t, ownerOf(connectionString))
  await tellWorld(app, PLAIN)
  await app.openViews.look()
  const rows = async (authority: string) => (await readView<SeriesCell>(reader, 'open_series', `authority = '${authority}'`)).length +
    (await readView<KpiCell>(reader, 'open_kpi', `authority = '${authority}'`)).length
  t.ok(await rows('leeds') > 100)
  await put(app, `/v1/publication-rules/leeds/${BINS}/2014-01-01`, { audience: 'councils' })
  t.equal(await rows('leeds'), 0)
  t.ok(await rows('birmingham') > 100, 'others stay')
  await app.openViews.look()
  t.equal(await rows('leeds'), 0)
  await app.inject({ method: 'DELETE', url: `/v1/publication-rules/leeds/${BINS}/2014-01-01`, headers: operator })
  await app.openViews.look()
  t.ok(await rows('leeds') > 100)
  await put(app, '/v1/disclosure-rules/all/all/authority', { threshold: 5 })
  t.equal(await rows('leeds') + await rows('birmingham'), 0, 'a rule for all')

  // What was worked out by rules that somebody changes before it is written is thrown away.
  const place = { authorityId: 1, serviceId: 1 }
  await inTransaction(database.pool, async (client) => await noteRules(client, 1))
  const write = async (rules: string) => await inTransaction(database.pool, async (client) => await writePlace(client, {
    place, rules, state: 'x', at: new Date(), worked: undefined
  }))
  const rules = await inTransaction(database.pool, async (client) => await noteRules(client, 1))
  t.equal(await write(rules), true)
  await database.pool.query('UPDATE open_rules SET changes = changes + 1 WHERE authority_id = 0')
  t.equal(await write(rules), false)
})

t.test('nothing of a sandbox is in the views', async (t) => {
  const { app, connectionString, database: { pool } } = await testApp(t, NOW)
  const { reader } = await openReaderOf(t, ownerOf(connectionString))
  await testSource(app, 'solihull/crm', { services: [BINS] })
  const { body } = await call(app, 'POST', '/v1/sources/solihull/crm/tokens', operator, { sandbox: true })
  await send(app, 'events', bearer(body.token), event('tried', { occurred_at: '2014-05-27T08:31:00+01:00' }))
  await waitUntil('it is there', async () => ((await pool.query(
    'SELECT FROM series_state WHERE authority_id < 0 UNION ALL SELECT FROM rollup_pending WHERE authority_id < 0')).rowCount ?? 0) > 0)
  await app.openViews.look()
  for (const view of ['open_series', 'open_kpi']) t.same(await readView(reader, view), [], view)
  t.equal((await pool.query('SELECT FROM open_worked')).rowCount, 0)
})

t.test('where nobody reads the views nothing is worked out', async (t) => {
  const { app, database: { pool } } = await testApp(t, NOW)
  await tellWorld(app, PLAIN)
  await app.openViews.look()
  t.equal((await pool.query('SELECT FROM open_worked')).rowCount, 0)
})

/** The same database as its owner has it, where the tests run the service as somebody who owns nothing. */
function ownerOf (connectionString: string): string {
  const { username, password } = new URL(process.env['TEST_DATABASE_URL'] ?? '')
  return Object.assign(new URL(connectionString), { username, password }).href
}
