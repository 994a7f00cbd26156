import t from 'tap'
import { findDifferences } from '../../src/rollups/index.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, operator, put, send } from '../support/builders.ts'

const AT = 1_764_288_000_000

t.test('a revision is any rising number, as the sender has it', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const say = async (revision: unknown, more: object = {}) =>
    (await call(app, 'POST', '/v1/events', headers, event('a', { revision, ...more }))).body
  const stored = async () => await get(app, '/v1/events/a', headers)

  t.match(await say(3), { stored: 1 })
  t.match(await say(20_261_128, { count: 2 }), { revised: 1 })
  t.match(await say(1_764_288_000, { count: 3 }), { revised: 1 }, 'seconds')
  t.match(await say(AT, { count: 4 }), { revised: 1 }, 'milliseconds')
  t.match(await say(20_261_128_103_000, { count: 5 }), { revised: 1 })
  t.match(await say(Number.MAX_SAFE_INTEGER, { count: 6 }), { revised: 1 })
  t.match(await stored(), {
    revision: Number.MAX_SAFE_INTEGER,
    count: 6,
    history: [20_261_128_103_000, AT, 1_764_288_000, 20_261_128, 3].map((revision) => ({ revision }))
  })
  for (const [revision, count] of [[AT, 4], [20_261_128_103_000, 5], [3, 1], [Number.MAX_SAFE_INTEGER, 6]] as const) {
    t.match(await say(revision, { count }), { duplicates: 1 }, `a late retry of ${revision}`)
  }
  t.match(await say(AT, { count: 7 }), {
    errors: [{
      code: 'stale-revision', stored_revision: Number.MAX_SAFE_INTEGER, detail: /the highest there is/
    }]
  })
  t.match(await say(Number.MAX_SAFE_INTEGER, { count: 7 }), {
    errors: [{
      code: 'conflict', pointer: '/id', stored_revision: Number.MAX_SAFE_INTEGER
    }]
  })
  t.match(await say(2, { count: 7 }), { errors: [{ code: 'stale-revision' }] }, 'small ones are older than that')
  for (const wrong of [String(AT), 1.5, 2 ** 53, 0, -1]) {
    t.match(await say(wrong), {
      errors: [{ code: 'invalid-value', pointer: '/revision', detail: /whole number/ }]
    }, `${wrong}`)
  }

  await send(app, 'events', headers, [event('b', { revision: AT }), event('c', { revision: AT + 1 }), event('c', { revision: AT + 2, count: 2 })])
  t.match(await get(app, '/v1/events/b', headers), { revision: AT, history: [] })
  t.match(await get(app, '/v1/events/c', headers), { revision: AT + 2, count: 2, history: [{ revision: AT + 1 }] })
  const { body } = await call(app, 'POST', '/v1/events', headers, event('b', { revision: AT, count: 9 }))
  t.match(body.errors, [{ code: 'conflict', stored_revision: AT, detail: new RegExp(`revision ${AT + 1} or above`) }])
  t.match((await call(app, 'DELETE', '/v1/events/b', headers)).body, { revision: AT })
  t.match(await send(app, 'events', headers, event('b', { revision: AT + 5 })), { revised: 1 })
  t.match(await get(app, '/v1/events/b', headers), { voided_at: null, revision: AT + 5 })
  t.same(await findDifferences(database.pool, 10), [])
})

