import * as xlsx from '@e965/xlsx'
import { zipSync } from 'fflate'
import iconv from 'iconv-lite'
import t from 'tap'
import { MAPPING_EXAMPLE } from '../../src/http/schemas/mappings.ts'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, get, operator, put, seriesUrl, type Headers } from '../support/builders.ts'
import type { App } from '../../src/app.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
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
    { index: 0, line: 2, column: 'How contacted', pointer: '/channel', code: 'unknown-channel' },
    { index: 1, line: 3, column: 'Ref No', pointer: '/id', code: 'missing-field', detail: /"Ref No" is blank/ },
    { index: 1, line: 3, column: 'Date reported', pointer: '/occurred_at' },
    { index: 2, line: 4, pointer: '', detail: /3 cells where there are 6 headings/ },
    { index: 3, line: 5, column: 'Ward', code: 'personal-data' },
    { index: 4, line: 6, column: 'Reason', code: 'unknown-attribute', detail: /^"Dog" in the column "Reason": / }
  ])
  t.notMatch(JSON.stringify(body), /bloggs/)
})

t.test('a workbook: dates, leading zeros, errors, hidden rows, other sheets', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, { ...MAPPING_EXAMPLE, fields: { ...MAPPING_EXAMPLE.fields, street: { column: 'USRN' } } }, source)
  for (const date1904 of [false, true]) {
    const serial = (day: number) => date1904 ? day - 1462 : day
    const rows = [
      ['Ref No', 'Date reported', 'How contacted', 'Ward', 'Reason', 'USRN'],
      [{ v: 123, t: 'n', z: '000000' }, { v: serial(41_786.354_861_111_1), t: 'n', z: 'dd/mm/yyyy hh:mm' }, 'phone call', 'Bickenhill'],
      ['A2', { v: serial(41_787), t: 'n', z: 'm/d/yy' }, 'Online', { v: 42, t: 'e' }, '', { v: 45_203_501, t: 'n' }],
      ['A3', '29/05/2014', 'Online', '', ''],
      [], ['Total', '', '', '', '', 3]
    ].map((row) => row.map((cell) => typeof cell === 'object' ? cell : { v: cell, t: typeof cell === 'number' ? 'n' : 's' }))
    const sheet = xlsx.utils.aoa_to_sheet(rows)
    sheet['!rows'] = [{}, {}, { hidden: true }]
    const book = xlsx.utils.book_new()
    xlsx.utils.book_append_sheet(book, sheet, 'Data')
    xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet([['x']]), 'Notes')
    book.Workbook = { WBProps: { date1904 } }
    const file = xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer
    const { status, body } = await sendFile(app, { ...source, 'content-type': XLSX }, file, '?mapping=x')
    t.match({ status, body }, { status: 200, body: { received: 3, [date1904 ? 'duplicates' : 'stored']: 3 } }, JSON.stringify(body))
    const codes = body.warnings.map(({ code }: { code: string }) => code)
    for (const code of ['other-sheets', 'hidden-rows', 'totals-row', 'read-as-blank']) t.ok(codes.includes(code), code)
  }
  t.match(await get(app, '/v1/events/000123', source), { occurred_at: '2014-05-27T07:31:00.000Z', local_date: '2014-05-27' })
  t.match(await get(app, '/v1/events/A2', source), { local_date: '2014-05-28', ward: 'unknown', street: 45_203_501 })
  for (const bytes of [Buffer.from('PK\u0003\u0004nonsense'), Buffer.from('a,b')]) {
    t.match(await sendFile(app, { ...source, 'content-type': XLSX }, bytes, '?mapping=x'), { status: 400, body: { code: 'unreadable-file' } })
  }
  const bomb = Buffer.from(zipSync({ 'xl/workbook.xml': new Uint8Array(80 * 1024 * 1024) }, { level: 9 }))
  t.match(await sendFile(app, { ...source, 'content-type': XLSX }, bomb, '?mapping=x'), {
    status: 400, body: { code: 'unreadable-file', detail: /64 MiB unpacked/ }
  })
})

