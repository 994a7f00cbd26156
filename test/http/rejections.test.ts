import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, event, get, observation, operator, put, seriesUrl, type Headers } from '../support/builders.ts'

const LENIENT = { prefer: 'handling=lenient' }
const SETTINGS = { services: ['report-missed-bin'] }

t.test('a refused row is kept as it came, with all its errors, until it was mended and replayed', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const sent = async (rows: object[], path = 'events') => await call(app, 'POST', `/v1/${path}`, { ...headers, ...LENIENT }, rows)
  const list = async (query = '') => (await get(app, `/v1/rejections${query}`, headers)).data
  const total = async () =>
    (await get(app, seriesUrl({ period: 'day', start_on: '2014-05-27', end_on: '2014-05-27' }))).data[0].values[0].value

  const { body: receipt } = await sent([
    event('1'), event('2', { channel: 'Fone' }), event('3', { channel: 'Fone', ward: 'Nowhere' })
  ])
  t.match(receipt, { received: 3, stored: 1, rejected: 2 })
  const [second, third] = await list()
  t.match(second, {
    id: `${receipt.receipt}-1`,
    kind: 'event',
    state: 'open',
    receipt: receipt.receipt,
    index: 1,
    line: null,
    mapping: null,
    row: event('2', { channel: 'Fone' }),
    errors: [{ index: 1, pointer: '/channel', code: 'unknown-channel' }],
    received_at: '2014-06-10T12:00:00.000Z',
    expires_at: '2014-07-10T12:00:00.000Z',
    attempts: 0
  })
  t.same(third.errors.map(({ pointer }: any) => pointer), ['/channel', '/ward'])
  t.same((await list('?field=ward')).map(({ id }: any) => id), [third.id])
  t.same((await list('?field=/channel&code=unknown-channel')).length, 2)
  t.same(await list('?code=unknown-service'), [])
  t.same(await list(`?receipt=${receipt.receipt}1`), [])
  t.same((await list('?kind=observation')).length, 0)

  await put(app, '/v1/sources/solihull/bartec', { ...SETTINGS, channels: { Fone: 'telephone-agent' } })
  const replay = await call(app, 'POST', '/v1/rejections:replay', headers)
  t.match(replay, { status: 200, body: { received: 2, stored: 1, rejected: 1, left: 0, next: null } })
  t.match(await list('?state=replayed'), [{ id: second.id, attempts: 1, replay_receipt: replay.body.receipt }])
  t.match(await list('?state=refused-again'), [{ id: third.id, errors: [{ pointer: '/ward', code: 'unknown-ward' }] }])
  t.equal((await list('?state=refused-again'))[0].errors.length, 1, 'what was mended is no error any more')
  t.match(await get(app, `/v1/receipts/${replay.body.receipt}`, headers), { received: 2, stored: 1, rejected: 1 })
  t.equal(await total(), 2)

  const again = await call(app, 'POST', '/v1/rejections:replay', headers)
  t.match(again.body, { received: 1, stored: 0, rejected: 1 }, 'what was replayed is passed over')
  t.match((await call(app, 'POST', `/v1/rejections/${second.id}/replay`, headers)).body, {
    receipt: replay.body.receipt, again: true, rejection: { state: 'replayed' }
  })
  const row = event('3', { ward: null })
  const mended = await call(app, 'POST', `/v1/rejections/${third.id}/replay`, headers, { row })
  t.match(mended, { status: 200, body: { stored: 1, rejected: 0, again: false, rejection: { state: 'replayed' } } })
  t.match((await call(app, 'POST', `/v1/rejections/${third.id}/replay`, headers, { row: event('4') })).body, { again: true })
  t.equal(await total(), 3)
  t.match((await call(app, 'POST', '/v1/rejections:replay', headers)).body, { receipt: null, received: 0, left: 0 })
  t.same(await findDifferences(pool, 10), [])
})

