import t from 'tap'
import { Erasures } from '../../src/retention/erasures.ts'
import { erase } from '../../src/retention/erase.ts'
import { findDifferences } from '../../src/rollups/index.ts'
import { NEVER_MS, testApp, testSource } from '../support/app.ts'
import {
  administratorOf, call, event, get, operator, put, release, send, seriesUrl, type Headers
} from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const ERASURES = '/v1/sources/solihull/bartec/erasures'
const WEEK = seriesUrl({ period: 'day', start_on: '2014-05-26', end_on: '2014-06-01' })
const on = (day: string) => ({ occurred_at: `${day}T10:00:00Z` })
const reason = 'Request 2014-17'

async function council (t: Parameters<typeof testApp>[0]) {
  const test = await testApp(t, undefined, { foldEveryMs: NEVER_MS })
  const headers = await testSource(test.app)
  const own = await administratorOf(test.app, 'solihull')
  const order = async (body: object, query = '') =>
    await call(test.app, 'POST', `${ERASURES}${query}`, own, { reason, ...body })
  const values = async () => (await get(test.app, WEEK)).data[0]?.values.map(({ value }: { value: number }) => value)
  return { ...test, headers, own, order, values, pool: test.database.pool }
}

const stored = async (pool: { query: (text: string) => Promise<unknown> }, table: string) =>
  ((await pool.query(`SELECT id FROM ${table} ORDER BY 1`)) as { rows: Array<{ id: string }> }).rows.map(({ id }) => id)

t.test('events by their ids go for good, the figures with them, and they do not come back', async (t) => {
  const { app, headers, order, values, pool, own } = await council(t)
  await send(app, 'events', headers, ['a', 'b', 'c', 'd'].map((id) => event(id, on('2014-05-27'))))
  await send(app, 'events', headers, event('b', { ...on('2014-05-28'), revision: 2, count: 5 }))
  await call(app, 'DELETE', '/v1/events/d', headers)
  t.same(await values(), [null, 2, 5, null, null, null, null])

  const preview = await order({ ids: ['b', 'd', 'never'] }, '?dry_run=true')
  t.match(preview, { status: 200, body: { id: null, state: 'preview', asked: 3, events: 2, versions: 1 } })
  t.same(await stored(pool, 'event'), ['a', 'b', 'c', 'd'], 'a preview changes nothing')
  t.match(await get(app, ERASURES, own), { data: [] })

  const { status, body } = await order({ ids: ['b', 'd', 'never', 'b'] })
  t.match({ status, body }, { status: 200, body: { state: 'done', asked: 3, events: 2, versions: 1, reason } })
  t.same(await stored(pool, 'event'), ['a', 'c'])
  t.same(await stored(pool, 'event_history'), [])
  t.same(await values(), [null, 2, null, null, null, null, null])
  t.same(await findDifferences(pool, 10), [])
  t.match(await get(app, ERASURES, own), { data: [{ id: body.id, state: 'done', events: 2 }] })
  t.same((await pool.query('SELECT ids FROM erasure')).rows, [{ ids: null }], 'the ids are forgotten')

  const { data: lines } = await get(app, '/v1/audit?limit=2', operator)
  t.match(lines, [
    { action: 'events-erased', subject: 'solihull/bartec', detail: { erasure: body.id, events: 2, versions: 1 } },
    { action: 'erase-events', subject: 'solihull/bartec', detail: { ids: 3, ids_sha256: /^[0-9a-f]{64}$/, reason } }
  ])
  t.notMatch(JSON.stringify(lines), /never/, 'no id in the trail')

  for (const [what, rows] of Object.entries({
    'as it was': [event('b', on('2014-05-27'))],
    'with another day': [event('b', on('2014-06-02'))],
    corrected: [event('b', { ...on('2014-05-27'), revision: 9 })],
    'one that was never sent': [event('never', on('2014-05-27'))],
    'among many': Array.from({ length: 150 }, (_, i) => event(i === 77 ? 'b' : `new-${i}`, on('2014-05-29')))
  })) {
    const answer = await call(app, 'POST', '/v1/events', headers, rows)
    t.match(answer, { status: 422, body: { errors: [{ pointer: '/id', code: 'event-erased' }] } }, what)
  }
  t.match(await call(app, 'POST', '/v1/events', { ...headers, prefer: 'handling=lenient' }, [
    event('b', on('2014-05-27')), event('e', on('2014-05-30')), event('a', on('2014-05-27'))
  ]), { status: 200, body: { stored: 1, duplicates: 1, rejected: 1 } })
  t.same(await values(), [null, 2, null, null, 1, null, null])
  t.match(await call(app, 'GET', '/v1/events/b', headers), { status: 404 })
  t.match(await order({ ids: ['never'], may_be_sent_again: true }), { body: { events: 0, state: 'done' } })
  t.match(await send(app, 'events', headers, event('never', on('2014-06-03'))), { stored: 1 }, 'let in again')
  t.match(await call(app, 'DELETE', '/v1/events/b', headers), { status: 404 })
  const others = await testSource(app, 'solihull/crm')
  t.match(await send(app, 'events', others, event('b', on('2014-05-31'))), { stored: 1 }, 'another source’s is another')
  t.same(await findDifferences(pool, 10), [])
})

