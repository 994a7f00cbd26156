import t from 'tap'
import { AGE_MS, openCatalogue } from '../../src/catalogue/live.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, issueToken, operator, put } from '../support/builders.ts'

t.test('a change that could not be read is in force, or nobody is answered', async (t) => {
  const { app, database: { pool }, catalogue } = await testApp(t)
  const headers = await testSource(app)
  const { id, token } = await issueToken(app, 'sources/solihull/bartec')
  t.equal((await call(app, 'POST', '/v1/events', headers, event('a'))).status, 200)
  // Whoever reads the catalogue fails from here on; whoever writes does not.
  await pool.query('ALTER TABLE comparator_group RENAME TO hidden_away')
  const revoked = await call(app, 'DELETE', `/v1/sources/solihull/bartec/tokens/${id}`, operator)
  t.match(revoked, { status: 503, headers: { 'retry-after': '2' } }, 'whoever revokes it is told')
  t.notOk(catalogue.isConfirmed())
  for (let again = 0; again < 2; again++) {
    t.equal((await call(app, 'POST', '/v1/events', bearer(token), event('b'))).status, 503, 'a revoked token')
    t.equal((await call(app, 'GET', '/v1/authorities')).status, 503, 'nor anybody else')
  }
  t.equal((await call(app, 'GET', '/livez')).status, 200)
  await pool.query('ALTER TABLE hidden_away RENAME TO comparator_group')
  t.equal((await call(app, 'POST', '/v1/events', bearer(token), event('b'))).status, 401, 'as soon as it can be read')
  t.equal((await call(app, 'POST', '/v1/events', headers, event('b'))).status, 200)
})

t.test('it is compared before it is too old, and read anew where it has changed', async (t) => {
  const { app, database: { db } } = await testApp(t)
  let now = 0
  const other = await openCatalogue(db, () => 0, undefined, () => now)
  const { directory } = other
  t.ok(other.isConfirmed())
  now = AGE_MS
  t.notOk(other.isConfirmed(), 'a notification may have been lost')
  await other.confirm()
  t.ok(other.isConfirmed())
  t.equal(other.directory, directory, 'nothing changed, so every kept answer holds')
  await put(app, '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })
  now = 2 * AGE_MS
  await other.confirm()
  t.not(other.directory, directory)
  const [source] = other.directory.sourceById.values()
  t.match(source, { name: 'bartec' })
  other.doubt()
  t.notOk(other.isConfirmed())
})
