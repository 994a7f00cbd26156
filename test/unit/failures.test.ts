import pg from 'pg'
import t from 'tap'
import { asOfOneServer } from '../../src/postgres/cluster/errors.ts'
import {
  isCollision, isConnectionLost, isDatabaseUnavailable, isWorthRetrying, reasonOf, Unreachable
} from '../../src/postgres/failures.ts'
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

const ofNode = (code: string, message: string, routine = 'ReportCopyError'): pg.DatabaseError => {
  const error = Object.assign(new pg.DatabaseError(message, 10, 'error'), { code, routine })
  asOfOneServer(error)
  return error
}

t.test('an error of a node says what it would say on one server', async (t) => {
  const taken = ofNode('XX000', 'duplicate key value violates unique constraint "receipt_idempotency_key_102801"')
  t.match(taken, { code: '23505', constraint: 'receipt_idempotency_key' })
  t.ok(isCollision(taken))
  t.ok(isWorthRetrying(ofNode('23505', 'duplicate key value violates unique constraint "receipt_pkey_102801"', 'ReportResultError')))
  t.match(ofNode('23514', 'new row for relation "event_102008" violates check constraint "event_count"', 'ReportResultError'), {
    code: '23514', constraint: 'event_count'
  })
  for (const [message, code] of [
    ['new row for relation "event_102008" violates check constraint "event_count"', '23514'],
    ['null value in column "n" of relation "event_102008" violates not-null constraint', '23502'],
    ['new row violates row-level security policy for table "event_102008"', '42501'],
    ['deadlock detected', '40P01'],
    ['canceling statement due to lock timeout', '55P03'],
    ['canceling statement due to statement timeout', '57014'],
    ['terminating connection due to administrator command', '57P01'],
    ['could not extend file "base/1/2": No space left on device', '53100'],
    ['doppelter Schlüsselwert verletzt Unique-Constraint »event_pkey_102801«', '22000']
  ] as const) t.equal(ofNode('XX000', message).code, code, message)
})

t.test('a node that is gone keeps the database away', async (t) => {
  for (const message of [
    'failure on connection marked as essential: 10.0.0.2:5432', 'server closed the connection unexpectedly\n\tThis probably means',
    'connection not open', 'could not receive data from server: Connection reset by peer',
    'terminating connection due to administrator command'
  ]) t.ok(isDatabaseUnavailable(ofNode('XX000', message, 'ReportResultError')), message)
  t.equal(ofNode('XX000', 'unexpected chunk number 1', 'toast_fetch_datum').code, 'XX000')
  t.equal(ofNode('42703', 'server closed the connection unexpectedly', 'x').code, '42703', 'what has a SQLSTATE keeps it')
})
