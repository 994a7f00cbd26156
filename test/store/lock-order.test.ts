import t, { type Test } from 'tap'
import type { App } from '../../src/app.ts'
import { anotherProcess, NEVER_MS, testApp, testSource } from '../support/app.ts'
import { bearer, call, event, issueToken, observation, operator, put, send, type Headers } from '../support/builders.ts'
import { INSERT_LIKE, thirdParty, type ThirdParty } from '../support/third-party.ts'
import { waitUntil } from '../support/wait-until.ts'

const skip = process.env['TEST_ON_CLUSTER'] === undefined ? false : 'who waits for a lock is seen on one server alone'

// Nothing is folded here: who folds waits for locks as well, and nobody could tell them apart.
const SERVICES = ['report-missed-bin', 'pay-council-tax', 'renew-library-item']

async function twoProcesses (t: Test) {
  const { app, catalogue, connectionString } = await testApp(t, new Date().toISOString(), { foldEveryMs: NEVER_MS })
  const other = await anotherProcess(t, connectionString, { foldEveryMs: NEVER_MS })
  const headers = await testSource(app, 'solihull/bartec', { services: SERVICES })
  await send(app, 'events', headers, event('pattern'))
  return { app, other, headers, catalogue, connectionString, third: await thirdParty(t, connectionString) }
}

/**
 * Two processes write the same three keys, each in an order of its own, while a third party holds the one in the
 * middle. Both must come to a standstill before they have the last one, and go on without a circle.
 */
async function writeOpposite (
  t: Test,
  third: ThirdParty,
  { hold, writers, isFree }: {
    hold: () => Promise<void>,
    writers: Array<() => Promise<{ status: number, body: unknown }>>,
    isFree: (key: 'a' | 'c') => Promise<boolean>
  }
): Promise<void> {
  await hold()
  const answers = Promise.all(writers.map(async (write) => await write()))
  await third.untilWaiting(writers.length)
  t.notOk(await isFree('a'), 'whoever is ahead has the first key')
  t.ok(await isFree('c'), 'and nobody has the last one')
  await third.letGo()
  for (const { status, body } of await answers) t.equal(status, 200, JSON.stringify(body))
  t.equal(await third.deadlocks(), 0, 'no circle')
}

const post = (app: App, path: 'events' | 'observations', headers: Headers, rows: object[]) => async () =>
  await call(app, 'POST', `/v1/${path}`, headers, rows)

t.test('new events', { skip }, async (t) => {
  const { app, other, headers, third } = await twoProcesses(t)
  const rows = (...ids: string[]): object[] => ids.map((id) => event(id))
  await writeOpposite(t, third, {
    hold: async () => await third.hold(INSERT_LIKE('event', "id = 'pattern'"), ['{"id":"b"}']),
    writers: [
      post(app, 'events', headers, rows('a', 'b', 'c')), post(other, 'events', headers, rows('c', 'b', 'a'))
    ],
    isFree: async (id) => await third.isFree('event', { id }, { id: 'pattern' })
  })
})

t.test('new events beside a revision: the keys first, in order, then the rows that are stored', { skip }, async (t) => {
  const { app, other, headers, third } = await twoProcesses(t)
  await send(app, 'events', headers, [event('0'), event('1')])
  const rows = (revised: string, ...ids: string[]): object[] =>
    [...ids.map((id) => event(id)), event(revised, { revision: 2, count: 2 })]
  await writeOpposite(t, third, {
    hold: async () => await third.hold(INSERT_LIKE('event', "id = 'pattern'"), ['{"id":"b"}']),
    writers: [
      post(app, 'events', headers, rows('0', 'a', 'b', 'c')), post(other, 'events', headers, rows('1', 'c', 'b', 'a'))
    ],
    isFree: async (id) => {
      for (const stored of ['0', '1']) t.ok(await third.isFree('event', { id: stored }), 'not before the keys')
      return await third.isFree('event', { id }, { id: 'pattern' })
    }
  })
})

