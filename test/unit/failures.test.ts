import pg from 'pg'
import t from 'tap'
import { isCollision, isConnectionLost, isDatabaseUnavailable, reasonOf, Unreachable } from '../../src/postgres/failures.ts'
import { serializeError } from '../../src/log-errors.ts'

const ofNetwork = (code: string): Error => Object.assign(new Error(`connect ${code} 10.0.0.1:5432`), { code })
const ofPostgres = (code: string, more: object = {}): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError('what Postgres says', 10, 'error'), { code, ...more })

t.test('what keeps the database away, in whatever words', async (t) => {
  for (const code of ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ECONNABORTED', 'ETIMEDOUT', 'ENETDOWN']) {
    t.ok(isDatabaseUnavailable(ofNetwork(code)), code)
    t.ok(isConnectionLost(new AggregateError([ofNetwork(code)])), `${code} of each address`)
  }
  const codes = [
    '08006', '57P01', '57P03', '57014', '53100', '53300', '58030', '25006', '28P01', '28000', '3D000', '55000', '55P03', '42P01',
    'XX001', '40P01', '40001'
  ]
  for (const code of codes) {
    t.ok(isDatabaseUnavailable(ofPostgres(code)), code)
    t.notOk(isConnectionLost(ofPostgres(code)), 'Postgres has answered')
  }
  for (const message of ['timeout expired', 'timeout exceeded when trying to connect', 'Connection terminated unexpectedly']) {
    t.ok(isConnectionLost(new Error(message)), message)
  }
  t.ok(isConnectionLost(new Unreachable(new Error('a certificate has expired'))), 'whatever a connection fails with')
  t.ok(isConnectionLost(new Error('wrapped', { cause: ofNetwork('EPIPE') })))
  for (const error of [ofPostgres('23505'), ofPostgres('42703'), ofPostgres('22P02'), new TypeError('x'), 'text', undefined]) {
    t.notOk(isDatabaseUnavailable(error))
  }
  t.ok(isCollision(ofPostgres('23505')))
  t.notOk(isCollision(ofPostgres('23502')))
})

t.test('the reason in words, without an address', async (t) => {
  t.equal(reasonOf(ofNetwork('EHOSTUNREACH')), 'the host of the database cannot be reached (EHOSTUNREACH)')
  t.equal(reasonOf(new AggregateError([ofNetwork('ECONNREFUSED')])), 'nothing listens at the address of the database (ECONNREFUSED)')
  t.match(reasonOf(new Unreachable(ofPostgres('28P01'))), /refuses the password/)
})

t.test('an error is logged without what a library hung on it', async (t) => {
  const error = ofPostgres('23505', { client: new pg.Client('postgres://me:secret@host/db'), detail: 'Key (name)=(Mrs Smith)', constraint: 'c' })
  const logged = JSON.stringify(serializeError(error))
  t.match(logged, /what Postgres says/)
  t.match(logged, /"code":"23505","constraint":"c"/)
  t.notMatch(logged, /secret|Smith|client/)
})
