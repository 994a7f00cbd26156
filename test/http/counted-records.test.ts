import t from 'tap'
import { findDifferences } from '../../src/rollups/verify.ts'
import { NEVER_MS, testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { configure } from '../support/case.ts'

const sender = { authorization: 'Bearer secret-of-the-sender', 'content-type': 'application/json' }
const URL = '/data/solihull-bins/by-channel'
const SERVICE = { authority: 'solihull', service: 'report-missed-bin' }
const MAPPING = {
  channel: 'how',
  count: 'count',
  ward: 'ward',
  aliases: { Phone: 'telephone-agent', Digital: 'web', constructor: 'paper' }
}

t.test('records of a mapped data set count in the typed series', async (t) => {
  const { app, database: { pool } } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const set = { data_group: 'solihull-bins', data_type: 'by-channel', raw_queries_allowed: true }
  await configure(app, [{ ...set, ...SERVICE, mapping: MAPPING, bearer_token: 'secret-of-the-sender' }])

  const send = async (
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: unknown,
    headers: Record<string, string> = sender
  ) =>
    await app.inject({
      method,
      url,
      headers: payload === undefined ? { authorization: headers['authorization'] ?? '' } : headers,
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) })
    })
  const put = async (settings: object) =>
    await app.inject({
      method: 'PUT',
      url: '/v1/data-sets/solihull-bins/by-channel',
      headers: operator,
      payload: { raw_queries_allowed: true, ...settings }
    })
  const series = async () => {
    const answer = await app.inject('/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-06-01&end_on=2014-06-04&group_by=channel')
    const { data } = answer.json<
      { data: Array<{ group: { channel: string }, values: Array<{ start_on: string, value: number | null }> }> }
    >()
    return Object
      .fromEntries(data.flatMap(({ group, values }) =>
        values.filter(({ value }) => value !== null && value !== 0).map((
          { start_on: day, value }
        ) => [`${group.channel} ${day.slice(-2)}`, value])
      ))
  }
  const holds = async (wanted: Record<string, number>, name: string) => {
    t.strictSame(await series(), wanted, name)
    t.strictSame(await findDifferences(pool, 10), [], `${name}: rollups verified`)
  }
  const record = (id: string, day: number, how: string | null, count: unknown, rest: object = {}) => ({
    _id: id,
    _timestamp: `2014-06-0${day}T00:00:00+00:00`,
    how,
    count,
    ...rest
  })
  const ok = async (answer: Promise<{ statusCode: number, body: string }>, status = 200) => {
    const { statusCode, body } = await answer
    t.equal(statusCode, status, body)
    return body
  }

  await ok(send('POST', URL, [
    record('a', 1, 'Phone', 5),
    record('b', 1, 'Digital', 7, { ward: 'E05001286' }),
    record('é', 2, 'web', 2),
    record('c', 2, null, 1),
    record('d', 3, 'Phone', null)
  ]))
  const first = { 'telephone-agent 01': 5, 'web 01': 7, 'web 02': 2, 'unknown 02': 1 }
  await holds(first, 'new records; one whose count is null counts nothing')
  await ok(send('POST', URL, [record('a', 1, 'Phone', 5), record('b', 1, 'Digital', 7, { ward: 'E05001286' })]))
  await holds(first, 'the same again')
  t.equal((await pool.query('SELECT 1 FROM event_history')).rowCount, 0, 'what says the same makes no history')
  await ok(send('POST', URL, [record('a', 1, 'Phone', 6), {
    ...record('f', 4, 'constructor', 3), _timestamp: '2014-06-04T23:30:00Z'
  }]))
  await holds({ ...first, 'telephone-agent 01': 6, 'paper 04': 3 }, 'one changed, one new, whose UTC date is its day')

  for (
    const [bad, told] of [
      [{ how: 'Pigeon' }, 'Pigeon'],
      [{ ward: 'E09999999' }, 'E09999999'],
      [{ count: 1.5 }, 'count'],
      [{ count: 'many' }, 'count'],
      [{ _timestamp: undefined }, '_timestamp']
    ] as const
  ) {
    const body = await ok(
      send('POST', URL, [record('x', 1, 'Phone', 1), { ...record('y', 1, 'Phone', 1), ...bad }]), 400
    )
    t.match(body, /Row 1: /)
    t.ok(body.includes(told), body)
  }
  t.equal(
    (await app.inject(`${URL}?filter_by=_id:x`)).json<{ data: unknown[] }>().data.length,
    0,
    'nothing of a refused batch is stored'
  )
  await holds({ ...first, 'telephone-agent 01': 6, 'paper 04': 3 }, 'after refused batches')

  await ok(send('PATCH', `${URL}/a`, { how: 'Digital' }))
  await ok(send('PATCH', `${URL}/f`, { count: null }))
  await holds({ 'web 01': 13, 'web 02': 2, 'unknown 02': 1 }, 'changed')
  await ok(send('DELETE', `${URL}/b`))
  await holds({ 'web 01': 6, 'web 02': 2, 'unknown 02': 1 }, 'deleted')
  await ok(send('POST', URL, [record('b', 3, 'Digital', 9)]))
  await holds({ 'web 01': 6, 'web 02': 2, 'unknown 02': 1, 'web 03': 9 }, 'made again')
  await ok(send('PUT', URL, [record('b', 3, 'Digital', 9), record('z', 4, 'Phone', 4)]))
  await holds({ 'web 03': 9, 'telephone-agent 04': 4 }, 'replaced')
  await ok(send('PUT', URL, []))
  await holds({}, 'emptied')
  await ok(send('POST', URL, [record('a', 1, 'Phone', 5), record('b', 1, 'Digital', 7)]))

  await ok(put({ ...SERVICE, mapping: { ...MAPPING, aliases: { Phone: 'telephone-automated', Digital: 'web' } } }))
  await holds({ 'telephone-automated 01': 5, 'web 01': 7 }, 'mapped otherwise')
  t.match(await ok(put({ ...SERVICE, mapping: { channel: 'how', count: 'count' } }), 400), /record a cannot be counted/)
  await holds({ 'telephone-automated 01': 5, 'web 01': 7 }, 'a mapping that the records do not fit is refused')
  await ok(put({}))
  await holds({}, 'no longer mapped')
  await ok(put({ ...SERVICE, mapping: MAPPING }))
  await holds({ 'telephone-agent 01': 5, 'web 01': 7 }, 'mapped again')

  const together = Array.from(
    { length: 12 },
    async (_, i) =>
      await ok(send('POST', URL, [
        record('a', 1, 'Phone', i), record('b', 1, 'Digital', i), record('c', 1, 'paper', 1)
      ]))
  )
  await Promise.all([...together, ok(send('PUT', URL, [record('q', 2, 'Phone', 1)]))])
  const left = await app.inject(`${URL}?period=day&start_at=2014-06-01T00:00:00Z&end_at=2014-06-05T00:00:00Z&group_by=how&collect=count:sum`)
  const names: Record<string, string> = { Phone: 'telephone-agent', Digital: 'web' }
  await holds(
    Object
      .fromEntries(left.json<
        { data: Array<{ how: string, values: Array<{ _start_at: string, 'count:sum': number | null }> }> }
      >().data.flatMap(({ how, values }) =>
        values
          .filter((one) => (one['count:sum'] ?? 0) > 0).map((
            one
          ) => [`${names[how] ?? how} ${one._start_at.slice(8, 10)}`, one['count:sum'] ?? 0])
      )),
    'many writers at once'
  )
  await ok(send('DELETE', '/v1/data-sets/solihull-bins/by-channel', undefined, operator), 204)
  await holds({}, 'removed')
  for (const table of ['record', 'record_rollup', 'data_set_version']) {
    t.equal((await pool.query(`SELECT 1 FROM ${table}`)).rowCount, 0, `nothing is left in ${table}`)
  }
})

