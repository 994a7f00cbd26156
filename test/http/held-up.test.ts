import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, send, type Headers } from '../support/builders.ts'
import { configure } from '../support/case.ts'
import { onServer } from '../support/postgres.ts'
import { waitUntil } from '../support/wait-until.ts'

const JSON_BODY = { 'content-type': 'application/json' }
const figure = (more: object = {}) => ({
  authority: 'solihull',
  service: 'report-missed-bin',
  measure: 'collections_made',
  period: 'week',
  start_on: '2014-05-26',
  value: 7,
  ...more
})
const LOCKED = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

t.test('whoever waits for a lock of one data set or council holds up nobody else', async (t) => {
  const { app, database, connectionString } = await testApp(t)
  const [own, other] = [await testSource(app), await testSource(app, 'birmingham/bartec')]
  const secret = 'secret-of-held-up'
  await configure(app, [
    { data_group: 'a', data_type: 'one', bearer_token: secret, raw_queries_allowed: true },
    { data_group: 'a', data_type: 'two', bearer_token: secret, raw_queries_allowed: true }
  ])
  const post = async (type: string, ids: string[]) => await app.inject({
    method: 'POST',
    url: `/data/a/${type}`,
    headers: { ...JSON_BODY, authorization: `Bearer ${secret}` },
    payload: JSON.stringify(ids.map((_id) => ({ _id })))
  })
  await onServer(connectionString, async (holder) => {
    await holder.query('BEGIN')
    await holder.query("SELECT pg_advisory_xact_lock(hashtext('data_set'), id) FROM data_set WHERE data_type = 'one'")
    const writers = database.writers.options.max
    const held = Array.from({ length: 3 * writers }, async (_, i) => await post('one', [`r-${i}`]))
    await waitUntil('all but the first wait for their turn', () => app.intake.waiting === held.length - 1)
    await waitUntil('that one waits for the lock', async () => (await database.pool.query(LOCKED)).rowCount === 1)
    await send(app, 'events', own, event('e-1'))
    await send(app, 'events', own, event('e-1'))
    await send(app, 'events', other, Array.from({ length: 300 }, (_, i) => event(`b-${i}`, { authority: 'birmingham' })))
    await send(app, 'observations', own, figure())
    t.equal((await post('two', ['r'])).statusCode, 200)
    t.equal((await database.pool.query(LOCKED)).rowCount, 1, 'as before')
    await holder.query('COMMIT')
    for (const one of held) t.equal((await one).statusCode, 200)

    await holder.query('BEGIN')
    await holder.query(`SELECT pg_advisory_xact_lock(authority_id, service_id) FROM (
      SELECT DISTINCT authority_id::int, service_id::int FROM observation) AS place`)
    const figures = Array.from({ length: 3 * writers }, async (_, i) =>
      await send(app, 'observations', own, figure({ value: i, revision: i + 2 })))
    await waitUntil('all but the first wait for their turn', () => app.intake.waiting === figures.length - 1)
    await waitUntil('that one waits for the lock', async () => (await database.pool.query(LOCKED)).rowCount === 1)
    await send(app, 'observations', other, figure({ authority: 'birmingham' }))
    await send(app, 'events', own, event('e-2'))
    t.equal((await database.pool.query(LOCKED)).rowCount, 1, 'as before')
    await holder.query('COMMIT')
    await Promise.allSettled(figures)
  })
  t.match((await app.inject('/data/a/one')).json().data, { length: 3 * database.writers.options.max })
})

/** A request whose body never comes. */
async function openBody (url: string, headers: Headers, length: number): Promise<Socket & { said: string }> {
  const { hostname, port } = new URL(url)
  const socket = Object.assign(connect(Number(port), hostname), { said: '' })
  socket.setEncoding('latin1').on('data', (text: string) => { socket.said += text }).on('error', () => undefined)
  await once(socket, 'connect')
  const lines = Object.entries({ ...headers, ...JSON_BODY, 'content-length': String(length) })
    .map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`POST /v1/events HTTP/1.1\r\nhost: x\r\n${lines}\r\n[`)
  return socket
}

t.test('large bodies are let in by turns, and what they took comes back', async (t) => {
  const { app } = await testApp(t)
  const [own, other] = [await testSource(app), await testSource(app, 'birmingham/bartec')]
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const MIB = 1024 * 1024
  const sockets: Array<Socket & { said: string }> = []
  for (let i = 0; i < 40; i++) sockets.push(await openBody(url, own, 8 * MIB))
  await waitUntil('the rest is refused', () => sockets.filter(({ said }) => said !== '').length === 40 - 2 - 32)
  t.equal(app.admission.bytes, 16 * MIB, 'one source has its share in hand')
  t.equal(app.admission.waiting, 32)
  const refused = sockets.find(({ said }) => said !== '')?.said ?? ''
  t.match(refused, /^HTTP\/1.1 503 [^]*retry-after: \d+[^]*"code":"unavailable"/i)

  t.equal(await sendTo(url, own, [event('e-1')]), 200, 'a short body of the same source does not wait')
  const large = Array.from({ length: 1000 }, (_, i) => event(`b-${i}`, { authority: 'birmingham' }))
  t.ok(JSON.stringify(large).length > 64 * 1024)
  t.equal(await sendTo(url, other, large), 200, 'nor does a large one of another')

  for (const socket of sockets) socket.destroy()
  await waitUntil('all is given back', () => app.admission.bytes === 0 && app.admission.waiting === 0)
  t.equal(await sendTo(url, own, large.map((one) => ({ ...one, authority: 'solihull' }))), 200)
  t.equal(app.admission.bytes, 0)
})

async function sendTo (url: string, headers: Headers, rows: object[]): Promise<number> {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST', headers: { ...headers, ...JSON_BODY }, body: JSON.stringify(rows)
  })
  await answer.text()
  return answer.status
}

t.test('what somebody sent who hung up counts until it is dealt with', async (t) => {
  const { app, database, connectionString } = await testApp(t)
  const headers = await testSource(app)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const rows = Array.from({ length: 1000 }, (_, i) => event(`e-${i}`))
  await onServer(connectionString, async (holder) => {
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE event')
    const gone = new AbortController()
    const sent = fetch(`${url}/v1/events`, {
      method: 'POST', headers: { ...headers, ...JSON_BODY }, body: JSON.stringify(rows), signal: gone.signal
    })
    await waitUntil('it is stored', async () => (await database.pool.query(LOCKED)).rowCount === 1)
    gone.abort()
    await t.rejects(sent)
    const connections = async (): Promise<number> =>
      await new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)))
    await waitUntil('the connection is gone', async () => await connections() === 0)
    t.ok(app.admission.bytes > 64 * 1024)
    await holder.query('COMMIT')
  })
  await waitUntil('it is given back', () => app.admission.bytes === 0)
  t.equal((await database.pool.query('SELECT FROM event')).rowCount, 1000)
})