t.test('a figure that waited does not replace one that was sent meanwhile', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const [late, other] = [observation({ value: 5, channel: 'Fone' }), observation({ value: 7, channel: 'Fone', start_on: '2014-06-02' })]
  await call(app, 'POST', '/v1/observations', { ...headers, ...LENIENT }, [late, other])
  await put(app, '/v1/sources/solihull/bartec', { ...SETTINGS, channels: { Fone: 'telephone-agent' } })
  t.match(await call(app, 'POST', '/v1/observations', headers, [{ ...late, value: 6 }]), { status: 200, body: { stored: 1 } })
  t.match((await call(app, 'POST', '/v1/rejections:replay', headers)).body, {
    received: 2, stored: 1, rejected: 1, errors: [{ index: 0, code: 'conflict' }]
  })
  const [first] = (await get(app, '/v1/rejections?state=refused-again', headers)).data
  t.match(await call(app, 'POST', `/v1/rejections/${first.id}/replay`, headers, { row: { ...late, revision: 2 } }), {
    body: { revised: 1, rejection: { state: 'replayed' } }
  })
})

t.test('what nobody may read is not kept', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const lines = [
    JSON.stringify(event('1', { note: 'call 07700 900123' })),
    JSON.stringify(event('2', { resident: 'Ann Example', attributes: { reason: 'Not Presented', name: 'Ann' } })),
    JSON.stringify(event('3', { channel: { who: 'Ann Example' } })),
    JSON.stringify(event('4', { channel: 'x'.repeat(301) })),
    '{"id":"5","channel":NaN}',
    '{"id":"6","resident":"Ann Example",}',
    "{'id': '7', 'resident': 'Ann Example'}",
    'Ann Example, 1 High Street',
    '"Ann Example"',
    '{"id":"8","ward":"07700 900123",}',
    JSON.stringify(event('9', { channel: 'Fone' }))
  ]
  const { body } = await call(
    app, 'POST', '/v1/events', { ...headers, ...LENIENT, 'content-type': 'application/x-ndjson' }, lines.join('\n')
  )
  t.match(body, { received: 11, stored: 0, rejected: 11 })
  const { data } = await get(app, '/v1/rejections', headers)
  t.equal(data.length, 11)
  t.match(data[0].errors[0].code, 'personal-data')
  t.same(data.map(({ row }: any) => row), [
    null,
    event('2', { resident: ['not kept'], attributes: { reason: 'Not Presented', name: ['not kept'] } }),
    event('3', { channel: ['not kept'] }),
    event('4', { channel: ['not kept'] }),
    '{"id":"5","channel":NaN}',
    null,
    null,
    null,
    null,
    null,
    event('9', { channel: 'Fone' })
  ])
  t.notMatch(JSON.stringify(data), 'Ann')

  const replay = await call(app, 'POST', '/v1/rejections:replay', headers)
  t.match(replay.body, { received: 5, stored: 0, rejected: 5 }, 'what was not kept is refused as it was')
  t.match(await call(app, 'POST', `/v1/rejections/${data[0].id}/replay`, headers), {
    status: 400, body: { code: 'invalid-request' }
  })
})