t.test('on_repeat=newest without revisions: what is sent last holds, and a retry changes nothing', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const say = async (...rows: object[]) =>
    (await call(app, 'POST', '/v1/events?on_repeat=newest', headers, rows)).body
  const file = [event('a'), event('b'), event('c')]
  const nextDay = [event('a'), event('b', { count: 2 }), event('c'), event('d')]

  t.match(await say(...file), { stored: 3, older: 0 })
  t.match(await say(...nextDay), { stored: 1, duplicates: 3 - 1, revised: 1, older: 0, rejected: 0 })
  t.match(await get(app, '/v1/events/b', headers), { count: 2, revision: 2, history: [{ count: 1, revision: 1 }] })
  t.match(await say(...nextDay), { stored: 0, duplicates: 4, revised: 0, older: 0 }, 'sent again')
  const late = await say(...file)
  t.match(late, { duplicates: 2, older: 1, revised: 0, rejected: 0 }, 'the first file again, late')
  t.match(await get(app, `/v1/receipts/${late.receipt}`, headers), late, 'and its receipt says so later too')
  t.match(await get(app, '/v1/events/b', headers), { count: 2 })
  t.match(await say(event('b', { revision: 3 })), { revised: 1 }, 'a revision goes back to what was said before')
  t.match(await get(app, '/v1/events/b', headers), { count: 1, revision: 3 })

  t.match(await say(event('e', { count: 1 }), event('e', { count: 2 }), event('e', { count: 2 })), {
    stored: 1, duplicates: 1, older: 1, received: 3
  }, 'the last row of an event holds')
  t.match(await get(app, '/v1/events/e', headers), { count: 2, revision: 1, history: [] })
  const first = (await call(app, 'POST', '/v1/events', headers, event('e', { count: 3 }))).body
  t.match(first, { code: 'conflict', errors: [{ stored_revision: 1, detail: /on_repeat=newest/ }] }, 'refused by default')
  t.notOk('older' in await send(app, 'events', headers, event('f')), 'a batch that does not ask is not told')

  await call(app, 'DELETE', '/v1/events/e', headers)
  t.match(await say(event('e', { count: 2 })), { duplicates: 1 }, 'a retry does not bring back what was voided')
  t.match(await say(event('e', { count: 8 })), { revised: 1 }, 'a correction does')
  t.match(await get(app, '/v1/events/e', headers), { count: 8, revision: 2, voided_at: null })
  t.same(await findDifferences(database.pool, 10), [])
})

t.test('on_repeat=newest with a version column: the highest holds, of equal ones the last sent', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const say = async (...rows: object[]) =>
    (await call(app, 'POST', '/v1/events?on_repeat=newest', headers, rows)).body
  const a = (revision: number, count: number) => event('a', { revision, count })
  t.match(await say(a(20_261_128, 1)), { stored: 1 })
  t.match(await say(a(20_261_128, 2)), { revised: 1 }, 'the same day once more, with other content')
  t.match(await say(a(20_261_128, 1)), { duplicates: 1, revised: 0 }, 'a late retry of the first')
  t.match(await say(a(20_261_127, 5)), { older: 1, rejected: 0 }, 'an older one is passed over')
  t.match(await say(a(20_261_129, 3)), { revised: 1 }, 'the next day is newer, however often the last was said')
  t.match(await say(a(20_261_131, 6), a(20_261_130, 5), a(20_261_131, 7), a(20_261_131, 7)), {
    revised: 1, older: 2, duplicates: 1
  })
  t.match(await get(app, '/v1/events/a', headers), {
    count: 7,
    revision: 20_261_131,
    history: [[20_261_129, 3], [20_261_128, 2], [20_261_128, 1]].map(([revision, count]) => ({ revision, count }))
  })
  t.match(await say(a(AT, 8)), { revised: 1 })
  t.match(await say(a(AT, 9)), { revised: 1 })
  t.match((await call(app, 'POST', '/v1/events', headers, a(AT, 8))).body, { duplicates: 1 }, 'said before')
  t.match((await call(app, 'POST', '/v1/events', headers, a(AT, 7))).body, { errors: [{ stored_revision: AT }] })
  t.same(await findDifferences(database.pool, 10), [])
})

t.test('an Idempotency-Key is of a body and of how its repeats are meant', async (t) => {
  const { app } = await testApp(t)
  const headers = { ...await testSource(app), 'idempotency-key': 'k' }
  const url = '/v1/events?on_repeat=newest'
  const { body: first } = await call(app, 'POST', url, headers, event('a'))
  t.same((await call(app, 'POST', url, headers, event('a'))).body, first)
  t.match((await call(app, 'POST', '/v1/events', headers, event('a'))).body, { code: 'idempotency-key-reused' })
})

