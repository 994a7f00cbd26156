import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp, testSource } from '../support/app.ts'

t.test('a sender that is not sure what arrived: each event counts once, whatever comes with it', async (t) => {
  const { app, database: { pool } } = await testApp(t)
  const headers = await testSource(app)
  const event = (n: number) => ({
    id: `e${String(n).padStart(4, '0')}`,
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: '2014-05-27T08:31:00+01:00',
    count: 2
  })
  const from = (start: number, length: number) => Array.from({ length }, (_, i) => event(start + i))
  const send = async (payload: object[], more: Record<string, string> = {}) =>
    (await app.inject({ method: 'POST', url: '/v1/events', headers: { ...headers, ...more }, payload })).json()
  const total = async () =>
    (await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27'))
      .json().data[0].values[0].value

  t.match(await send(from(0, 10)), { stored: 10, duplicates: 0 })
  t.match(await send(from(0, 10)), { stored: 0, duplicates: 10 })
  t.match(await send(from(5, 10).reverse()), { received: 10, stored: 5, duplicates: 5, rejected: 0 })
  t.match(await send([...from(14, 2), { ...event(0), count: 3, revision: 2 }]), {
    stored: 1, duplicates: 1, revised: 1
  })
  t.match(await send([event(15), { ...event(1), count: 9 }, event(16)]), { code: 'conflict', errors: [{ index: 1 }] })
  t.equal(
    (await app.inject({ url: '/v1/events/e0016', headers })).statusCode, 404, 'nothing of a refused batch is stored'
  )
  t.match(await send([event(15), { ...event(1), count: 9 }, event(16)], { prefer: 'handling=lenient' }), {
    stored: 1, duplicates: 1, rejected: 1
  })
  t.match(await send([event(16), event(17), { ...event(17), count: 5, revision: 2 }]), {
    stored: 1, duplicates: 1, revised: 1
  }, 'one batch may revise what it brings')
  t.match(await send([event(17), event(18)], { 'idempotency-key': 'k' }), { stored: 1, duplicates: 1 })
  t.match(
    await send([event(17), event(18)], { 'idempotency-key': 'k' }),
    { stored: 1, duplicates: 1 },
    'the first receipt again'
  )
  t.match(await send([event(18), { ...event(19), service: 'nonsense' }]), { code: 'rows-rejected' })
  t.match(await send([event(18), { ...event(19), service: 'nonsense' }], { prefer: 'handling=lenient' }), {
    stored: 0, duplicates: 1, rejected: 1, errors_total: 1
  })
  t.equal(await total(), 19 * 2 + 1 + 3)

  const receipts = await Promise.all(Array.from({ length: 12 }, async (_, i) => await send(from(100 + i % 4 * 5, 20))))
  t.equal(receipts.reduce((sum, { stored }) => sum + Number(stored), 0), 35)
  t.equal(receipts.reduce((sum, { stored, duplicates }) => sum + Number(stored) + Number(duplicates), 0), 12 * 20)
  t.equal(await total(), 19 * 2 + 1 + 3 + 35 * 2)
  t.same(await findDifferences(pool, 10), [])
})

t.test('a large body sent again: its rows are duplicates for its own source alone, while the source may send them', async (t) => {
  const { app } = await testApp(t)
  const services = ['report-missed-bin']
  const [bartec, whitespace] = [
    await testSource(app, 'solihull/bartec', { services }), await testSource(app, 'solihull/whitespace', { services })
  ]
  const events = Array.from(
    { length: 300 },
    (_, n) => ({
      id: `e${n}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: '2014-05-27T08:31:00+01:00'
    })
  )
  const send = async (headers: Record<string, string>, type = 'application/json') =>
    (await app.inject({
      method: 'POST', url: '/v1/events', headers: { ...headers, 'content-type': type }, payload: JSON.stringify(events)
    })).json()

  t.match(await send(bartec), { received: 300, stored: 300 })
  const again = await send(bartec)
  t.match(again, { received: 300, stored: 0, duplicates: 300, rejected: 0, errors: [] })
  t.match((await app.inject({ url: `/v1/receipts/${again.receipt}`, headers: bartec })).json(), {
    received: 300, duplicates: 300
  })
  t.match(await send(whitespace), { stored: 300 }, 'another source has sent nothing yet')
  t.match(await send(bartec, 'application/x-ndjson'), { code: 'rows-rejected' }, 'an array is no line of NDJSON')
  await testSource(app, 'solihull/bartec', { services: ['renew-library-item'] })
  t.match(await send(bartec), { code: 'rows-rejected' }, 'the source may not send that any more')
})
