import iconv from 'iconv-lite'
import t from 'tap'
import { MAPPING_EXAMPLE } from '../../src/http/schemas/mappings.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, get, put, seriesUrl, type Headers } from '../support/builders.ts'
import type { App } from '../../src/app.ts'

const MAPPINGS = '/v1/sources/solihull/bartec/mappings'
const csv = (headers: Headers, type = 'text/csv'): Headers => ({ ...headers, 'content-type': type })
const sendFile = async (app: App, headers: Headers, file: string | Buffer, query = '', path = 'events') => {
  const { statusCode: status, ...answer } = await app.inject({
    method: 'POST', url: `/v1/${path}${query}`, headers: { ...csv(headers), ...headers }, payload: file
  })
  return { status, body: answer.json() }
}

const EXPORT = [
  'Missed collections 26/05/2014 to 01/06/2014;;;;;',
  ';;;;;',
  'Ref No;Date reported;How contacted;Ward;Reason;Customer name',
  'MB-0001;27/05/2014 08:31;phone call;Bickenhill;Bin not out;Zoë Müller',
  'MB-0002;1/6/2014 23:59; Online\u00a0;n/a;;“Anon”',
  '',
  'Ref No;Date reported;How contacted;Ward;Reason;Customer name',
  'MB-0003;28/05/14 00:00;PHONE CALL;bickenhill ward;"Bin not',
  'out";x',
  'MB-0001;27/05/2014 08:31;Phone call;Bickenhill;Bin not out;Zoë Müller',
  'Total;;;;;4'
].join('\r\n')

t.test('an ordinary export, read through the mapping of its source', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const made = await call(app, 'PUT', `${MAPPINGS}/nightly-export`, source, MAPPING_EXAMPLE)
  t.match(made, { status: 201, body: { name: 'nightly-export', version: 1, source: 'solihull/bartec', ended_at: null } })
  const { status, body } = await sendFile(app, source, iconv.encode(EXPORT, 'windows-1252'), '?mapping=nightly-export')
  t.match({ status, body }, {
    status: 200,
    body: { received: 4, stored: 3, duplicates: 1, rejected: 0, errors: [], mapping: { name: 'nightly-export', version: 1 } }
  })
  t.match(body.warnings.map(({ code, line }: { code: string, line?: number }) => [code, line]), [
    ['encoding', 4], ['delimiter', undefined], ['lines-above-header', 3], ['repeated-header', 7], ['totals-row', 11]
  ])
  t.match(await get(app, `/v1/receipts/${body.receipt}`, source), { warnings: body.warnings, mapping: body.mapping })
  t.match(await get(app, '/v1/events/MB-0002', source), {
    occurred_at: '2014-06-01T22:59:00.000Z', local_date: '2014-06-01', channel: 'web', ward: 'unknown'
  })
  t.match(await get(app, '/v1/events/MB-0003', source), {
    local_date: '2014-05-28', channel: 'telephone-agent', attributes: { reason: 'not-presented' }
  })
  const { data } = await get(app, seriesUrl({ group_by: 'channel', period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }))
  t.match(data, [
    { group: { channel: 'telephone-agent' }, values: [{ value: 2 }] }, { group: { channel: 'web' }, values: [{ value: 1 }] }
  ])
})

t.test('errors speak of the line, the column and the value', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  const file = [
    'Ref No,Date reported,How contacted,Ward,Reason,Customer name',
    'A1,31/02/2014,Fax,Bickenhil,Bin not out,x',
    ',05/27/2014,Online,,,x',
    'A3,27/05/2014,Online',
    'A4,27/05/2014,Online,jo.bloggs@example.org,,x',
    'A5,27/05/2014,Online,Bickenhill,Dog,x'
  ].join('\n')
  const { status, body } = await sendFile(app, source, file, '?mapping=x')
  t.equal(status, 422)
  const seen = body.errors.map(({ index, line, column, pointer, code, detail }: Record<string, unknown>) =>
    ({ index, line, column, pointer, code, detail }))
  t.match(seen, [
    { index: 0, line: 2, column: 'Date reported', pointer: '/occurred_at', code: 'invalid-value', detail: /^"31\/02\/2014" in the column "Date reported" is no day/ },
    { index: 1, line: 3, column: 'Ref No', pointer: '/id', code: 'missing-field', detail: /"Ref No" is blank/ },
    { index: 1, line: 3, column: 'Date reported', pointer: '/occurred_at' },
    { index: 2, line: 4, pointer: '', detail: /3 cells where there are 6 headings/ },
    { index: 3, line: 5, column: 'Ward', code: 'personal-data' },
    { index: 4, line: 6, column: 'Reason', code: 'unknown-attribute', detail: /^"Dog" in the column "Reason": / }
  ])
  t.notMatch(JSON.stringify(body), /bloggs/)
})
