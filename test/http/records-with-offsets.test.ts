import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { testApp } from '../support/app.ts'
import { call, get, put } from '../support/builders.ts'
import { configure } from '../support/case.ts'

const URL = '/data/camden-bins/by-channel'
const SET = { authority: 'camden', service: 'report-missed-bin', raw_queries_allowed: true }
const MAPPING = { channel: 'channel', count: 'count' }

t.test('a record with an offset counts on the day that is written in it, a label on its date', async (t) => {
  const { app, database: { pool } } = await testApp(t, '2025-06-10T12:00:00Z')
  const sender = { authorization: 'Bearer secret-of-the-sender', 'content-type': 'application/json' }
  await configure(app, [{ data_group: 'camden-bins', data_type: 'by-channel', bearer_token: 'secret-of-the-sender', ...SET, mapping: MAPPING }])
  const counted = async () => {
    t.same(await findDifferences(pool, 10), [])
    const { data: [{ values }] } = await get(app, '/v1/series?authority=camden&service=report-missed-bin&period=day&start_on=2025-03-30&end_on=2025-04-03')
    return values.map(({ value }: { value: number | null }) => value ?? 0)
  }
  const record = (id: string, at: string, count: number) => ({ _id: id, _timestamp: at, channel: 'web', count })
  const sent = [
    record('1', '2025-04-01T00:00:00+01:00', 11), record('2', '2025-04-01T00:00:00Z', 1), record('3', '2025-04-01T00:00:00+00:00', 2),
    record('4', '2025-03-31T23:30:00Z', 4), record('5', '20250402T233000-0100', 8), record('6', '2025-04-01T00:00:00', 16)
  ]
  t.equal((await call(app, 'POST', URL, sender, sent)).status, 200)
  t.same(await counted(), [0, 4, 30, 8, 0])
  t.equal((await call(app, 'POST', URL, sender, sent)).status, 200)
  t.same(await counted(), [0, 4, 30, 8, 0], 'sent again')

  t.equal((await call(app, 'PATCH', `${URL}/1`, sender, { count: 12 })).status, 200)
  t.same(await counted(), [0, 4, 31, 8, 0], 'a change of something else')
  await put(app, '/v1/data-sets/camden-bins/by-channel', { ...SET, mapping: { ...MAPPING, aliases: { web: 'email' } } })
  t.same(await counted(), [0, 4, 31, 8, 0], 'counted anew')
  t.equal((await call(app, 'PATCH', `${URL}/1`, sender, { _timestamp: '2025-03-31T23:00:00Z' })).status, 200)
  t.same(await counted(), [0, 16, 19, 8, 0], 'a label in its place')
  const { data } = await get(app, `${URL}?filter_by=_id:5`)
  t.match(data, [{ _timestamp: '2025-04-03T00:30:00+00:00' }], 'what is read of it is the instant')
})