const services = ['report-missed-bin', 'renew-library-item']

t.test('replace_period: the batch is all there is of these days', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const month = async (rows: object[], query = '') =>
    await call(app, 'POST', `/v1/events?replace_period=2014-05-01/2014-05-31${query}`, headers, rows)
  const on = (id: string, day: string, more: object = {}) => event(id, { occurred_at: `${day}T12:00:00+01:00`, ...more })
  await send(app, 'events', headers, [
    on('april', '2014-04-30'), on('a', '2014-05-01'), on('b', '2014-05-15'), on('c', '2014-05-31'), on('june', '2014-06-01')
  ])
  const batch = [on('a', '2014-05-01'), on('b', '2014-05-15', { count: 2 }), on('d', '2014-05-16')]
  const preview = await month(batch, '&dry_run=true')
  t.match(preview.body, { receipt: null, stored: 1, duplicates: 1, revised: 1, voided: 1, rejected: 0 })
  t.match(await get(app, '/v1/events/c', headers), { voided_at: null }, 'a preview keeps nothing')
  const { body: { receipt, ...done } } = await month(batch)
  t.match(preview.body, done, 'and says what becomes of the batch')
  t.match(await get(app, `/v1/receipts/${receipt}`, headers), done)
  t.type((await get(app, '/v1/events/c', headers)).voided_at, 'string')
  t.match(await get(app, '/v1/events/b', headers), { count: 2, revision: 2, history: [{ count: 1 }] })
  for (const id of ['april', 'june']) t.match(await get(app, `/v1/events/${id}`, headers), { voided_at: null })
  t.match((await month(batch)).body, { stored: 0, duplicates: 3, revised: 0, voided: 0 }, 'sent again')
  const { data: [line] } = await get(app, '/v1/audit?action=replace-events', operator)
  t.match(line, { actor: 'solihull/bartec', detail: { start_on: '2014-05-01', end_on: '2014-05-31', voided: 1 } })

  t.match((await month([on('a', '2014-05-01'), on('c', '2014-05-31')])).body, { revised: 1, duplicates: 1, voided: 2 })
  t.match(await get(app, '/v1/events/c', headers), { voided_at: null, revision: 2 }, 'what is in it again counts again')
  t.match((await month([on('a', '2014-05-01'), on('b', '2014-05-15')])).body, { revised: 1, voided: 1 })
  t.match(await get(app, '/v1/events/b', headers), { count: 1, revision: 3 }, 'it may go back to what was said before')

  const refused = await month([on('a', '2014-05-01'), on('x', '2014-06-01'), on('y', '2014-05-02', { ward: 'nowhere' })])
  t.match(refused, {
    status: 422,
    body: {
      errors: [
        { index: 1, pointer: '/occurred_at', code: 'outside-replacement', detail: /2014-06-01/ }, { index: 2, pointer: '/ward' }
      ]
    }
  })
  t.match((await month([on('n', '2014-05-31', { occurred_at: '2014-05-31T23:30:00Z' })])).body.errors, [
    { code: 'outside-replacement' }
  ], 'by the clocks of London')
  t.match((await month([on('a', '2014-05-01'), on('a', '2014-05-01', { count: 5 })])).body, {
    errors: [{ index: 1, code: 'conflict', detail: /Row 0/ }]
  })
  t.match((await month([on('a', '2014-05-01'), on('a', '2014-05-01', { count: 5 })], '&on_repeat=newest')).body, {
    revised: 1, older: 1, voided: 1
  })
  t.match((await month([on('a', '2014-05-01', { revision: 1 })])).body.errors, [{ code: 'stale-revision', stored_revision: 2 }])
  t.match((await month([on('a', '2014-05-01', { revision: 1 })], '&on_repeat=newest')).body, { older: 1, voided: 0 })

  t.match((await month([])).body, { code: 'replaces-unnamed', detail: /empty/ })
  t.match((await month([], '&replace_service=report-missed-bin')).body, { received: 0, voided: 1 })
  t.same(await findDifferences(database.pool, 10), [])
})

