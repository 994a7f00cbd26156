import t from 'tap'
import { inTransaction } from '../../src/postgres/transaction.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { OPERATOR_TOKEN, testApp, testSource } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'

const OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` }
const events = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({
  id: `e-${from + i}`,
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: '2014-05-27T10:00:00Z',
  channel: 'web',
  ward: 'E05001286'
}))

t.test('a user who owns nothing does all that the service does', async (t) => {
  const { app, database } = await testApp(t, undefined, { asRunRole: true, shareRateLimits: true })
  t.equal((await database.pool.query('SELECT row_security_active(\'event\') AS held')).rows[0].held, true)
  const headers = await testSource(app)
  const send = async (method: 'POST' | 'PUT' | 'DELETE' | 'GET', url: string, payload?: object, as: object = headers) =>
    await app.inject({ method, url, headers: { ...as }, ...(payload !== undefined && { payload }) })

  t.equal((await send('POST', '/v1/events', events(0, 3))).json().stored, 3, 'a few in one statement')
  t.equal((await send('POST', '/v1/events', events(3, 6000))).json().stored, 5997, 'many, without COPY')
  t.equal((await send('POST', '/v1/events', events(0, 200))).json().duplicates, 200)
  t.equal((await send('POST', '/v1/events', [{ ...events(0, 1)[0], revision: 2, channel: 'telephone-agent' }])).json().revised, 1)
  t.equal((await send('DELETE', '/v1/events/e-1')).statusCode, 200)
  t.equal((await send('POST', '/v1/observations', [{
    authority: 'solihull',
    service: 'report-missed-bin',
    measure: 'collections_made',
    period: 'week',
    start_on: '2014-05-26',
    value: 412_000
  }])).json().stored, 1)
  t.equal((await send('PUT', '/v1/data-sets/a/sums', {}, OPERATOR)).statusCode, 201)
  const { token } = (await send('POST', '/v1/data-sets/a/sums/tokens', {}, OPERATOR)).json()
  const records = [{ _id: 'x' }]
  t.equal((await send('POST', '/data/a/sums', records, { authorization: `Bearer ${token}` })).statusCode, 200)
  t.equal((await send('POST', '/v1/releases', { authority: 'solihull' }, OPERATOR)).statusCode, 200)

  await waitUntil('all is folded', async () =>
    (await database.pool.query('SELECT FROM rollup_pending')).rowCount === 0)
  t.same(await inTransaction(database.pool, async (client) => await findDifferences(client, 10)), [])
  const series = (await send('GET', '/v1/series?authority=solihull&service=report-missed-bin&period=day' +
    '&start_on=2014-05-27&end_on=2014-05-27')).json()
  t.equal(series.data[0].values[0].value, 5999)
  t.equal((await send('GET', '/readyz')).statusCode, 200)
})

t.test('and may change no table, no policy, no right, no line of the audit trail, and take on no other role', async (t) => {
  const { database: { pool } } = await testApp(t, undefined, { asRunRole: true })
  for (const statement of [
    'DROP TABLE event',
    'ALTER TABLE event ADD COLUMN x int',
    'ALTER TABLE event DISABLE ROW LEVEL SECURITY',
    'DROP POLICY of_the_request ON event',
    'TRUNCATE event',
    'CREATE TABLE x ()',
    'CREATE SCHEMA x',
    'CREATE INDEX ON event (id)',
    'CREATE ROLE x',
    'UPDATE audit SET actor = \'x\'',
    'DELETE FROM audit',
    'UPDATE release_key SET key = \'x\'',
    'DELETE FROM kysely_migration',
    'SET ROLE postgres'
  ]) {
    // By want of the right: a trigger guards the audit trail besides, with the same code.
    await t.rejects(pool.query(statement), { code: '42501', message: /permission denied|must be owner/ }, statement)
  }
  const { rows: [role] } = await pool.query(
    'SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user')
  t.same(role, { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false })
})
