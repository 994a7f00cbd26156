import { Type, type TSchema } from 'typebox'

/**
 * The dialect's endpoints as OpenAPI describes them: what they take is checked by its own rules, in its own order, and
 * refused in its own words (docs/performance-platform.md), not by these schemas.
 */
const Group = Type.String({
  description: 'Data group; `<authority>-<service>` for typed data.',
  examples: ['solihull-report-missed-bin']
})
const DataType = Type.String({
  description: 'Data type; `transactions-by-channel`, `transactions-by-ward` and others for typed data.',
  examples: ['transactions-by-ward']
})
const Address = { group: Group, type: DataType }
const RecordAddress = Type.Object({
  ...Address,
  id: Type.String({ description: '`_id` of the record.', examples: ['20250721-Bickenhill'] })
})
const text = (description: string, ...examples: string[]) => Type.Optional(Type.String({ description, examples }))
const list = (description: string, ...examples: string[]) =>
  Type.Optional(Type.Array(Type.String(), { description, examples: [examples] }))

const Query = Type.Object({
  period: text('hour, day, week, month, quarter or year; weeks start on Monday.', 'week'),
  start_at: text('First instant, with seconds and a zone.', '2025-05-26T00:00:00Z'),
  end_at: text('Instant after the last.', '2025-06-02T00:00:00Z'),
  duration: text('Number of whole periods, with period.', '1'),
  group_by: list('Fields to group by.', 'ward'),
  collect: list('field:sum, count, set or mean.', 'count:sum'),
  filter_by: list('field:value; several must all hold.', 'ward:Bickenhill'),
  filter_by_prefix: list('field:beginning of the value.', 'ward:Bick'),
  sort_by: text('field:ascending or field:descending.', 'ward:ascending'),
  limit: text('Most rows or groups.', '10'),
  flatten: text('true: one row for each group and period.', 'true'),
  inclusive: text('true: a record at end_at belongs to the range.', 'false'),
  format: text('csv, if the data set is published; else JSON.', 'csv')
})

const Row = Type.Object({}, {
  title: 'DataRecord',
  additionalProperties: true,
  examples: [{
    _id: '20250721-Bickenhill', _timestamp: '2025-07-21T00:00:00+00:00', ward: 'Bickenhill', missed_bins: 28
  }]
})
const Rows = Type.Object({
  data: Type.Array(Row),
  warning: Type.Optional(Type.String({
    description: 'Said of unpublished data.', examples: ['Warning: This data-set is unpublished.']
  }))
}, {
  title: 'DataRecords', description: 'Rows; nested by group where a period is grouped and not flattened.'
})
const Done = Type.Object({
  status: Type.String({ examples: ['ok'] }),
  message: Type.Optional(Type.String({ examples: ['now contains 0 records'] }))
}, { title: 'DialectDone', description: 'It is stored.' })
const Refusal = Type.Object({
  status: Type.Optional(Type.String({ examples: ['error'] })),
  message: Type.Optional(Type.String({ examples: ['end_at must be midnight'] })),
  messages: Type.Optional(Type.Array(Type.String(), { description: 'Of records, what is wrong with each.' }))
}, { title: 'DialectRefusal' })
const refusal = (description: string, value: object) => ({
  description, content: { 'application/json': { schema: Refusal, examples: { refusal: { value } } } }
})
const BROKEN_RULE = refusal(
  'A rule is broken, or the Content-Type is not application/json: the message says which; for records, a list of ' +
    'messages.',
  { status: 'error', message: 'end_at must be midnight' }
)
const NO_TOKEN = refusal('No token of this data set came with the request.', {
  status: 'error', message: 'Unauthorized'
})
const NO_SET = refusal('There is no such data set.', { status: 'error', message: 'data_set not found' })
const TOO_LARGE = {
  description: 'The body is larger than 10 MiB unpacked. In HTML, as the original answered.',
  content: { 'text/html': { schema: Type.String({ examples: ['<title>413 Request Entity Too Large</title>'] }) } }
}

const GET_ONLY = refusal('Only GET is answered here.', { status: 'error', message: 'Method Not Allowed' })
const UNAVAILABLE = refusal('The database does not answer; try again after the seconds in Retry-After.', {
  status: 'error', message: 'The database cannot be reached just now'
})