t.test('records and what they count are kept together, or neither', async (t) => {
  const { app, database: { pool } } = await testApp(t, '2014-06-10T12:00:00Z', { foldEveryMs: NEVER_MS })
  const set = { data_group: 'solihull-bins', data_type: 'by-channel', raw_queries_allowed: true, dimensions: ['how'] }
  await configure(app, [{ ...set, ...SERVICE, mapping: MAPPING, bearer_token: 'secret-of-the-sender' }])
  const send = async (...ids: string[]) =>
    await app.inject({
      method: 'POST',
      url: URL,
      headers: sender,
      payload: ids.map((id) => ({ _id: id, _timestamp: '2014-06-01T00:00:00+00:00', how: 'Phone', count: 1 }))
    })
  const stored = async () => {
    const counts = await Promise.all(
      ['record', 'record_rollup', 'event', 'rollup_pending', 'receipt'].map(async (table) =>
        (await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)
    )
    const { rows: [version] } = await pool.query<{ version: number }>('SELECT version FROM data_set_version')
    return [...counts, version?.version]
  }
  t.equal((await send('a')).statusCode, 200)
  const before = await stored()
  t.strictSame(before.slice(0, 3), [1, 2, 1], 'a record, its sums, its event')

  // The receipt is the last that is written.
  await pool.query('ALTER TABLE receipt ADD CONSTRAINT of_fewer CHECK (received < 2)')
  t.equal((await send('a', 'b')).statusCode, 500)
  t.strictSame(await stored(), before, 'nothing of what failed at its end')
  await pool.query('ALTER TABLE receipt DROP CONSTRAINT of_fewer')
  t.equal((await send('a', 'b')).statusCode, 200)
  t.strictSame((await stored()).slice(0, 3), [2, 2, 2])
  t.strictSame(await findDifferences(pool, 10), [])
})
