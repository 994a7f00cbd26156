import t from 'tap'
import { QUARANTINE_LIMITS } from '../../src/intake/store/refusals.ts'
import { expire } from '../../src/quarantine/expire.ts'
import { retire } from '../../src/retention/retire.ts'
import { DAY_MS } from '../../src/domain/calendar.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, operator, put, type Headers } from '../support/builders.ts'

const LENIENT = { prefer: 'handling=lenient' }
const bad = (id: string, more: object = {}) => event(id, { channel: 'Fone', ...more })

t.test('refused rows leave 30 days after they came, and receipts of which nothing was stored with them', async (t) => {
  const { app, clock, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const send = async (rows: object[], more: Headers = LENIENT) =>
    (await call(app, 'POST', '/v1/events', { ...headers, ...more }, rows)).body
  const nothing = await send([bad('1')])
  const some = await send([bad('2'), event('3')])
  const strict = await send([bad('4')], {})
  const sentAt = clock.now
  const ids = async () => (await get(app, '/v1/rejections', headers)).data.map(({ id }: any) => id)
  const receipts = async () => (await pool.query<{ id: string }>('SELECT id::text FROM receipt ORDER BY receipt.id')).rows.map(({ id }) => id)
  const expireNow = async () => { await expire({ pool, clock: () => clock.now }) }

  clock.now = sentAt + 30 * DAY_MS - 1
  await expireNow()
  t.same(await ids(), [`${nothing.receipt}-0`, `${some.receipt}-0`])
  t.same(await receipts(), [nothing.receipt, some.receipt, strict.receipt].sort((a, b) => Number(a) - Number(b)))
  clock.now = sentAt + 30 * DAY_MS
  t.same(await ids(), [], 'not shown, though nobody has removed them yet')
  t.equal((await call(app, 'POST', `/v1/rejections/${nothing.receipt}-0/replay`, headers)).status, 404)
  await expireNow()
  t.same((await pool.query('SELECT FROM rejection')).rowCount, 0)
  t.same(await receipts(), [some.receipt], 'a receipt of stored rows stays')
  t.equal((await get(app, '/v1/sources/solihull/bartec/unmapped', headers)).data.length, 1)
  clock.now = sentAt + 90 * DAY_MS
  await expireNow()
  t.same((await get(app, '/v1/sources/solihull/bartec/unmapped', headers)).data, [])
})

t.test('what is erased, or of a closed day, leaves the quarantine as well and does not come back by it', async (t) => {
  const { app, clock, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const lines = [bad('1'), bad('2'), bad('3', { occurred_at: '2014-05-28T08:31:00+01:00' }), bad('4', { occurred_at: 'soon' })]
    .map((row) => JSON.stringify(row))
  const send = async (body: string) => (await call(
    app, 'POST', '/v1/events', { ...headers, ...LENIENT, 'content-type': 'application/x-ndjson' }, body
  )).body
  await send([...lines, '{"id":"1","count":NaN}', '{"id":"5","count":NaN}'].join('\n'))
  const rows = async () => (await get(app, '/v1/rejections', headers)).data.map(({ row }: any) => row?.id ?? row)
  t.same(await rows(), ['1', '2', '3', '4', '{"id":"1","count":NaN}', '{"id":"5","count":NaN}'])
  const erase = async (what: object) => {
    const { status } = await call(app, 'POST', '/v1/sources/solihull/bartec/erasures', operator, { reason: 'Test', ...what })
    t.equal(status, 200)
  }
  await erase({ ids: ['1'] })
  t.same(await rows(), ['2', '3', '4', '{"id":"5","count":NaN}'], 'also the line that could not be read')
  const { receipt } = await send(`${lines[0] ?? ''}\n${JSON.stringify(event('1'))}`)
  t.match((await get(app, `/v1/rejections?receipt=${receipt}`, headers)).data, [
    { row: null, errors: [{ code: 'unknown-channel' }] }, { row: null, errors: [{ code: 'event-erased' }] }
  ])
  await erase({ start_on: '2014-05-27', end_on: '2014-05-27' })
  t.same((await rows()).filter((row: unknown) => row !== null), ['3'], 'and rows of which nobody knows the day')

  await put(app, '/v1/retention-rules/solihull', { months: 24 })
  clock.now = Date.parse('2017-06-10T12:00:00Z')
  await retire({ pool, clock: () => clock.now }, 'test')
  t.equal((await pool.query("SELECT FROM rejection WHERE event_id = '3'")).rowCount, 0)
})

t.test('a source that ends leaves no refused rows behind', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const other = await testSource(app, 'solihull/other')
  for (const who of [headers, other]) await call(app, 'POST', '/v1/events', { ...who, ...LENIENT }, [bad('1')])
  t.equal((await call(app, 'DELETE', '/v1/sources/solihull/bartec', operator)).status, 204)
  for (const table of ['rejection', 'unmapped_word']) {
    t.same((await pool.query(`SELECT name FROM ${table} JOIN source ON source.id = source_id`)).rows, [{ name: 'other' }])
  }
})

t.test('of a source so many rows and words are kept: the oldest leave first', async (t) => {
  const limits = { ...QUARANTINE_LIMITS }
  t.teardown(() => Object.assign(QUARANTINE_LIMITS, limits))
  Object.assign(QUARANTINE_LIMITS, { rows: 3, words: 2 })
  const { app, clock } = await testApp(t)
  const headers = await testSource(app)
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => event(`${from + i}`, { channel: `Fone ${from + i}` }))
  const send = async (some: object[]) => (await call(app, 'POST', '/v1/events', { ...headers, ...LENIENT }, some)).body
  await send(rows(0, 2))
  clock.now += 1000
  await put(app, '/v1/sources/solihull/bartec', { services: ['report-missed-bin'] }) // so that it counts them anew
  const { receipt } = await send(rows(2, 4))
  const { data } = await get(app, '/v1/rejections', headers)
  t.same(data.map(({ row }: any) => row.id), ['1', '2', '3'])
  t.match((await get(app, '/v1/sources/solihull/bartec/unmapped', headers)).data, [
    { word: 'Fone 2', receipt }, { word: 'Fone 3', receipt }
  ])
  t.match(await call(app, 'DELETE', `/v1/rejections?receipt=${receipt}`, headers), { status: 200, body: { removed: 2 } })
  t.equal((await call(app, 'DELETE', '/v1/rejections', headers)).status, 400, 'not all by a slip of the pen')
  t.equal((await call(app, 'DELETE', `/v1/rejections/${data[0].id}`, headers)).status, 204)
  t.equal((await call(app, 'DELETE', `/v1/rejections/${data[0].id}`, headers)).status, 404)
})