const TOO_MANY = refusal('Too many requests; go on after the seconds in Retry-After.', {
  status: 'error', message: 'More than 60000 requests of the class read came in 10 seconds; go on in 7.'
})
const FAILED = refusal('The service failed; try again.', {
  status: 'error', message: 'Something went wrong that is not your fault'
})
const FAILURES = { 429: TOO_MANY, 500: FAILED, 503: UNAVAILABLE }

/** A CSV of a published data set, as `format=csv` asks for it. */
const READ = {
  description: 'Rows; nested by group where a period is grouped and not flattened. CSV with format=csv.',
  content: {
    'application/json': { schema: Rows },
    'text/csv': { schema: Type.String({ examples: ['ward,count:sum\r\nBickenhill,28\r\n'] }) }
  }
}
const Name = Type.Object({
  name: Type.String({ description: 'Its name.', examples: ['solihull_zoo_licence_inspections'] })
})

const common = { tags: ['performance-platform'] }
interface More { params?: TSchema, body?: TSchema, permission?: 'data-set-operator' }
const write = (operationId: string, summary: string, more: More = {}) => ({
  config: {
    permission: more.permission ?? 'data-set' as const,
    documented: {
      ...common,
      operationId,
      summary,
      params: more.params ?? Type.Object(Address),
      ...(more.body !== undefined && { body: more.body }),
      response: { 200: Done, 400: BROKEN_RULE, 401: NO_TOKEN, 404: NO_SET, 413: TOO_LARGE, ...FAILURES }
    }
  }
})

/** Options of each documented endpoint. */
export const DOCUMENTED = {
  read: {
    ...common,
    operationId: 'readData',
    summary: 'Read a data set: raw, grouped or by period',
    params: Type.Object(Address),
    querystring: Query,
    response: { 200: READ, 400: BROKEN_RULE, 404: NO_SET, ...FAILURES }
  },
  readByName: {
    ...common,
    operationId: 'readDataByName',
    summary: 'Read a data set at its old address, of its name alone',
    params: Name,
    querystring: Query,
    response: {
      200: READ,
      304: Type.Null({ description: 'Nothing has changed since the answer with the ETag in If-None-Match.' }),
      400: BROKEN_RULE,
      404: NO_SET,
      ...FAILURES
    }
  },
  addByName: write('writeRecordsByName', 'Add records at the old address of a data set, of its name alone', {
    params: Name, body: Type.Union([Row, Type.Array(Row)])
  }),
  transform: write('checkTransform', 'Check the order for a transform; the service has none to run', {
    body: Type.Object({}, { title: 'TransformOrder', additionalProperties: true })
  }),
  empty: write('emptyDataSet', 'Remove all records of a data set', { params: Name, permission: 'data-set-operator' }),
  add: write('writeRecords', 'Add records, or replace those with the same _id', {
    body: Type.Union([Row, Type.Array(Row)], {
      examples: [[{
        _id: '20250721-Bickenhill', _timestamp: '2025-07-21T00:00:00Z', ward: 'Bickenhill', missed_bins: 28
      }]]
    })
  }),
  replace: write('replaceRecords', 'Replace all records at once; [] empties the data set', {
    body: Type.Array(Row, { examples: [[]] })
  }),
  change: write('changeRecord', 'Change fields of one record', { params: RecordAddress, body: Row }),
  remove: write('removeRecord', 'Remove one record', { params: RecordAddress }),
  status: {
    config: {
      permission: 'public' as const,
      documented: {
        ...common,
        operationId: 'getStatus',
        summary: 'Whether the service and its database are alive',
        response: { 200: Done, 405: GET_ONLY, 429: TOO_MANY, 503: UNAVAILABLE }
      }
    }
  },
  staleness: {
    config: {
      permission: 'public' as const,
      documented: {
        ...common,
        operationId: 'getDataSetStatus',
        summary: 'Which data sets and feeds are out of date, by the newest time that they cover',
        response: {
          200: Type.Object({
            status: Type.String({ examples: ['not okay'] }),
            message: Type.String({ examples: ['1 data set is out of date'] }),
            data_sets: Type.Union([Type.Array(Type.Object({}, { additionalProperties: true })), Type.Null()], {
              description: 'Those that are; null: none. Feeds of typed data by their key in /v1/feeds.',
              examples: [null]
            })
          }, { description: 'Also when some are stale.' }),
          405: GET_ONLY,
          429: TOO_MANY,
          503: UNAVAILABLE
        }
      }
    }
  }
}
