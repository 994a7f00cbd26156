import t, { type Test } from 'tap'
import { verifyAudit } from '../../src/catalogue/audit-chain.ts'
import { writeAudit } from '../../src/catalogue/store/audit.ts'
import { anotherProcess, testApp, testSource, type TestApp } from '../support/app.ts'
import {
  administratorOf, bearer, call, event, get, operator, personAs, put, release, send, type Headers
} from '../support/builders.ts'

type Line = { id: number, actor: string, action: string, subject: string, authority: string | null, detail: any }
const linesOf = async (app: TestApp['app'], query = '', headers: Headers = operator): Promise<Line[]> =>
  (await get(app, `/v1/audit${query}`, headers)).data
const BINS = { services: ['report-missed-bin'] }

t.test('voids, releases and refused attempts are lines, for those whom they are about', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, event('a', { ward: 'E05001286' }))
  await call(app, 'DELETE', '/v1/events/a', source)
  await call(app, 'DELETE', '/v1/events/a', source)
  await send(app, 'events', source, event('b', { ward: 'E05001286' }))
  await release(app)
  const [solihull, leeds] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'leeds')]
  await call(app, 'PUT', '/v1/sources/solihull/x?secret=hunter2', leeds, {})
  await call(app, 'PUT', '/v1/sources/solihull/lpp_nothing', bearer('lpp_wrong'), {})
  await call(app, 'GET', '/v1/events/a')
  await call(app, 'GET', '/v1/series', bearer('lpp_wrong'))
  t.match((await linesOf(app)).toReversed().slice(2), [
    { action: 'void-event', actor: 'solihull/bartec', subject: 'solihull/bartec/a', authority: 'solihull' },
    { action: 'release', actor: 'operator', subject: 'solihull/report-missed-bin/transaction', authority: 'solihull' },
    { action: 'issue-token', subject: /^administrator/ },
    { action: 'issue-token', authority: 'leeds' },
    { action: 'refused', actor: /^administrator/, subject: 'PUT /v1/sources/solihull/x', authority: 'solihull' },
    { action: 'refused', actor: 'nobody', subject: 'PUT /v1/sources/:authority/:name', detail: { token: 'not valid' } },
    { action: 'refused', actor: 'nobody', subject: 'GET /v1/events/:id', authority: null, detail: { token: 'none' } }
  ])
  t.equal((await linesOf(app)).length, 9, 'and nothing else')
  t.notMatch(JSON.stringify(await linesOf(app)), /lpp_|hunter2/)
  t.ok((await linesOf(app, '', solihull)).every(({ authority }) => authority === 'solihull'))
  t.equal((await linesOf(app, '', solihull)).length, 7)
  t.equal((await call(app, 'GET', '/v1/audit?authority=solihull', leeds)).status, 403)
  const ids = async (query: string): Promise<number[]> => (await linesOf(app, query)).map(({ id }) => id)
  t.same(await ids('?action=refused&actor=nobody'), [9, 8])
  t.same(await ids('?subject=SOURCES&before=8'), [7])
  t.same(await ids('?limit=2&before=4'), [3, 2])
  t.same(await ids('?authority=leeds&from=2014-06-10&to=2014-06-10'), [10, 6])
  t.same(await ids('?from=2014-06-11'), [])
  const csv = await app.inject({ url: '/v1/audit?format=csv&limit=1&before=5', headers: operator })
  t.match(csv.body, /^id,at,actor,action,subject,authority,detail,hash\r\n4,2014-06-10T12:00:00.000Z,operator,release,/)
})

t.test('refused attempts are bounded by the minute', async (t) => {
  const { app, clock } = await testApp(t)
  const leeds = await administratorOf(app, 'leeds')
  for (let i = 0; i < 50; i++) await call(app, 'PUT', '/v1/kpis/transactions', leeds, {})
  for (let i = 0; i < 30; i++) await call(app, 'PUT', '/v1/kpis/transactions', bearer(`guess-${i}`), {})
  t.equal((await linesOf(app, '?action=refused&limit=1000')).length, 40, 'twenty each')
  clock.now += 60_000
  await call(app, 'PUT', '/v1/kpis/transactions', leeds, {})
  await call(app, 'PUT', '/v1/kpis/transactions', {}, {})
  t.match((await linesOf(app, '?action=refused&limit=4')).toReversed(), [
    { actor: /^administrator/, subject: 'and 30 more' },
    { actor: /^administrator/, subject: 'PUT /v1/kpis/transactions' },
    { actor: 'nobody', subject: 'and 10 more' },
    { actor: 'nobody', subject: 'PUT /v1/kpis/:kpi' }
  ])
})