t.test('batches that are written together', { skip }, async (t) => {
  const { app, other, headers, third, connectionString } = await twoProcesses(t)
  const like = INSERT_LIKE('event', "id = 'pattern'")
  const ahead = await thirdParty(t, connectionString)
  await ahead.hold(like, ['{"id":"0"}'])
  await third.hold(like, ['{"id":"b"}'])
  const answers = [app, other].map((from) => post(from, 'events', headers, [event('0')])())
  await third.untilWaiting(2)
  // They come in while others are on their way, each process' own in another order.
  for (const [from, ids] of [[app, ['c', 'b', 'a']], [other, ['a', 'b', 'c']]] as const) {
    for (const id of ids) answers.push(post(from, 'events', headers, [event(id)])())
    for (let i = 0; i < 3; i++) await call(from, 'GET', '/readyz')
  }
  await ahead.letGo()
  await Promise.race(answers.slice(0, 2)) // the answer of the other waits for its group
  await third.untilWaiting(2)
  t.notOk(await third.isFree('event', { id: 'a' }, { id: 'pattern' }), 'whoever is ahead has the first key')
  t.ok(await third.isFree('event', { id: 'c' }, { id: 'pattern' }), 'and nobody has the last one')
  await third.letGo()
  for (const { status } of await Promise.all(answers)) t.equal(status, 200)
  const { body } = await call(app, 'POST', '/v1/events', headers, [event('a'), event('b'), event('c')])
  t.match(body, { duplicates: 3 }, 'all are stored')
  t.equal(await third.deadlocks(), 0, 'no circle')
})

for (const { what, change } of [
  { what: 'revisions', change: { revision: 2, count: 2 } },
  { what: 'revisions beside others of the same service', change: { revision: 2, service: 'pay-council-tax' } }
]) {
  t.test(what, { skip }, async (t) => {
    const { app, other, headers, third } = await twoProcesses(t)
    await send(app, 'events', headers, ['a', 'b', 'c'].map((id) => event(id)))
    const rows = (...ids: string[]): object[] => ids.map((id) => event(id, change))
    await writeOpposite(t, third, {
      hold: async () => await third.hold("SELECT FROM event WHERE id = 'b' FOR UPDATE"),
      writers: [
        post(app, 'events', headers, rows('a', 'b', 'c')), post(other, 'events', headers, rows('c', 'b', 'a'))
      ],
      isFree: async (id) => await third.isFree('event', { id })
    })
  })
}

t.test('voids: the row first, then the series', { skip }, async (t) => {
  const { app, other, headers, connectionString, third } = await twoProcesses(t)
  // In one process what a source sends waits for itself.
  const idle = await anotherProcess(t, connectionString, { foldEveryMs: NEVER_MS })
  await send(app, 'events', headers, ['a', 'b', 'c'].map((id) => event(id)))
  await third.hold("SELECT FROM event WHERE id = 'b' FOR UPDATE")
  const remove = async (from: App, id: string): Promise<number> =>
    (await call(from, 'DELETE', `/v1/events/${id}`, headers)).status
  const waits = [remove(app, 'b'), call(other, 'POST', '/v1/events', headers, [event('b', { revision: 2, count: 4 })])]
  await third.untilWaiting(2)
  t.equal(await remove(idle, 'a'), 200, 'who waits for a row holds up no other of its series')
  t.equal(await remove(idle, 'c'), 200)
  await third.letGo()
  await Promise.all(waits)
  t.equal(await third.deadlocks(), 0)
})