t.test('replace_period: what another file brought stays', async (t) => {
  const { app } = await testApp(t)
  await put(app, '/v1/sources/solihull/bartec', { services })
  const headers = await testSource(app, 'solihull/bartec', { services, provider_for: ['birmingham'] })
  const replace = async (rows: object[], query = '') =>
    await call(app, 'POST', `/v1/events?replace_period=2014-05-27/2014-05-27${query}`, headers, rows)
  const rating = { type: 'rating', outcome: '5' }
  await send(app, 'events', headers, [
    event('bin'), event('bin-2'), event('book', { service: 'renew-library-item' }), event('rating', rating),
    event('there', { authority: 'birmingham' })
  ])
  t.match((await replace([event('bin')])).body, {
    code: 'replaces-unnamed', detail: /1 event of the authority birmingham.*replace_authority/
  })
  t.match((await replace([event('bin')], '&replace_authority=solihull')).body, {
    code: 'replaces-unnamed', detail: /1 event of the service renew-library-item.*replace_service/
  })
  const bins = '&replace_authority=E08000029&replace_service=report-missed-bin'
  t.match((await replace([event('bin')], bins)).body, { code: 'replaces-unnamed', detail: /type rating.*replace_type/ })
  t.match((await replace([event('bin')], `${bins}&replace_type=transaction&dry_run=true`)).body, { duplicates: 1, voided: 1 })
  t.match((await replace([event('bin')], `${bins}&replace_type=transaction&replace_type=rating&dry_run=true`)).body, { voided: 2 })
  t.match((await replace([event('bin')], `${bins}&replace_type=transaction`)).body, { duplicates: 1, voided: 1 })
  for (const id of ['book', 'rating', 'there']) t.match(await get(app, `/v1/events/${id}`, headers), { voided_at: null })
  t.match((await replace([event('bin'), event('book', { service: 'renew-library-item' })], bins)).body.errors, [
    { index: 1, pointer: '/service', code: 'outside-replacement' }
  ])
  const all = '&replace_authority=solihull&replace_authority=birmingham&replace_service=report-missed-bin' +
    '&replace_service=renew-library-item&replace_type=transaction&replace_type=rating'
  t.match((await replace([event('bin')], all)).body, { voided: 3 }, 'unless it is named')
  t.match((await replace([event('bin')], '&replace_service=nonsense')).body, { code: 'unknown-service' })
})

t.test('replace_period: what it does not go with', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const url = '/v1/events?replace_period=2014-05-01/2014-05-31'
  t.match((await call(app, 'POST', url, { ...headers, prefer: 'handling=lenient' }, [event('a')])).body, {
    code: 'invalid-request', detail: /whole or not at all/
  })
  for (const wrong of ['2014-05-01', '2014-05-31/2014-05-01', '2014-05-01/2014-05-32', 'x/y', '2014-05-01/2014-05-02/2014-05-03']) {
    t.match((await call(app, 'POST', `/v1/events?replace_period=${wrong}`, headers, [event('a')])).body, {
      code: 'invalid-period-range'
    }, wrong)
  }
  t.match((await call(app, 'POST', '/v1/events?replace_service=report-missed-bin', headers, [event('a')])).body, {
    code: 'invalid-request', detail: /replace_period, which is missing/
  })
  await send(app, 'events', headers, [event('old'), event('gone')])
  await database.pool.query(`
    INSERT INTO retention_cut_off (authority_id, cut_off, moved_at) SELECT id, '2014-06-01', now() FROM authority
    WHERE slug = 'solihull'`)
  t.match((await call(app, 'POST', url, headers, [event('old')])).body, { code: 'closed-day', detail: /2014-06-01/ })
  t.match(await get(app, '/v1/events/gone', headers), { voided_at: null })
})
