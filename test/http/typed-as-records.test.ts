import t from 'tap'
import fc from 'fast-check'
import { OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const headers = { authorization: 'Bearer secret-of-the-copy', 'content-type': 'application/json' }
const reader = { authorization: `Bearer ${OPERATOR_TOKEN}` } // sees small wards as well
const LABELS = { 'telephone-agent': 'Phone', web: 'Digital', 'assisted-digital': 'Digital', api: 'Other' }

const date = fc.integer({ min: -20, max: 120 }).map((day) => `${new Date(Date.UTC(2014, 2, 20) + day * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`)
const some = <T>(values: T[]) => fc.subarray(values, { maxLength: 2 })
const query = (field: 'channel' | 'ward', values: string[]) => fc.record({
  period: fc.option(fc.constantFrom('hour', 'day', 'week', 'month', 'quarter', 'year')),
  range: fc.oneof(fc.record({ start_at: date, end_at: date }), fc.record({ start_at: date, duration: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ end_at: date, duration: fc.integer({ min: 1, max: 9 }) }), fc.record({ duration: fc.integer({ min: 1, max: 9 }) }), fc.constant({})),
  group_by: some([field, 'period']),
  collect: some(['count:sum', 'count:mean', 'count:count', 'count', 'count:set', `${field}:set`, 'nothing:sum']),
  filter_by: fc.option(fc.oneof(fc.constantFrom(...values).map((value) => `${field}:${value}`), fc.constantFrom('count:3', 'period:day', 'nothing:x'))),
  sort_by: fc.option(fc.constantFrom('_count:descending', `${field}:descending`, '_timestamp:ascending', 'count:ascending')),
  limit: fc.option(fc.integer({ min: 0, max: 3 })),
  flatten: fc.option(fc.boolean())
})

t.test('typed data answer as a schemaless set of the same records', async (t) => {
  const { app, database } = await testApp(t, '2014-06-10T12:00:00Z')
  await fill(database.pool)
  await configure(app, [
    { data_group: 'solihull-report-missed-bin', data_type: 'transactions-by-channel', labels: LABELS, raw_queries_allowed: true },
    ...['channel', 'ward'].map((name) => ({ data_group: 'copy', data_type: name, raw_queries_allowed: true, bearer_token: 'secret-of-the-copy' }))
  ])
  for (const field of ['channel', 'ward'] as const) {
    const typed = `/data/solihull-report-missed-bin/transactions-by-${field}`
    const records = (await app.inject({ url: typed, headers: reader })).json().data as Array<Record<string, unknown>>
    t.ok(records.length > 100, `${records.length} records`)
    const sent = records.map((one) => Object.fromEntries(Object.entries(one).filter(([key]) => !/^_.*_at$/.test(key))))
    t.equal((await app.inject({ method: 'POST', url: `/data/copy/${field}`, headers, payload: sent })).statusCode, 200)
    const values = [...new Set(records.map((one) => String(one[field])))]
    let answered = 0
    await fc.assert(fc.asyncProperty(query(field, values), async ({ range, ...rest }) => {
      const params = new URLSearchParams()
      for (const [name, value] of Object.entries({ ...rest, ...range })) {
        for (const one of [value].flat()) if (one !== null) params.append(name, String(one))
      }
      const [a, b] = await Promise.all([typed, `/data/copy/${field}`].map(async (path) => await app.inject({ url: `${path}?${params.toString()}`, headers: reader })))
      if (a?.statusCode === 200) answered++
      const plain = (text = '') => text.replaceAll(/"_updated_at":"[^"]*",?/g, '')
      if (a?.statusCode !== b?.statusCode || !sameJson(plain(a?.body), plain(b?.body))) throw new Error(`${params.toString()}\n${a?.body}\n${b?.body}`)
    }), { numRuns: 300, endOnFailure: true })
    t.ok(answered > 40, `${answered} of 300 queries were answerable`)
  }
})

// Postgres divides with more or fewer digits as the way to a mean goes; and jsonb keeps its keys in an order of its own.
function sameJson (a: string, b: string): boolean {
  const normal = (text: string): string => JSON.stringify(JSON.parse(text, (_key, value: unknown) => {
    if (typeof value === 'number') return Number(value.toPrecision(12))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => x < y ? -1 : 1)) : value
  }))
  return normal(a) === normal(b)
}

async function fill (pool: { query: (text: string) => Promise<unknown> }): Promise<void> {
  for (const [table, column, values] of [
    ['rollup_channel_day', 'channel_id', '(SELECT id FROM channel ORDER BY id LIMIT 6)'],
    ['rollup_ward_day', 'channel_id, ward_id', '(SELECT 1::smallint, id FROM area ORDER BY id LIMIT 5)']
  ] as const) {
    await pool.query(`
      INSERT INTO ${table} (events, count, avoidable, local_date, authority_id, service_id, type, outcome, ${column})
      SELECT 1, (extract(doy FROM d)::int * 7 + o * 3) % 11, 0, d, a.id, s.id, 1, o, v.*
      FROM authority a, service s, generate_series(date '2014-03-20', date '2014-06-08', interval '1 day') AS d, (VALUES (3), (4)) AS x(o), ${values} AS v
      WHERE a.slug = 'solihull' AND a.current AND s.slug = 'report-missed-bin' AND extract(doy FROM d)::int % 5 <> o`)
  }
}