t.test('events of a period, and wrong data that may be sent anew', async (t) => {
  const { app, headers, order, values, pool } = await council(t)
  const day = (id: number): string => `2014-05-2${6 + id % 4}`
  const rows = Array.from({ length: 1400 }, (_, i) => event(`n${i}`, on(day(i))))
  await send(app, 'events', headers, rows)
  t.same(await values(), [350, 350, 350, 350, null, null, null])
  const period = { start_on: '2014-05-27', end_on: '2014-05-28' }
  t.match(await order(period, '?dry_run=true'), { body: { events: 700, versions: 0, asked: null } })
  t.match(await order({ ...period, may_be_sent_again: true }), { status: 200, body: { state: 'done', events: 700, ...period } })
  t.same(await values(), [350, null, null, 350, null, null, null])
  t.same(await findDifferences(pool, 10), [])
  t.match(await send(app, 'events', headers, rows), { stored: 700, duplicates: 700 }, 'sent again, counted once')
  t.same(await values(), [350, 350, 350, 350, null, null, null])

  t.match(await order(period), { body: { events: 700, may_be_sent_again: false } })
  t.match(await call(app, 'POST', '/v1/events', { ...headers, prefer: 'handling=lenient' }, rows), {
    body: { stored: 0, duplicates: 700, rejected: 700 }
  })
  t.same(await values(), [350, null, null, 350, null, null, null])
  t.same(await findDifferences(pool, 10), [])
})

