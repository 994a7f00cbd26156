import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import t from 'tap'
import { publishedBySender } from '../../src/disclosure/gate.ts'
import { streamRecords } from '../../src/performance-platform/store/raw.ts'
import type { SchemalessRelation } from '../../src/performance-platform/store/relation.ts'
import { testApp, testSource } from '../support/app.ts'

const ROWS = 5000
const none = sql`NULL::timestamptz`
const numbers = publishedBySender<SchemalessRelation>({
  dataSetId: 1,
  scope: {},
  from: () => sql`(SELECT i::text AS id FROM generate_series(1, ${ROWS}) AS i) r`,
  at: none,
  id: sql`r.id`,
  updatedAt: none,
  body: sql`'{}'::jsonb`,
  field: () => sql`NULL::jsonb`,
  count: sql`count(*)`,
  aggregate: () => sql`NULL`
})
const all = {
  range: { from: undefined, before: undefined, inclusive: false }, conditions: [], sortBy: undefined, limit: 0
}

t.test('readers who stop in the middle of their records keep nobody but other downloads waiting', async (t) => {
  const { app, database } = await testApp(t)
  const most = database.downloads.options.max
  const stopped = await Promise
    .all(Array.from({ length: most }, async () => await streamRecords(database, numbers, all)))
  for (const stream of stopped) t.ok((await stream[Symbol.asyncIterator]().next()).value, 'it has begun')
  const next = streamRecords(database, numbers, all)
  for (const url of ['/readyz', '/v1/series?authority=solihull&service=report-missed-bin']) {
    t.equal((await app.inject(url)).statusCode, 200, url)
  }
  t.equal(database.downloads.waitingCount, 1, 'one more waits')
  for (const stream of stopped) stream.destroy()
  const ids = new Set<string>()
  for await (const { id } of (await next) as AsyncIterable<{ id: string }>) ids.add(id)
  t.equal(ids.size, ROWS, 'until one of them is done')
  t.same(
    (await database.downloads.query('SHOW statement_timeout')).rows,
    [{ statement_timeout: '30min' }],
    'a statement lasts as long as its reader takes'
  )
  t.not((await database.pool.query('SHOW statement_timeout')).rows[0].statement_timeout, '30min', 'any other does not')
})

t.test('writers who wait for a lock keep no reader waiting', async (t) => {
  const { app, connectionString } = await testApp(t)
  const headers = await testSource(app)
  const events = Array.from(
    { length: 12 },
    (_, i) => ({
      id: `e-${i}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T10:00:00Z',
      channel: 'web'
    })
  )
  t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).json().stored, 12)
  const locker = new pg.Client({ connectionString })
  await locker.connect()
  t.teardown(async () => await locker.end())
  await locker.query('BEGIN; LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE') // as rollups are rebuilt
  const voids = events.map(async ({ id }) =>
    (await app.inject({ method: 'DELETE', url: `/v1/events/${id}`, headers })).statusCode
  )
  await wait(100)
  for (const url of ['/readyz', '/v1/series?authority=solihull&service=report-missed-bin']) {
    t.equal((await app.inject(url)).statusCode, 200, url)
  }
  await locker.query('COMMIT')
  t.same(await Promise.all(voids), events.map(() => 200))
})