t.test('a batch of which nothing was stored has a receipt: lenient or strict, events or figures, but not a dry run', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const receipts = async () => (await pool.query<{ id: number }>('SELECT id FROM receipt')).rows.length
  const bad = { events: [event('1', { channel: 'Fone' })], observations: [observation({ channel: 'Fone' })] }
  let count = 0
  for (const path of ['events', 'observations'] as const) {
    const lenient = await call(app, 'POST', `/v1/${path}`, { ...headers, ...LENIENT, 'idempotency-key': path }, bad[path])
    t.match(lenient, { status: 200, body: { received: 1, stored: 0, rejected: 1, errors: [{ code: 'unknown-channel' }] } })
    t.same((await call(app, 'POST', `/v1/${path}`, { ...headers, ...LENIENT, 'idempotency-key': path }, bad[path])).body, lenient.body)
    t.equal(await receipts(), count += 1, 'one, however often it is sent under its key')

    const strict = await call(app, 'POST', `/v1/${path}`, { ...headers, 'idempotency-key': `${path}-2` }, bad[path])
    t.match(strict, { status: 422, body: { code: 'rows-rejected', receipt: String } })
    t.match(await get(app, `/v1/receipts/${strict.body.receipt}`, headers), {
      received: 1, stored: 0, rejected: 1, errors: [{ code: 'unknown-channel' }], errors_total: 1
    })
    t.equal(await receipts(), count += 1)
    t.match(await call(app, 'POST', `/v1/${path}`, { ...headers, 'idempotency-key': `${path}-2` }, []), {
      status: 200
    }, 'the key is not used up')
    count += 1

    for (const prefer of ['handling=lenient', 'handling=strict']) {
      const dry = await call(app, 'POST', `/v1/${path}?dry_run=true`, { ...headers, prefer }, bad[path])
      t.equal(dry.body.receipt ?? null, null)
    }
    t.equal(await receipts(), count, 'a dry run stores nothing')
  }
  await call(app, 'POST', '/v1/events', headers, [event('2')])
  const conflict = await call(app, 'POST', '/v1/events', headers, [event('2', { count: 7 }), event('3')])
  t.match(conflict, { status: 409, body: { receipt: String } })
  t.match(await get(app, `/v1/receipts/${conflict.body.receipt}`, headers), { received: 2, stored: 0, rejected: 2, errors_total: 1 })
  t.match((await get(app, '/v1/rejections', headers)).data, [{ kind: 'event' }, { kind: 'observation' }])
  t.equal((await get(app, '/v1/rejections', headers)).data.length, 2, 'a strict batch keeps no rows: its sender has them')
})

t.test('words that nobody knows queue up, with counts and the nearest word, until they are known', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const url = '/v1/sources/solihull/bartec/unmapped'
  const words = async (who: Headers = headers) => (await get(app, url, who)).data
  const rows = [
    event('1', { channel: 'Fone' }), event('2', { channel: 'Fone', ward: 'Shirly South' }),
    event('3', { outcome: 'Complete', attributes: { reason: 'Not Presented' } }),
    event('4', { channel: '07700 900123' }), event('5', { channel: 'x'.repeat(60), service: 'report-missed-bim' })
  ]
  t.match(await call(app, 'POST', '/v1/events', { ...headers, ...LENIENT }, rows), { status: 200, body: { rejected: 5 } })
  const refused = await call(app, 'POST', '/v1/events', headers, rows.slice(0, 1))
  t.match(refused, { status: 422 })
  t.same(await words(await administratorOf(app, 'solihull')), await words())
  t.match(await words(operator), [
    { field: 'channel', word: 'Fone', rows: 3, within: null, receipt: refused.body.receipt },
    { field: 'attributes.reason', within: 'report-missed-bin', word: 'Not Presented', rows: 1, suggestion: 'not-presented' },
    { field: 'channel', word: 'x'.repeat(60) },
    { field: 'outcome', word: 'Complete', suggestion: 'completed' },
    { field: 'service', word: 'report-missed-bim', suggestion: 'report-missed-bin' },
    { field: 'ward', within: 'solihull', word: 'Shirly South', suggestion: String }
  ])
  t.equal((await words()).length, 6)
  t.equal((await call(app, 'GET', url, await administratorOf(app, 'leeds'))).status, 403)
  t.equal((await call(app, 'GET', url, await testSource(app, 'solihull/other'))).status, 403)

  await put(app, '/v1/sources/solihull/bartec', { ...SETTINGS, channels: { Fone: 'telephone-agent' } })
  t.notMatch(JSON.stringify(await words()), 'Fone')
  t.equal((await call(app, 'DELETE', `${url}?field=outcome`, headers)).status, 204)
  t.notMatch(JSON.stringify(await words()), 'Complete')
  t.equal((await call(app, 'DELETE', url, headers)).status, 204)
  t.same(await words(), [])
})