t.test('series: in one order, whatever the order of the rows', { skip }, async (t) => {
  const { app, catalogue: { directory }, connectionString } = await testApp(t, new Date().toISOString(), {
    foldEveryMs: NEVER_MS
  })
  const headers = await testSource(app, 'solihull/bartec', { services: SERVICES })
  // In one process what a source sends waits without a connection.
  const [second, fourth, fifth] = [
    await anotherProcess(t, connectionString, { foldEveryMs: NEVER_MS }),
    await anotherProcess(t, connectionString, { foldEveryMs: NEVER_MS }),
    await anotherProcess(t, connectionString, { foldEveryMs: NEVER_MS })
  ]
  const third = await thirdParty(t, connectionString)
  const inOrder = directory.services.filter(({ slug }) => SERVICES.includes(slug)).sort((a, b) => a.id - b.id)
    .map(({ slug }) => slug)
  // Ids in the opposite order, so that sorted rows are not sorted series.
  const idOf = (n: number, id: string): string => `${9 - n}${id}`
  const of = (n: number, id: string, more: object = {}): object =>
    event(idOf(n, id), { service: inOrder[n], ...more })
  await send(app, 'events', headers, [0, 1, 2].flatMap((n) => ['v', 'w', 'x'].map((id) => of(n, id))))
  const revised = { revision: 2, count: 2 }

  // One that has the series in the middle waits to write its receipt: somebody has used its idempotency key.
  await third.hold(INSERT_LIKE('receipt', 'idempotency_key IS NULL'), ['{"id":99999999,"idempotency_key":"k"}'])
  const holds = call(app, 'POST', '/v1/events', { ...headers, 'idempotency-key': 'k' }, [of(1, 'v', revised)])
  await third.untilWaiting(1)
  const waits = call(second, 'POST', '/v1/events', headers, [2, 1, 0].map((n) => of(n, 'w', revised)))
  await third.untilWaiting(2)
  const last = call(fourth, 'DELETE', `/v1/events/${idOf(2, 'x')}`, headers)
  const lastIs = await Promise.race([last.then(() => 'free'), third.untilWaiting(3).then(() => 'taken')])
  t.equal(lastIs, 'free', 'who waits for the series in the middle does not have the last one')
  const first = call(fifth, 'DELETE', `/v1/events/${idOf(0, 'x')}`, headers)
  await third.untilWaiting(3)
  t.pass('but has the first one')
  await third.letGo()
  t.same((await Promise.all([holds, waits, last, first])).map(({ status }) => status), [200, 200, 200, 200])
  t.equal(await third.deadlocks(), 0)
})

const WEEKS = { a: '2014-05-12', b: '2014-05-19', c: '2014-05-26' }
const figures = (value: number, ...weeks: Array<keyof typeof WEEKS>): object[] =>
  weeks.map((week) => observation({ start_on: WEEKS[week], value }))

t.test('observations that replace others', { skip }, async (t) => {
  const { app, other, headers, third } = await twoProcesses(t)
  await send(app, 'observations', headers, figures(1, 'a', 'b', 'c'))
  await writeOpposite(t, third, {
    hold: async () => await third.hold('SELECT FROM observation WHERE start_on = $1 FOR UPDATE', [WEEKS.b]),
    writers: [
      post(app, 'observations', headers, figures(2, 'a', 'b', 'c')),
      post(other, 'observations', headers, figures(3, 'c', 'b', 'a'))
    ],
    isFree: async (week) => await third.isFree('observation', { start_on: WEEKS[week] })
  })
})

t.test('new observations', { skip }, async (t) => {
  const { app, other, headers, third } = await twoProcesses(t)
  const like = { start_on: '2014-01-06' }
  await send(app, 'observations', headers, observation(like))
  const key = (week: keyof typeof WEEKS): object => ({ start_on: WEEKS[week], end_on: WEEKS[week] })
  await writeOpposite(t, third, {
    hold: async () => await third.hold(
      INSERT_LIKE('observation', `start_on = '${like.start_on}'`), [JSON.stringify(key('b'))]
    ),
    writers: [
      post(app, 'observations', headers, figures(2, 'a', 'b', 'c')),
      post(other, 'observations', headers, figures(3, 'c', 'b', 'a'))
    ],
    isFree: async (week) => await third.isFree('observation', key(week), like)
  })
})

