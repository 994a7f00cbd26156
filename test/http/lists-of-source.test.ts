import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, bearer, call, event, get, operator, send } from '../support/builders.ts'

const STRANGE = ['13/00858/ABC', 'a/', '/a', 'a//b', 'a?b=c', 'a#b', '100%', '%2F', '../b', 'a+b', "it's;x"]

t.test('ids with slashes and the like are read and voided, in the address and as a query parameter', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  await send(app, 'events', headers, ['a', 'b', ...STRANGE, '..', '.'].map((id) => event(id)))
  for (const id of STRANGE) {
    const url = `/v1/events/${encodeURIComponent(id)}`
    t.match(await get(app, url, headers), { id, voided_at: null }, id)
    t.match(await get(app, `/v1/events?id=${encodeURIComponent(id)}`, headers), { data: [{ id, history: [] }] })
    t.match((await call(app, 'DELETE', url, headers)).body, { id, voided_at: String })
  }
  for (const url of ['/v1/events/13/00858/ABC', '/v1/events/a/', '/v1/events/a//b']) {
    t.match(await get(app, url, headers), { id: url.slice('/v1/events/'.length), voided_at: String }, 'unencoded')
  }
  t.match(await get(app, '/v1/events/a', headers), { voided_at: null }, 'a/ is not a')
  await send(app, 'events', headers, event('x/y/z'))
  t.match((await call(app, 'DELETE', '/v1/events/x/y/z', headers)).body, { id: 'x/y/z', voided_at: String })
  for (const id of ['..', '.']) {
    t.match((await call(app, 'DELETE', `/v1/events?id=${id}`, headers)).body, { id, voided_at: String }, 'no address can say it')
  }
  t.match(await get(app, '/v1/events?id=never', headers), { data: [] })
  t.equal((await call(app, 'GET', '/v1/events/never/sent', headers)).status, 404)
  t.equal((await call(app, 'GET', '/v1/events/a%20b', headers)).status, 400)
  for (const unreadable of ['%E0%A4%A', '%ff', 'a/%']) {
    t.equal((await call(app, 'GET', `/v1/events/${unreadable}`, headers)).status, 400, 'and the service goes on')
  }
  t.equal((await call(app, 'DELETE', '/v1/events', headers)).status, 400, 'never all of them')
  t.equal((await call(app, 'GET', '/v1/events/a/b', operator)).status, 403)
})

t.test('events of a source, a page at a time and by what they are', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', { services: ['report-missed-bin', 'renew-library-item'] })
  const ids = Array.from({ length: 25 }, (_, i) => `e${String(i).padStart(2, '0')}`)
  const { receipt } = await send(app, 'events', headers, ids.map((id, i) =>
    event(id, { occurred_at: `2014-05-${String(1 + i).padStart(2, '0')}T12:00:00+01:00` })))
  clock.now += 3600_000
  const later = await send(app, 'events', headers, event('late', { service: 'renew-library-item' }))
  await call(app, 'DELETE', '/v1/events/e03', headers)

  const found: string[] = []
  for (let url: string | undefined = '/v1/events?limit=10'; url !== undefined;) {
    const { data, links }: any = await get(app, url, headers)
    t.ok(data.length <= 10)
    found.push(...data.map(({ id }: any) => id))
    url = links.next
  }
  t.same(found, [...ids, 'late'])
  const list = async (query: string, as = headers) =>
    (await get(app, `/v1/events?${query}`, as)).data.map(({ id }: any) => id)
  t.same(await list('from=2014-05-02&to=2014-05-04'), ['e01', 'e02', 'e03'])
  t.same(await list('from=2014-05-02&to=2014-05-04&voided=false'), ['e01', 'e02'])
  t.same(await list('voided=true'), ['e03'])
  t.same(await list('service=renew-library-item'), ['late'])
  t.same(await list(`receipt=${later.receipt}`), ['late'])
  t.same((await list(`receipt=${receipt}`)).length, 25)
  t.same(await list('since=2014-06-10T12:30:00Z'), ['late'])
  t.same((await list('until=2014-06-10T12:30:00Z')).length, 25)
  t.same(await list('authority=birmingham'), [])
  const { data: [one], links } = await get(app, '/v1/events?to=2014-05-03&limit=2', headers)
  t.match(one, { id: 'e00', received_at: '2014-06-10T12:00:00.000Z', receipt, local_date: '2014-05-01' })
  t.notOk('history' in one)
  t.same((await get(app, links.next, headers)).data.map(({ id }: any) => id), ['e02'], 'filters go with the cursor')
  for (const wrong of ['since=yesterday', 'from=2014-02-30', 'id=a&voided=true', 'id=%00', 'cursor=%00', 'colour=red', 'limit=0', 'source=x']) {
    t.equal((await call(app, 'GET', `/v1/events?${wrong}`, headers)).status, 400, wrong)
  }
})

