import t from 'tap'
import fc from '../support/properties.ts'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const CONFIGURATION = { data_group: 'a', raw_queries_allowed: true, bearer_token: 'secret-of-both' }
const headers = { authorization: 'Bearer secret-of-both', 'content-type': 'application/json' }

const record = fc.record({
  _id: fc.integer({ min: 0, max: 30 }).map(String),
  _timestamp: fc.integer({ min: 0, max: 80 * 24 }).map((hour) =>
    new Date(Date.UTC(2014, 3, 1) + hour * 3_600_000).toISOString()
  ),
  channel: fc.constantFrom('Phone', 'Digital', 1, true, null),
  ward: fc.constantFrom('Olton', 'Knowle', 'Blythe'),
  count: fc.oneof(fc.integer({ min: -5, max: 500 }), fc.boolean(), fc.constant(2.5)),
  minutes: fc.oneof({ weight: 20, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constantFrom('x', null) })
}, { requiredKeys: ['_id'] })

const write = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(record, { maxLength: 12 }).map((payload) => ({ method: 'POST' as const, path: '', payload }))
  },
  fc.array(record, { maxLength: 6 }).map((payload) => ({ method: 'PUT' as const, path: '', payload })),
  fc.tuple(fc.integer({ min: 0, max: 30 }), record).map(([id, { _id, ...payload }]) => ({
    method: 'PATCH' as const,
    path: `/${id}`,
    payload
  })),
  fc.integer({ min: 0, max: 30 }).map((id) => ({ method: 'DELETE' as const, path: `/${id}`, payload: undefined }))
)

const QUERIES = [
  'group_by=channel',
  'group_by=channel&group_by=ward&collect=count:sum',
  'group_by=ward&collect=channel:set&collect=channel:count',
  'period=week&group_by=channel&duration=10&collect=count:sum&collect=count:mean&collect=count:count',
  'period=day&duration=30&collect=count:sum',
  'period=month&start_at=2014-04-01T00:00:00Z&end_at=2014-07-01T00:00:00Z&collect=ward:set&collect=count:mean&filter_by=channel:Phone',
  'period=week&group_by=ward&duration=4&flatten=true&collect=minutes:sum',
  'group_by=ward&filter_by=channel:true&collect=minutes:count',
  'group_by=ward&collect=minutes:mean&filter_by_prefix=ward:O',
  'group_by=channel&start_at=2014-04-03T00:00:00Z&end_at=2014-05-01T00:00:00Z'
]

t.test('sums kept by declared dimensions', async (t) => {
  const { app, database } = await testApp(t, '2014-06-25T12:00:00Z')
  const sums = { dimensions: ['channel', 'ward'], measures: ['count', 'minutes'] }
  await configure(app, [{ ...CONFIGURATION, data_type: 'plain' }, { ...CONFIGURATION, data_type: 'summed', ...sums }])
  const get = async (type: string, query: string) => {
    const { statusCode, body } = await app.inject(`/data/a/${type}?${query}`)
    return { statusCode, body: statusCode === 200 ? body : '' }
  }
  const both = async (what: { method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload: unknown }) => {
    const codes = []
    for (const type of ['plain', 'summed']) {
      codes
        .push((await app.inject({
          method: what.method,
          url: `/data/a/${type}${what.path}`,
          headers,
          ...(what.payload === undefined ? {} : { payload: JSON.stringify(what.payload) })
        })).statusCode)
    }
    return codes
  }

  t.test('answer as the records do, after any writes', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 6 }), async (writes) => {
        for (const one of writes) {
          const [a, b] = await both(one)
          if (a !== b) throw new Error(`${a} and ${b}`)
        }
        for (const query of QUERIES) {
          const [a, b] = await Promise.all([get('plain', query), get('summed', query)])
          if (
            JSON.stringify(a) !== JSON.stringify(b) && !t.same(numbers(b.body), numbers(a.body), query)
          ) throw new Error(`${query}\n${a.body}\n${b.body}`)
        }
      }),
      { numRuns: 40, endOnFailure: true }
    )
  })

  t.test('are what is read where they cover the query, and are summed anew when the declaration changes', async (t) => {
    await both({
      method: 'PUT', path: '', payload: [{ _id: 'x', _timestamp: '2014-05-01T00:00:00Z', channel: 'Phone', count: 3 }]
    })
    await database.pool.query("UPDATE record SET body = jsonb_set(body, '{count}', '4')")
    const read = async () => ((await app.inject('/data/a/summed?group_by=channel&collect=count:sum')).json())
    t.same(await read(), { data: [{ channel: 'Phone', _count: 1, 'count:sum': 3 }] })
    await app.inject({
      method: 'PUT',
      url: '/v1/data-sets/a/summed',
      headers: { authorization: 'Bearer operator-token-of-the-tests' },
      payload: sums
    })
    t.same(await read(), { data: [{ channel: 'Phone', _count: 1, 'count:sum': 4 }] })
  })
})

const numbers = (body: string): unknown =>
  body === ''
    ? ''
    : JSON.parse(body, (_key, value: unknown) => typeof value === 'number' ? Number(value.toPrecision(12)) : value)