t.test('figures that one withdraws while another replaces them: tried again, both are answered', { skip }, async (t) => {
  const { app, other, headers, third, catalogue } = await twoProcesses(t)
  const [first = '', second = '', next = '', last = ''] = catalogue.directory.channels.map(({ slug }) => slug)
  const lastId = catalogue.directory.channels[3]?.id
  const by = (value: number) => (channel: string): object => observation({ measure: 'transactions', channel, value })
  await send(app, 'observations', headers, [first, second, next, last].map(by(1)))
  await third.hold('SELECT FROM observation WHERE channel_id = $1 FOR UPDATE', [lastId])
  const replaces = call(app, 'PUT', '/v1/observations/solihull/report-missed-bin/transactions', headers, {
    period: 'week', start_on: '2014-05-26', figures: [first, next, last].map((channel) => ({ channel, value: 2 }))
  })
  await third.untilWaiting(1)
  const corrects = post(other, 'observations', headers, [second, next].map(by(3)))()
  await third.untilWaiting(2)
  await third.letGo() // what is withdrawn is known last, so that here a circle cannot be helped
  t.match([await replaces, await corrects], [{ status: 200 }, { status: 200 }])
})

t.test('records of a data set', { skip }, async (t) => {
  const { app, other, third } = await twoProcesses(t)
  await put(app, '/v1/data-sets/a/sums', {})
  const headers = {
    ...bearer((await issueToken(app, 'data-sets/a/sums', { token: 'secret-of-a-sender' })).token),
    'content-type': 'application/json'
  }
  const write = (from: App, method: 'POST' | 'PUT', ids: string[], total: number) => async () =>
    await call(from, method, '/data/a/sums', headers, JSON.stringify(ids.map((_id) => ({ _id, total }))))
  t.equal((await write(app, 'POST', ['a', 'b', 'c'], 1)()).status, 200)
  await waitUntil('the other knows the token', async () => (await write(other, 'POST', ['z'], 1)()).status === 200)
  await writeOpposite(t, third, {
    hold: async () => await third.hold("SELECT FROM record WHERE id = 'b' FOR UPDATE"),
    writers: [write(app, 'POST', ['c', 'b', 'a'], 2), write(other, 'POST', ['a', 'b', 'c'], 3)],
    isFree: async (id) => await third.isFree('record', { id })
  })
})

t.test('wards', { skip }, async (t) => {
  const { app, other, third } = await twoProcesses(t)
  // Named anew each time: a ward that is as it was is not written.
  const wards = (named: string, ...codes: string[]): object[] =>
    codes.map((code) => ({ code: `E0509999${code}`, name: `${named} ${code}` }))
  const codes = { a: 'E05099991', c: 'E05099993' }
  await put(app, '/v1/authorities/solihull/areas', wards('Ward', '1', '2', '3'))
  const write = (from: App, ...order: string[]) => async () =>
    await call(from, 'PUT', '/v1/authorities/solihull/areas', operator, wards(order.join(), ...order))
  await writeOpposite(t, third, {
    hold: async () => await third.hold("SELECT FROM area WHERE code = 'E05099992' FOR UPDATE"),
    writers: [write(app, '1', '2', '3'), write(other, '3', '2', '1')],
    isFree: async (key) => await third.isFree('area', { code: codes[key] })
  })
})

t.test('states of series: in one order, whatever the order of the rows', { skip }, async (t) => {
  const { app, other, headers, catalogue, third } = await twoProcesses(t)
  const [a, b, c] = catalogue.directory.services.filter(({ slug }) => SERVICES.includes(slug))
    .sort((one, another) => one.id - another.id)
  if (a === undefined || b === undefined || c === undefined) throw new Error('three services')
  const costs = (month: string, ...services: Array<{ slug: string }>): object[] => services.map(({ slug }) =>
    observation({ service: slug, measure: 'total_cost_pence', period: 'month', start_on: month }))
  await send(app, 'observations', headers, costs('2014-03-01', a, b, c))
  const state = ({ id }: { id: number }): object => ({ service_id: id, type: 0 })
  await writeOpposite(t, third, {
    hold: async () => await third.hold('SELECT FROM series_state WHERE service_id = $1 AND type = 0 FOR UPDATE', [b.id]),
    writers: [
      post(app, 'observations', headers, costs('2014-04-01', a, b, c)),
      post(other, 'observations', headers, costs('2014-05-01', c, b, a))
    ],
    isFree: async (key) => await third.isFree('series_state', state({ a, c }[key]))
  })
})
