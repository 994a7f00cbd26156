import { parse } from 'csv-parse/sync'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, bearer, call, event, get, operator, send } from '../support/builders.ts'
import { asCells, exported, exportedBytes, parquetRows, quietExport } from '../support/exported.ts'
import { waitUntil } from '../support/wait-until.ts'

const EVENTS = '/v1/export/events'
/** Rows as text, whatever the order of their fields; `t.same` takes minutes for thousands of them. */
const inOrder = (rows: object[]) => JSON.stringify(rows.map((row) => Object.entries(row).sort()))

t.test('the events of a source, as they are kept', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  const rows = Array.from({ length: 2345 }, (_, n) => event(`E-${String(n).padStart(5, '0')}`, {
    occurred_at: `2014-0${1 + n % 5}-0${1 + n % 9}T08:31:00+01:00`,
    ...(n % 3 === 0 && { channel: 'Phone', ward: 'E05001285', street: 45203501 }),
    ...(n % 5 === 0 && { amount_pence: n * 100, duration_seconds: n }),
    ...(n % 7 === 0 && { count: 3, avoidable: true, revision: n + 1 })
  }))
  await send(app, 'events', headers, rows)
  await app.inject({ method: 'DELETE', url: '/v1/events/E-00007', headers })
  const listed: any[] = []
  for (let url: string | undefined = '/v1/events?limit=1000'; url !== undefined;) {
    const page: any = await get(app, url, headers)
    listed.push(...page.data)
    url = page.links.next
  }
  const all = await exported(app, EVENTS, headers)
  t.equal(all.rows.length, 2345)
  t.equal(inOrder(all.rows.map(({ voided: _, ...row }) => row)), inOrder(listed), 'as they are listed')
  t.same(all.rows.filter(({ voided }) => voided).map(({ id }) => id), ['E-00007'])
  for (const [n, row] of all.rows.entries()) {
    const { occurred_at: at, channel, ...sent } = rows[n] as any
    if (Date.parse(at) !== Date.parse(row.occurred_at)) t.fail(`${row.id}: ${row.occurred_at}`)
    if (row.channel !== (channel === 'Phone' ? 'telephone-agent' : channel)) t.fail(`${row.id}: ${row.channel}`)
    for (const [name, value] of Object.entries(sent)) if (row[name] !== value) t.fail(`${row.id}: ${name} ${row[name]}`)
  }

  const parquet = await exportedBytes(app, `${EVENTS}?format=parquet`, headers)
  const read = await parquetRows(parquet.bytes)
  const flat = all.rows.map((row) => ({ ...row, attributes: JSON.stringify(row.attributes) }))
  t.equal(JSON.stringify(read.rows), JSON.stringify(flat), 'Parquet says the same')
  const csv = await exportedBytes(app, `${EVENTS}?format=csv`, headers)
  const cells = parse<Record<string, string>>(csv.bytes.toString(), { columns: true })
  t.equal(JSON.stringify(cells), JSON.stringify(flat.map(asCells)), 'and CSV')
  t.match(csv.headers, { 'content-disposition': 'attachment; filename="events-solihull-bartec-2014-06-10.csv"' })

  const rest = await exported(app, `${EVENTS}?after=E-02000`, headers)
  t.same([rest.rows.length, rest.rows[0].id], [344, 'E-02001'], 'a download that broke off goes on')
})

t.test('what is stored, corrected and withdrawn since', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const since = async (watermark: string) => await exported(app, `${EVENTS}?since=${watermark}`, headers)
  await send(app, 'events', headers, Array.from({ length: 6000 }, (_, n) => event(`a${String(n).padStart(5, '0')}`)))
  const first = await exported(app, EVENTS, headers)
  t.equal(first.rows.length, 6000)
  const quiet = await quietExport(app, EVENTS, headers)
  const nothing = await since(quiet.watermark)
  await send(app, 'events', headers, [event('new'), event('a00010', { revision: 2, channel: 'paper' })])
  await app.inject({ method: 'DELETE', url: '/v1/events/a05999', headers })
  const second = await since(quiet.watermark)
  t.match(second.rows, [
    { id: 'a00010', revision: 2, channel: 'paper', voided: false }, { id: 'a05999', voided: true }, { id: 'new', voided: false }
  ])
  t.equal(second.rows.length, 3)
  t.same((await since(nothing.watermark)).rows.length, 3, 'the watermark of an export in which was nothing goes on')
  t.same((await exported(app, `${EVENTS}?since=${quiet.watermark}&after=a00010`, headers)).rows.map(({ id }) => id), ['a05999', 'new'])
})