t.test('without a mapping: names of fields, the only mapping, or a sentence that says what to do', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const template = 'id,authority,service,occurred_at,channel,count,attributes.reason\nT1,solihull,report-missed-bin,2014-05-27,Web,2,Not presented\n'
  const sent = await sendFile(app, source, template)
  t.match(sent, { status: 200, body: { stored: 1, warnings: undefined, mapping: undefined } })
  t.match(await get(app, '/v1/events/T1', source), { count: 2, attributes: { reason: 'not-presented' }, occurred_at: '2014-05-26T23:00:00.000Z' })
  t.match((await sendFile(app, source, template.replace('channel', 'chanel'))).body, { code: 'unknown-column', detail: /did you mean channel/ })
  t.match((await sendFile(app, source, EXPORT)).body, { code: 'mapping-needed', detail: /mappings:suggest/ })
  t.match((await sendFile(app, source, EXPORT, '?mapping=none')).body, { code: 'not-found', detail: /has none yet/ })
  await put(app, `${MAPPINGS}/a`, MAPPING_EXAMPLE, source)
  t.match(await sendFile(app, source, iconv.encode(EXPORT, 'windows-1252')), {
    status: 200, body: { mapping: { name: 'a', version: 1 }, warnings: [{ code: 'mapping-chosen' }] }
  })
  t.match((await sendFile(app, source, 'Ref No\nA')).body, { code: 'unknown-column', detail: /no column .*"Date reported".*; its headings are Ref No/ })
  await put(app, `${MAPPINGS}/b`, MAPPING_EXAMPLE, source)
  t.match((await sendFile(app, source, EXPORT)).body, { code: 'mapping-needed', detail: /\?mapping=a or b/ })
  t.match((await call(app, 'POST', '/v1/events?mapping=a', source, [])).body, { code: 'invalid-request', detail: /leave mapping out/ })
})

t.test('a mapping is proposed that is taken as it is', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const { status, body } = await sendFile(app, source, iconv.encode(EXPORT, 'windows-1252'), '', MAPPINGS.slice(4) + ':suggest')
  t.equal(status, 200)
  t.match(body.mapping, {
    kind: 'event',
    fields: {
      id: { column: 'Ref No' },
      occurred_at: { column: 'Date reported', date: 'dd/mm/yyyy' },
      channel: { column: 'How contacted', words: { 'phone call': 'telephone-agent', Online: 'web' } },
      ward: { column: 'Ward' },
      'attributes.reason': { column: 'Reason' },
      authority: { value: 'solihull' },
      service: { value: 'report-missed-bin' }
    },
    blanks: ['n/a'],
    ignore: ['Customer name']
  })
  t.match((await call(app, 'POST', `${MAPPINGS}:suggest`, source, {})).body, { code: 'unsupported-media-type' })
  t.match(body.open, [{ field: 'attributes.reason', note: /Bin not out/ }])
  await put(app, `${MAPPINGS}/proposed`, body.mapping, source)
  const sent = await sendFile(app, source, iconv.encode(EXPORT.replaceAll('Bin not out', 'Too heavy').replace('"Bin not\r\nout"', ''), 'windows-1252'), '?mapping=proposed')
  t.match(sent, { status: 200, body: { stored: 3, duplicates: 1 } }, JSON.stringify(sent.body))
})

