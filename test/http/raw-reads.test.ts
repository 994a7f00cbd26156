import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'
import { waitUntil } from '../support/wait-until.ts'

const SETTINGS = { data_group: 'a', raw_queries_allowed: true, bearer_token: 'secret-of-raw-reads' }
const RECORDS = 20_000

t.test('whoever reads slowly keeps nobody waiting who reads little, and one client never has every download', async (t) => {
  const { app, database } = await testApp(t, undefined, { trustProxy: 1 })
  await configure(app, ['large', 'small', 'heavy'].map((data_type) => ({ ...SETTINGS, data_type })))
  const idOf = async (type: string): Promise<number> =>
    (await database.pool.query('SELECT id FROM data_set WHERE data_type = $1', [type])).rows[0].id
  const fill = async (type: string, count: number, bytes: number): Promise<unknown> =>
    await database.pool.query(
      `INSERT INTO record (data_set_id, at, updated_at, id, body)
      SELECT $1, '2014-01-01'::timestamptz + i * interval '1 minute', now(), 'r' || i,
        jsonb_build_object('place', i, 'text', repeat('x', $3::int))
      FROM generate_series(1, $2::int) AS i`,
      [await idOf(type), count, bytes]
    )
  await fill('large', RECORDS, 2000)
  await fill('small', 1000, 10)
  await fill('heavy', 3, 3 * 1024 * 1024)
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const taken = (): number => database.downloads.totalCount - database.downloads.idleCount
  const stalled = async (client: string): Promise<Socket> => {
    const socket = connect(Number(url.port), '127.0.0.1').pause()
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(`GET /data/a/large HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${client}\r\n\r\n`)
    return socket
  }
  const read = async (path: string, client: string) => {
    const response = await fetch(new URL(path, url), { headers: { 'x-forwarded-for': client } })
    return { status: response.status, body: await response.text() }
  }
  const count = (body: string): number => (JSON.parse(body) as { data: unknown[] }).data.length

  const ofOne = await Promise.all([1, 2, 3].map(async () => await stalled('1.1.1.1')))
  t.teardown(() => ofOne.forEach((socket) => socket.destroy()))
  await waitUntil('two downloads are under way', () => taken() === 2)
  const whole = await read('/data/a/large', '2.2.2.2')
  t.equal(count(whole.body), RECORDS, 'another client has a place')
  await waitUntil('its place is given back', () => taken() === 2)

  const ofTwo = await Promise.all([1, 2].map(async () => await stalled('2.2.2.2')))
  t.teardown(() => ofTwo.forEach((socket) => socket.destroy()))
  await waitUntil('all are taken', () => taken() === 4)
  for (const [path, records] of [
    ['/data/a/large?limit=1', 1],
    ['/data/a/large?limit=1000&sort_by=_timestamp:descending', 1000],
    ['/data/a/large?filter_by=place:7', 1],
    ['/data/a/small', 1000],
    ['/data/a/heavy?limit=1', 1]
  ] as const) {
    const { status, body } = await read(path, '1.1.1.1')
    t.equal(status, 200, path)
    t.equal(count(body), records, path)
  }
  const csv = await read('/data/a/small?format=csv&limit=2', '1.1.1.1')
  t.equal(csv.body.split('\r\n').length, 4, 'a header and two records')
  t.equal(taken(), 4, 'none of them had a download')

  const next = read('/data/a/heavy', '3.3.3.3') // few records, but more than is kept in memory
  await waitUntil('it waits', () => database.pool.waitingCount === 0 && taken() === 4)
  ofOne[0]?.destroy()
  t.equal(count((await next).body), 3, 'until a reader goes away')
})