t.test('a question looks at so many events and no more, and says where to go on', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app)
  await send(app, 'events', headers, event('a'))
  await database.pool.query(`
    INSERT INTO event SELECT (jsonb_populate_record(event, jsonb_build_object('id', 'm' || lpad(n::text, 6, '0')))).*
    FROM event, generate_series(1, 20001) AS n WHERE id = 'a'`)
  await send(app, 'events', headers, event('z', { occurred_at: '2014-05-28T12:00:00Z' }))
  const { data, links } = await get(app, '/v1/events?from=2014-05-28', headers)
  t.same(data, [])
  t.match((await get(app, links.next, headers)), { data: [{ id: 'z' }] })
})

t.test('receipts of a source, newest first', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app)
  const lenient = { ...headers, prefer: 'handling=lenient' }
  const numbers: string[] = []
  for (let i = 0; i < 7; i++) {
    numbers.unshift((await send(app, 'events', headers, event(`e${i}`))).receipt)
    clock.now += 60_000
  }
  const again = await send(app, 'events', headers, event('e0'))
  const bad = await send(app, 'events', lenient, [event('good'), event('bad', { ward: 'nowhere' })])
  const found: any[] = []
  for (let url: string | undefined = '/v1/receipts?limit=4'; url !== undefined;) {
    const { data, links }: any = await get(app, url, headers)
    found.push(...data)
    url = links.next
  }
  t.same(found.map(({ receipt }) => receipt).slice(2).sort(), [...numbers].sort())
  t.match(found.map(({ received_at: at }) => at), found.map(({ received_at: at }) => at).toSorted().reverse())
  t.match(found.find(({ receipt }) => receipt === bad.receipt), { received: 2, stored: 1, errors_total: 1 })
  const list = async (query: string, as = headers) =>
    (await get(app, `/v1/receipts?${query}`, as)).data.map(({ receipt }: any) => receipt)
  t.same(await list('outcome=rejected'), [bad.receipt])
  t.same(await list('outcome=unchanged'), [again.receipt])
  t.same((await list('outcome=changed')).length, 8)
  const minutes = await list('since=2014-06-10T12:02:00Z&until=2014-06-10T12:04:00Z')
  t.same(minutes.sort(), numbers.slice(3, 5).sort())
  t.equal((await call(app, 'GET', '/v1/receipts?cursor=x', headers)).status, 400)
})

t.test('administrators read what sources of their authorities sent, and others nothing', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const leeds = await testSource(app, 'leeds/bartec')
  const [ours, theirs] = [await administratorOf(app, 'solihull'), await administratorOf(app, 'leeds')]
  const { receipt } = await send(app, 'events', headers, event('a'))
  for (const [path, of] of [['/v1/events', 'id'], ['/v1/receipts', 'receipt']] as const) {
    for (const as of [ours, operator]) {
      const { data } = await get(app, `${path}?source=solihull/bartec`, as)
      t.match(data, [{ [of]: of === 'id' ? 'a' : receipt }])
      t.equal((await call(app, 'GET', path, as)).status, 400, 'whose?')
    }
    t.match(await get(app, `${path}?source=E08000029/bartec`, headers), { data: [{}] })
    t.equal((await call(app, 'GET', `${path}?source=solihull/bartec`, theirs)).status, 403)
    t.equal((await call(app, 'GET', `${path}?source=solihull/bartec`, leeds)).status, 403)
    t.equal((await call(app, 'GET', `${path}?source=solihull/none`, operator)).status, 404)
    t.equal((await call(app, 'GET', path)).status, 401)
    t.equal((await call(app, 'GET', path, bearer('x'))).status, 401)
    t.match(await get(app, path, leeds), { data: [] })
  }
  t.match(await get(app, `/v1/receipts/${receipt}?source=solihull/bartec`, ours), { receipt })
  t.equal((await call(app, 'GET', `/v1/receipts/${receipt}`, leeds)).status, 404)
  t.equal((await call(app, 'GET', `/v1/receipts/${receipt}?source=leeds/bartec`, theirs)).status, 404)
})