t.test('what was only counted is written when the service stops', async (t) => {
  const { app, database } = await testApp(t)
  for (let i = 0; i < 23; i++) await call(app, 'GET', '/v1/audit')
  await app.close()
  const { rows } = await database.pool.query('SELECT subject FROM audit ORDER BY id DESC LIMIT 1')
  t.same(rows, [{ subject: 'and 3 more' }])
})

t.test('lines are only ever added', async (t) => {
  const { app, database } = await testApp(t)
  await testSource(app)
  for (const change of ["UPDATE audit SET actor = 'x'", 'DELETE FROM audit', 'TRUNCATE audit']) {
    await t.rejects(database.pool.query(change), { message: /only ever added/ }, change)
    const client = await database.pool.connect()
    await client.query("SET session_replication_role = 'replica'")
    await t.rejects(client.query(change), { message: /only ever added/ }, `${change}, past other triggers`)
    client.release(true)
  }
})

/** Ten lines, one of two processes each, some at the same time. */
async function tenLines (t: Test): Promise<TestApp & { last: string, tamper: (sql: string) => Promise<void> }> {
  const made = await testApp(t, new Date().toISOString())
  const { app, database, connectionString } = made
  const other = await anotherProcess(t, connectionString)
  await Promise.all([app, other, app, other, app, other].map(async (process, i) =>
    await put(process, `/v1/sources/solihull/s${i}`, BINS)))
  await t.rejects(database.db.transaction().execute(async (trx) => {
    await writeAudit(trx, { at: new Date(), actor: 'x', action: 'x', subject: 'x', detail: {}, authorityId: null })
    throw new Error('rolled back')
  }))
  for (let i = 0; i < 4; i++) await personAs(other, { role: 'operator' })
  const { lines, last, fault } = await verifyAudit(database.db)
  t.same([lines, fault], [10, undefined])
  const tamper = async (sql: string): Promise<void> => {
    await database.pool.query(`ALTER TABLE audit DISABLE TRIGGER ALL; ${sql}; ALTER TABLE audit ENABLE TRIGGER ALL`)
  }
  return { ...made, last, tamper }
}

const ANEW = `UPDATE audit AS line SET hash = sha256(previous || convert_to(jsonb_build_array(line.id,
  to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), line.actor, line.action, line.subject,
  line.detail, line.authority_id)::text, 'UTF8')) WHERE id = `

for (const [what, sql, fault] of [
  ['a field', "UPDATE audit SET actor = 'nobody' WHERE id = 4", /^line 4 was changed/],
  ['a time', "UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 10", /^line 10 was changed/],
  ['whose it is', 'UPDATE audit SET authority_id = NULL WHERE id = 2', /^line 2 was changed/],
  ['a line that is gone', 'DELETE FROM audit WHERE id = 5', /^line 5 is missing/],
  ['the first line', 'DELETE FROM audit WHERE id = 1', /^line 1 is missing/],
  [
    'two that changed places',
    'UPDATE audit SET id = -3 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = -3',
    /^line 3 was changed/
  ],
  [
    'a line that was added',
    'INSERT INTO audit SELECT 11, at, actor, action, subject, detail, authority_id, hash, hash FROM audit WHERE id = 10',
    /^line 11 was changed or added/
  ],
  ['a line with a hash made anew', `UPDATE audit SET subject = 'x' WHERE id = 6; ${ANEW} 6`, /^line 6 was changed, with/]
] as const) {
  t.test(`the chain shows ${what}`, async (t) => {
    const { database, tamper } = await tenLines(t)
    await tamper(sql)
    t.match((await verifyAudit(database.db)).fault, fault)
  })
}

t.test('lines taken off the end show by the hash that was noted', async (t) => {
  const { app, database, last, tamper } = await tenLines(t)
  t.equal((await verifyAudit(database.db, last)).fault, undefined)
  await put(app, '/v1/sources/solihull/s0', BINS)
  t.equal((await verifyAudit(database.db, last)).fault, undefined, 'the trail went on since')
  await tamper('DELETE FROM audit WHERE id > 8')
  t.match(await verifyAudit(database.db), { lines: 8, fault: undefined }, 'which alone is whole')
  t.match((await verifyAudit(database.db, last)).fault, /lines after line 8 were removed/)
})
