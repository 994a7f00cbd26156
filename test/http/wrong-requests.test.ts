import t from 'tap'
import fc from '../support/properties.ts'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const RUNS = Number(process.env['WRONG_REQUESTS'] ?? 20_000)

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '$where',
    '_id',
    '_timestamp',
    'true',
    '1e999',
    '-1',
    '99999999999999999999',
    "'; DROP TABLE record; --",
    '%',
    '\ud800',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-00-00T00:00:00Z',
    '2014-05-26T00:00:00Z',
    '2014-06-02T23:59:59Z',
    'channel:x',
    'count:sum',
    'channel:descending',
    'week',
    'hour',
    'year',
    '3',
    '100000',
    '9007199254740991',
    '2147483648',
    'channel',
    'count',
    'csv',
    'name:\0',
    '_timestamp:x',
    '_week_start_at:2014-05-26T00:00:00Z',
    '_id:\0'
  )
)
const name = fc.oneof({
  weight: 6,
  arbitrary: fc.constantFrom(
    'start_at',
    'end_at',
    'duration',
    'period',
    'group_by',
    'collect',
    'filter_by',
    'filter_by_prefix',
    'sort_by',
    'limit',
    'flatten',
    'inclusive',
    'format'
  )
}, { weight: 1, arbitrary: nasty })
const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      '/data/a/strict',
      '/data/a/free',
      '/a_free',
      '/data/solihull-report-missed-bin/transactions-by-channel',
      '/data/solihull-report-missed-bin/transactions-by-ward'
    )
  },
  nasty.map((text) => `/data/a/${encode(text)}`),
  nasty.map((text) => `/${encode(text)}`),
  fc.constantFrom('/_status/data-sets', '/data-sets/a_free', '/data/a/free/transform')
)
const read = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS'),
  path,
  params: fc.array(fc.tuple(name, nasty), { maxLength: 6 }),
  body: fc.constant(undefined)
})

const value = fc.oneof(
  nasty, fc.double(), fc.bigInt().map(Number), fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 1 })
)
const record = fc.dictionary(
  fc.oneof({
    weight: 3,
    arbitrary: fc.constantFrom('_id', '_timestamp', '_start_at', 'channel', 'count', '__proto__', '_week_start_at')
  }, { weight: 1, arbitrary: nasty }),
  value,
  { maxKeys: 5 }
)
const json = fc.oneof(fc.array(record, { maxLength: 3 }), record, fc.jsonValue()).map((body) => JSON.stringify(body))
const body = fc.oneof(
  { weight: 6, arbitrary: json },
  nasty,
  fc.constantFrom(
    '[{"count":1e400}]',
    '[{"a_b":-0}]',
    '[{"count":123456789012345678901234567890}]',
    '{"_id":"\\ud800"}',
    '{"_timestamp":"9999-12-31T23:59:59-12:00"}',
    '[[[]]]'
  )
)
const write = fc.record({
  method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.oneof(
    path,
    fc.tuple(fc.constantFrom('strict', 'free'), nasty).map(([type, id]) => `/data/a/${type}/${encode(id)}`)
  ),
  params: fc.constant([]),
  body: fc.option(body, { nil: undefined }),
  type: fc.constantFrom('application/json', 'application/json', 'application/json; charset=utf-8', 'text/plain', 'x'),
  encoding: fc.constantFrom(undefined, undefined, undefined, 'gzip', 'br')
})

const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

t.test(`${RUNS} wrong requests never give a 5xx`, async (t) => {
  const { app } = await testApp(t, '2014-06-10T12:00:00Z')
  const schema = {
    type: 'object',
    required: ['_timestamp', 'count'],
    properties: { count: { type: ['integer', 'null'] }, _timestamp: { format: 'date-time' } }
  }
  const common = { data_group: 'a', bearer_token: 'secret-of-the-set', dimensions: ['channel'], measures: ['count'] }
  await configure(app, [
    { ...common, data_type: 'strict', schema, auto_ids: ['_timestamp'] },
    { ...common, data_type: 'free', raw_queries_allowed: true }
  ])
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.oneof(read, write), async (request) => {
      const { method, path, params, body } = request
      const search = params.map(([key, text]) => `${encode(key)}=${encode(text)}`).join('&')
      const headers = 'type' in request
        ? {
            authorization: 'Bearer secret-of-the-set',
            'content-type': request.type,
            ...(request.encoding === undefined ? {} : { 'content-encoding': request.encoding })
          }
        : {}
      const { statusCode, body: answer } = await app.inject({
        method: method as 'GET',
        url: `${path}${search === '' ? '' : `?${search}`}`,
        headers,
        ...(body === undefined ? {} : { payload: body })
      })
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      if (statusCode >= 500) throw new Error(`${statusCode} ${answer}`)
    }),
    { numRuns: RUNS, endOnFailure: true }
  )
  t.comment([...statuses])
  t.ok((statuses.get(200) ?? 0) > RUNS / 50 && (statuses.get(400) ?? 0) > RUNS / 4, 'good and bad requests both')
})