t.test('figures of closed days stay, releases too, and a revision follows', async (t) => {
  const { app, headers, order, pool, clock } = await council(t)
  const ward = 'E05001284'
  await send(app, 'events', headers, Array.from({ length: 40 }, (_, i) =>
    event(`r${i}`, { ...on(`2014-05-${i % 2 ? '13' : '27'}`), ward, count: 9 })))
  clock.now = Date.parse('2014-07-10T12:00:00Z')
  await release(app, { authority: 'solihull' })
  const byWard = seriesUrl({ period: 'month', group_by: 'ward', start_on: '2014-05-01', end_on: '2014-05-31' })
  const released = await get(app, byWard)
  await pool.query("INSERT INTO retention_cut_off (authority_id, cut_off, moved_at, finished_at) SELECT id, '2014-05-01', now(), now() FROM authority WHERE slug = 'solihull'")
  t.match(await order({ ids: ['r0', 'r2'] }), { body: { events: 2 } })
  t.same((await get(app, byWard)).data, released.data, 'what was released')
  t.same(await findDifferences(pool, 10), [])
  await release(app, { authority: 'solihull', revision: true })
  const total = ({ data }: { data: Array<{ values: Array<{ value: number | null }> }> }): number =>
    data.flatMap(({ values }) => values).reduce((sum, { value }) => sum + (value ?? 0), 0)
  t.same([total(released), total(await get(app, byWard))], [360, 342])

  await pool.query("UPDATE retention_cut_off SET cut_off = '2014-06-01'")
  const live = seriesUrl({ period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' })
  const before = await get(app, live)
  t.match(await order({ start_on: '2014-05-01', end_on: '2014-06-30' }), { body: { events: 38 } })
  t.same(await stored(pool, 'event'), [])
  t.same((await get(app, live)).data, before.data, 'closed days keep their figures')
  t.same(await findDifferences(pool, 10), [])
})

t.test('an erasure that was killed goes on, wherever it stopped, and counts each event once', async (t) => {
  const { app, headers, pool, values, own } = await council(t)
  await send(app, 'events', headers, Array.from({ length: 1200 }, (_, i) => event(`n${i}`, on('2014-05-27'))))
  await pool.query(`
    INSERT INTO erasure (authority_id, source_id, start_on, end_on, reason, may_be_sent_again, asked_by, asked_at)
    SELECT authority_id, id, '2014-05-27', '2014-05-27', 'test', false, 'test', now() FROM source WHERE name = 'bartec'`)
  const stopping = new AbortController()
  let done = 0
  await erase({
    pool,
    clock: Date.now,
    signal: stopping.signal,
    inTurn: async (work) => {
      const result = await work()
      if (++done === 1) stopping.abort()
      return result
    }
  }, 1)
  t.match(await get(app, ERASURES, own), { data: [{ state: 'under-way', events: 500 }] })
  t.same(await values(), [null, 700, null, null, null, null, null])
  t.same(await findDifferences(pool, 10), [])
  const again = await call(app, 'POST', '/v1/events', headers, event('n0', on('2014-05-27')))
  t.match(again, { status: 422, body: { errors: [{ code: 'event-erased' }] } })

  await t.rejects(erase({
    pool,
    clock: Date.now,
    inTurn: async (work) => {
      await work()
      throw new Error('killed after a commit')
    }
  }, 1), /killed/)
  // Two processes that go on at the same time.
  const two = [1, 2].map(() => new Erasures({ pool, clock: Date.now }, (error) => { throw error }))
  await Promise.all(two.map(async (one) => await one.goOn()))
  t.match(await get(app, ERASURES, own), { data: [{ state: 'done', events: 1200 }] })
  t.equal((await get(app, '/v1/audit?action=events-erased', operator)).data.length, 1)
  t.same(await values(), [null, null, null, null, null, null, null])
  t.same(await findDifferences(pool, 10), [])
})

t.test('senders who send the same events while they are erased bring none back', async (t) => {
  const { app, headers, order, pool, values } = await council(t)
  const others = await testSource(app, 'solihull/crm')
  const ids = Array.from({ length: 60 }, (_, i) => `n${i}`)
  await send(app, 'events', headers, ids.map((id) => event(id, on('2014-05-27'))))
  const stop = new AbortController()
  const resend = async (of: Headers, pick: () => object[]): Promise<void> => {
    while (!stop.signal.aborted) await call(app, 'POST', '/v1/events', of, pick())
  }
  let n = 0
  const senders = [
    resend(headers, () => [event(ids[n++ % 60] ?? '', on('2014-05-27'))]),
    resend(headers, () => [event(`fresh${n++}`, on('2014-05-28'))]),
    resend(others, () => Array.from({ length: 120 }, () => event(`other${n++}`, on('2014-05-29'))))
  ]
  for (let i = 0; i < 60; i += 6) t.match(await order({ ids: ids.slice(i, i + 6) }), { body: { state: 'done', events: 6 } })
  stop.abort()
  await Promise.all(senders)
  t.same((await stored(pool, 'event')).filter((id) => ids.includes(id)), [])
  t.equal((await values())[1], null)
  t.same(await findDifferences(pool, 10), [])
})

t.test('what is on its way when its erasure is ordered is erased too', async (t) => {
  const { app, headers, order, pool, own } = await council(t)
  await send(app, 'events', headers, event('pattern', on('2014-05-27')))
  const writer = await pool.connect()
  await writer.query('BEGIN')
  await writer.query("INSERT INTO event SELECT (jsonb_populate_record(event, '{\"id\":\"late\"}')).* FROM event")
  await writer.query('INSERT INTO rollup_pending SELECT * FROM rollup_pending')
  const ordered = order({ ids: ['late'] })
  await waitUntil('it is ordered', async () => (await pool.query('SELECT FROM erased_event')).rowCount === 1)
  await writer.query('COMMIT')
  writer.release()
  t.match(await ordered, { status: 200, body: { state: 'done', events: 1 } })
  t.same(await stored(pool, 'event'), ['pattern'])
  t.same(await findDifferences(pool, 10), [])
  t.match(await get(app, ERASURES, own), { data: [{ events: 1 }] })
})

t.test('a first large batch, of a source of which ids were erased before it sent anything', async (t) => {
  const { app, headers, order, pool } = await council(t)
  await order({ ids: ['n77'] })
  const rows = Array.from({ length: 150 }, (_, i) => event(`n${i}`, on('2014-05-27')))
  t.match(await call(app, 'POST', '/v1/events', headers, rows), { status: 422, body: { errors: [{ index: 77, code: 'event-erased' }] } })
  t.same(await stored(pool, 'event'), [])
  t.match(await send(app, 'events', headers, rows.filter(({ id }) => id !== 'n77')), { stored: 149 })
})

t.test('who may erase, and what', async (t) => {
  const { app, headers, order } = await council(t)
  const other = await administratorOf(app, 'leeds')
  for (const who of [headers, other]) {
    t.match(await call(app, 'POST', ERASURES, who, { ids: ['a'], reason }), { status: 403 })
    t.match(await call(app, 'GET', ERASURES, who), { status: 403 })
  }
  t.match(await order({}), { status: 400, body: { code: 'invalid-request' } })
  t.match(await order({ ids: ['a'], start_on: '2014-05-27', end_on: '2014-05-27' }), { status: 400 })
  t.match(await order({ start_on: '2014-05-27' }), { status: 400, body: { code: 'invalid-period-range' } })
  t.match(await order({ start_on: '2014-05-28', end_on: '2014-05-27' }), { status: 400 })
  t.match(await order({ start_on: '2014-05-32', end_on: '2014-06-27' }), { status: 400 })
  t.match(await order({ ids: [] }), { status: 400 })
  t.match(await order({ ids: ['a b'] }), { status: 400 })
  t.match(await order({ ids: ['a'], reason: '' }), { status: 400 })
  t.match(await order({ ids: ['a'], reason: 'asked by jo@example.org' }), { status: 422, body: { code: 'personal-data' } })
  t.match(await call(app, 'POST', '/v1/sources/solihull/none/erasures', operator, { ids: ['a'], reason }), { status: 404 })
  await put(app, '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] })
})
