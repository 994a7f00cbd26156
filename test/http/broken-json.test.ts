import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, get, operator, put } from '../support/builders.ts'

const rows = (count: number): string[] => Array.from({ length: count }, (_, i) => JSON.stringify(event(`e-${i}`)))
const broken = (fault: string): string => JSON.stringify(event('e-bad', { count: '?' })).replace('"?"', fault)

t.test('a row that is not JSON is a bad row, with its place, and no other is lost', async (t) => {
  const { app } = await testApp(t)
  const headers = { ...await testSource(app), 'content-type': 'application/json' }
  const lenient = { ...headers, prefer: 'handling=lenient' }
  const faults: Array<[fault: string, told: RegExp]> = [
    ['NaN', /at NaN/], ['-Infinity', /at Infinity/], ['None', /at None/], ['True', /at True/], ["'1'", /single quotation mark/],
    ['1,', /comma before a closing bracket/], ['undefined', /at undefined/], ['01', /number/], ['Bloggs', /word without quotation/],
    ['1,"count":2', /member that was there before/], ['[1,]', /comma before a closing/], ['"a\\xb"', /backslash/]
  ]
  for (const [i, [fault, told]] of faults.entries()) {
    const list = rows(30).map((row) => row.replace('e-', `e${i}-`))
    list[19] = broken(fault)
    const body = `[\n${list.join(',\n')}\n]`
    const column = list[19].lastIndexOf(fault) + (fault === '1,' ? 2 : /^\[|^1,"/.test(fault) ? 3 : fault.startsWith('"') ? 3 : 1)
    const place = { index: 19, code: 'invalid-json', detail: new RegExp(`line 21, column ${column}, .*${told.source}`) }
    const strict = await call(app, 'POST', '/v1/events', headers, body)
    t.match(strict, { status: 422, body: { code: 'rows-rejected', errors: [place], errors_total: 1 } }, fault)
    t.notMatch(JSON.stringify(strict.body), /Bloggs/)
    t.match((await call(app, 'POST', '/v1/events', lenient, body)).body, { stored: 29, rejected: 1, errors: [place] }, fault)
    const lines = { ...lenient, 'content-type': 'application/x-ndjson' }
    const again = await call(app, 'POST', '/v1/events', lines, `\n${list.join('\n')}`)
    t.match(again.body, { duplicates: 29, rejected: 1, errors: [place] }, `${fault} in a line`)
  }
  t.match((await call(app, 'POST', '/v1/events', headers, `[${broken('NaN')}]`)).body.errors, [{ pointer: '/count' }])
})

t.test('where a row may not end where it seems to, the body is refused, with the place', async (t) => {
  const { app } = await testApp(t)
  const headers = { ...await testSource(app), 'content-type': 'application/json', prefer: 'handling=lenient' }
  const [good] = rows(1)
  for (const row of [broken('"he said "hi", twice"'), broken("'a,b'"), broken('1 // none'), broken('1 "x":2'), `${good}}`]) {
    const { status, body } = await call(app, 'POST', '/v1/events', headers, `[${good},${row},${good}]`)
    t.match([status, body], [400, { code: 'invalid-json', detail: /line 1, column \d+, in the row of index 1/ }], row)
  }
  t.match((await call(app, 'POST', '/v1/events', headers, broken('NaN'))).body, {
    code: 'invalid-json', detail: /column 1\d\d, at NaN/
  }, 'one event alone')
  t.match((await call(app, 'POST', '/v1/events', headers, `{"id":"a",${good!.slice(1)}`)).body, {
    code: 'invalid-json', detail: /member that was there before/
  })
  t.match((await call(app, 'POST', '/v1/events', headers, `[${good},]`)).body, { detail: /at a comma before a closing/ })
})

t.test('records and settings name the place as well', async (t) => {
  const { app } = await testApp(t)
  await put(app, '/v1/data-sets/bins/week', { raw_queries_allowed: true })
  const { token } = (await call(app, 'POST', '/v1/data-sets/bins/week/tokens', operator)).body
  const headers = { ...bearer(token), 'content-type': 'application/json' }
  const post = async (body: string) => await call(app, 'POST', '/data/bins/week', headers, body)
  t.match(await post('[{"count": 1},\n{"count": NaN}]'), { status: 400, body: { message: /line 2, column 11, in the row of index 1, at NaN/ } })
  t.match(await post('[{"count": 1, "count": 1.0}]'), { status: 400, body: { message: /column 15, .*member that was there before/ } })
  t.match(await post('[{"_id": "a", "count": 1.10, "rate": 1e400}]'), { status: 400, body: { messages: [/64 bits/] } })
  t.match(await post('[{"_id": "a", "count": 1.10}]'), { status: 200 })
  t.match((await get(app, '/data/bins/week')).data, [{ _id: 'a' }])
  const settings = { ...operator, 'content-type': 'application/json' }
  t.match((await call(app, 'PUT', '/v1/sources/solihull/x', settings, '{"services":[],"services":["report-missed-bin"]}')).body, {
    code: 'invalid-json', detail: /column 16, at a member that was there before/
  })
})