t.test('figures, several in a row; a blank is no figure', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/weekly`, {
    kind: 'observation',
    fields: {
      authority: { value: 'solihull' },
      service: { value: 'report-missed-bin' },
      measure: { value: 'transactions' },
      period: { value: 'week' },
      start_on: { column: 'Week beginning', date: 'dd/mm/yyyy' }
    },
    figures: [{ column: 'Website', channel: 'web' }, { column: 'Phone', channel: 'telephone-agent' }]
  }, source)
  const file = 'Week beginning,Website,Phone,Total\n19/05/2014,"1,234",-,1234\n26/05/2014,12,x,\nTotal,1246,,\n'
  const { body } = await sendFile(app, { ...source, prefer: 'handling=lenient' }, file, '?mapping=weekly', 'observations')
  t.match(body, { received: 3, errors: [{ index: 2, line: 3, column: 'Phone', pointer: '/value', detail: /^"x" in the column "Phone" is no number/ }] }, JSON.stringify(body))
})

t.test('who may set a mapping, and its versions', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const other = await testSource(app, 'solihull/other')
  t.equal((await call(app, 'PUT', `${MAPPINGS}/x`, other, MAPPING_EXAMPLE)).status, 403)
  t.equal((await call(app, 'GET', MAPPINGS, await administratorOf(app, 'leeds'))).status, 403)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  t.match(await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source), { version: 1 }, 'nothing changed')
  const changed = { ...MAPPING_EXAMPLE, blanks: ['TBC'] }
  t.match(await put(app, `${MAPPINGS}/x`, changed), { version: 2, made_by: 'operator' })
  t.match(await get(app, `${MAPPINGS}/x?version=1`, source), { mapping: MAPPING_EXAMPLE, ended_at: String, versions: [{ version: 2 }, { version: 1 }] })
  t.equal((await call(app, 'DELETE', `${MAPPINGS}/x`, source)).status, 204)
  t.equal((await call(app, 'GET', `${MAPPINGS}/x`, source)).status, 404)
  t.match(await get(app, `${MAPPINGS}/x?version=2`, source), { version: 2 }, 'a receipt may name it')
  t.match(await put(app, `${MAPPINGS}/x`, changed, source), { version: 3 })
  t.match(await get(app, MAPPINGS, source), { data: [{ name: 'x', version: 3 }], next: null })
  const lines = (await get(app, '/v1/audit', operator)).data.filter(({ action }: { action: string }) => /mapping/.test(action))
  t.same(lines.map(({ action }: { action: string }) => action).sort(), ['delete-mapping', 'put-mapping', 'put-mapping', 'put-mapping'])
  for (const [fields, detail] of [
    [{ id: { column: 'a' } }, /body\/fields\/authority is missing/],
    [{ ...MAPPING_EXAMPLE.fields, chanel: { column: 'x' } }, /body\/fields\/chanel is not a field of an event; did you mean channel/],
    [{ ...MAPPING_EXAMPLE.fields, channel: { column: 'x', words: { Fax: 'faxx' } } }, /body\/fields\/channel\/words\/Fax: there is no channel/],
    [{ ...MAPPING_EXAMPLE.fields, count: { column: 'x', if_blank: { value: 0 } } }, /if_blank may not be 0/]
  ] as const) {
    t.match((await call(app, 'PUT', `${MAPPINGS}/y`, source, { ...MAPPING_EXAMPLE, fields })).body, { code: 'invalid-request', detail })
  }
})

t.test('stored rows are refused with their line and column as well', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  const file = 'Ref No,Date reported,How contacted,Ward,Reason\nA1,27/05/2014,Online,,\nA2,27/05/2014,Online,,\n'
  await sendFile(app, source, file, '?mapping=x')
  const { status, body } = await sendFile(app, source, file.replace('A2,27', 'A2,28'), '?mapping=x')
  t.match({ status, body }, { status: 409, body: { errors: [{ index: 1, line: 3, column: 'Ref No', code: 'conflict' }] } })
})

t.test('the sum of a totals row may stand under a date, and is no event of 2037', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  const file = [
    'Ref No,Date reported,How contacted,Ward,Reason,Customer name',
    'A1,27/05/2014,Online,Bickenhill,Bin not out,x',
    'Grand total,"50,250",,,,',
    'A2,28/05/2014,Online,Bickenhill,,x'
  ].join('\n')
  const { body } = await sendFile(app, source, file, '?mapping=x')
  t.match(body, { received: 2, stored: 2 })
  t.match(body.warnings, [{ code: 'totals-row', line: 3 }])
})

t.test('a column of people is not proposed for an attribute of its name, and nobody is named', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const file = ['Case Ref,Date Logged,Customer,Fee Charged', 'A1,27/05/2014,Ann Smith,£5.50', 'A2,28/05/2014,José Núñez,'].join('\n')
  const { status, body } = await call(app, 'POST', `${MAPPINGS}:suggest`, csv(source), file)
  t.equal(status, 200)
  t.notMatch(JSON.stringify(body), /Smith|attributes\.customer/)
  t.match(body.mapping, { ignore: ['Customer'], fields: { amount_pence: { column: 'Fee Charged', unit: 'pounds' } } })
})

t.test('refused rows of a file are read again once its mapping knows their words', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  const file = [
    'Ref No,Date reported,How contacted,Ward,Reason,Customer name',
    'A1,27/05/2014,Pigeon,Bickenhill,Bin not out,Zoë',
    'A2,27/05/2014,Owl,Atlantis,,Zoë',
    'A3,27/05/2014,Online,Bickenhill,,Zoë'
  ].join('\n')
  const { body } = await sendFile(app, { ...source, prefer: 'handling=lenient' }, file, '?mapping=x')
  t.match(body, { stored: 1, rejected: 2 })
  const kept = await get(app, '/v1/rejections', source)
  t.match(kept.data, [
    { line: 2, mapping: { name: 'x', version: 1 }, row: { 'Ref No': 'A1' } },
    { line: 3, errors: [{ column: 'How contacted' }, { column: 'Ward' }] }
  ], 'all that is wrong with a row at once')
  t.notMatch(JSON.stringify(kept), /Zoë/, 'what no field reads is not kept')
  const words = async () =>
    (await get(app, '/v1/sources/solihull/bartec/unmapped', source)).data.map(({ word }: { word: string }) => word).toSorted()
  t.same(await words(), ['Atlantis', 'Owl', 'Pigeon'])

  const fields = { ...MAPPING_EXAMPLE.fields, channel: { column: 'How contacted', words: { online: 'web', pigeon: 'paper' } } }
  await put(app, `${MAPPINGS}/x`, { ...MAPPING_EXAMPLE, fields }, source)
  t.same(await words(), ['Atlantis', 'Owl'])
  t.match(await call(app, 'POST', '/v1/rejections:replay', source), { status: 200, body: { received: 2, stored: 1, rejected: 1 } })
  t.match(await get(app, '/v1/events/A1', source), { channel: 'paper', local_date: '2014-05-27' })
  t.match(await call(app, 'POST', '/v1/rejections:replay', source), { body: { stored: 0, duplicates: 0, rejected: 1 } })
})

t.test('a CSV of refused rows reads back as it was, though a spreadsheet is kept from running its cells', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await put(app, `${MAPPINGS}/x`, MAPPING_EXAMPLE, source)
  const file = 'Ref No,Date reported,How contacted,Ward,Reason\n=A1,27/05/2014,Pigeon,,\n'
  await sendFile(app, { ...source, prefer: 'handling=lenient' }, file, '?mapping=x')
  const { body: mended } = await call(app, 'GET', '/v1/rejections?format=csv', source)
  t.match(mended, /^'=A1,/m)
  t.match(await sendFile(app, source, mended.replace('Pigeon', 'Online'), '?mapping=x'), { body: { stored: 1 } })
  t.match(await get(app, `/v1/events?id=${encodeURIComponent('=A1')}`, source), { data: [{ id: '=A1' }] })
})

t.test('a sandbox reads files through the mappings of its source, and sets them', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const { body: { token } } = await call(app, 'POST', '/v1/sources/solihull/bartec/tokens', operator, { sandbox: true })
  const sandbox = { authorization: `Bearer ${token as string}` }
  t.match(await call(app, 'PUT', `${MAPPINGS}/x`, sandbox, MAPPING_EXAMPLE), { status: 201 })
  const file = 'Ref No,Date reported,How contacted,Ward,Reason\nA1,27/05/2014,Pigeon,Bickenhill,\nA2,27/05/2014,Online,Bickenhill,\n'
  t.match(await sendFile(app, { ...sandbox, prefer: 'handling=lenient' }, file, '?mapping=x'), { body: { stored: 1, rejected: 1 } })
  t.match((await get(app, '/v1/rejections', sandbox)).data, [{ row: { 'Ref No': 'A1' } }])
  t.match((await get(app, '/v1/events', sandbox)).data, [{ id: 'A2', ward: 'E05001284' }])
  t.same((await get(app, '/v1/rejections', source)).data, [])
  t.same((await get(app, '/v1/events', source)).data, [])
  t.match(await get(app, `${MAPPINGS}/x`, source), { version: 1 })
  await call(app, 'DELETE', '/v1/sandbox', sandbox)
  t.same((await get(app, '/v1/rejections', sandbox)).data, [], 'and is emptied of what it refused')
})