t.test('a commit in flight when the watermark was taken is not missed', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  await send(app, 'events', headers, [event('a'), event('b')])
  const client = await database.pool.connect()
  await client.query('BEGIN')
  await client.query("UPDATE event SET count = 9 WHERE id = 'b'")
  await send(app, 'events', headers, event('c')) // a later transaction, committed before
  const { watermark, rows } = await exported(app, EVENTS, headers)
  t.same(rows.map(({ id, count }) => [id, count]), [['a', 1], ['b', 1], ['c', 1]])
  await client.query('COMMIT')
  client.release()
  const later = await exported(app, `${EVENTS}?since=${watermark}`, headers)
  t.match(later.rows.filter(({ id }) => id === 'b'), [{ count: 9 }])
})

t.test('a watermark that says nothing of now is refused', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  const other = await testSource(app, 'leeds/main')
  await send(app, 'events', headers, [event('a'), event('b')])
  const { watermark } = await exported(app, EVENTS, headers)
  const refused = async (text: string, who = headers) => {
    const { statusCode, body } = await app.inject({ url: `${EVENTS}?since=${text}`, headers: who })
    return statusCode === 410 ? JSON.parse(body).code : statusCode
  }
  t.equal(await refused(watermark), 200)
  t.equal(await refused(watermark, other), 'watermark-unknown', 'of another source')
  t.equal(await refused('AAAA'), 'watermark-unknown', 'nobody gave it')
  t.equal(await refused(`${watermark.slice(0, 30)}AAAA${watermark.slice(34)}`), 'watermark-unknown', 'changed')
  t.equal(await refused('not a watermark'), 400)
  await app.inject({
    method: 'POST', url: '/v1/sources/solihull/bartec/erasures', headers: operator, payload: { ids: ['b'], reason: 'Asked' }
  })
  t.equal(await refused(watermark), 'watermark-unknown', 'nobody keeps which events were erased')
  const { watermark: after } = await exported(app, EVENTS, headers)
  t.equal(await refused(after), 200)
  // A restore puts the newest receipt, and what came after it, back to what was before.
  await database.pool.query("UPDATE receipt SET received_at = '2014-01-01T00:00:00Z'")
  t.equal(await refused(after), 'watermark-unknown', 'the database was restored')
})

t.test('a source reads its own alone', async (t) => {
  const { app } = await testApp(t)
  const solihull = await testSource(app)
  const leeds = await testSource(app, 'leeds/main')
  await send(app, 'events', solihull, event('mine'))
  await send(app, 'events', leeds, event('theirs', { authority: 'leeds' }))
  const ids = async (url: string, headers = {}) => {
    const { status, rows } = await exported(app, url, headers)
    return status === 200 ? rows.map(({ id }) => id) : status
  }
  t.same(await ids(EVENTS, solihull), ['mine'])
  t.same(await ids(`${EVENTS}?source=leeds/main`, solihull), 403)
  t.same(await ids(`${EVENTS}?source=leeds/main`, await administratorOf(app, 'leeds')), ['theirs'])
  t.same(await ids(`${EVENTS}?source=leeds/main`, await administratorOf(app, 'solihull')), 403)
  t.same(await ids(`${EVENTS}?source=leeds/main`, operator), ['theirs'])
  t.same(await ids(EVENTS, operator), 400)
  t.same(await ids(EVENTS), 401)
  const sandbox = bearer((await call(app, 'POST', '/v1/sources/solihull/bartec/tokens', operator, { sandbox: true })).body.token)
  t.same(await ids(EVENTS, sandbox), [])
  await send(app, 'events', sandbox, event('tried'))
  t.same(await ids(EVENTS, sandbox), ['tried'])
  t.same(await ids(EVENTS, solihull), ['mine'])
})

t.test('a client that goes away ends the work, and gives its place back', async (t) => {
  const { app, database } = await testApp(t, undefined, { exportLimits: { atOnce: 1, waitMs: 200 } })
  const headers = await testSource(app)
  for (let n = 0; n < 3; n++) {
    await send(app, 'events', headers, Array.from({ length: 10_000 }, (_, i) => event(`${n}-${i}`)))
  }
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}${EVENTS}`
  for (const format of ['ndjson', 'csv', 'csv.gz', 'parquet']) {
    const stop = new AbortController()
    const answer = await fetch(`${url}?format=${format}`, { headers, signal: stop.signal })
    const reader = answer.body!.getReader()
    await reader.read()
    const second = await fetch(url, { headers })
    t.same([second.status, Number(second.headers.get('retry-after')) > 0], [503, true], `${format}: there is one place`)
    stop.abort()
    await reader.read().catch(() => undefined)
    await waitUntil('its place is free', async () => (await fetch(`${url}?after=x`, { headers })).status === 200)
  }
  await waitUntil('all connections are given back', () => database.pool.idleCount === database.pool.totalCount)
})
