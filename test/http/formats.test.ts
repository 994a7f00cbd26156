import t from 'tap'
import { rearmed } from '../../src/files/formulas.ts'
import { testApp } from '../support/app.ts'
import { call, event, get, operator, send, seriesUrl, testSource } from '../support/builders.ts'
import { ODD, oddWorld, readCsv, TABLES } from '../support/tables.ts'

t.test('the form of an answer: format, then Accept, whatever its parameters; 406 where nothing fits', async (t) => {
  const { app } = await testApp(t)
  const json = 'application/json; charset=utf-8'
  const csv = 'text/csv; charset=utf-8; header=present'
  const ask = async (url: string, accept: string) => await app.inject({ url, headers: { accept } })
  for (const url of [seriesUrl({ period: 'month' }), '/v1/channels', '/v1/feeds', '/v1/kpis/digital-take-up/comparison?service=report-missed-bin']) {
    const more = url.includes('?') ? '&' : '?'
    for (const [accept, type] of [
      ['application/json; charset=utf-8', json], ['application/json;odata=verbose', json], ['*/*', json], ['text/*', csv],
      ['text/csv; charset=utf-8', csv], [csv, csv], ['text/csv;q=0.1, image/png', csv], ['text/csv;q=0, */*', json]
    ] as const) {
      const { headers } = await ask(url, accept)
      t.equal(headers['content-type'], type, `${url} ${accept}`)
      t.match(headers['vary'], /Accept,/)
    }
    t.equal((await ask(`${url}${more}format=csv`, 'application/json')).headers['content-type'], csv, 'format goes first')
    t.equal((await ask(`${url}${more}format=json`, 'image/png')).headers['content-type'], json)
    const none = await ask(url, 'image/png, application/json;q=0')
    t.match(none, { statusCode: 406, headers: { 'content-type': /^application\/problem\+json/, vary: /Accept/ } }, url)
    t.match(none.json(), { code: 'not-acceptable', detail: 'This is served as application/json and text/csv.' })
    t.equal((await ask(`${url}${more}format=xml`, '*/*')).statusCode, 400)
  }
  for (const url of ['/v1/channels/web', '/v1/kpis/digital-take-up', '/v1/errors/not-found']) {
    t.match((await ask(url, 'text/csv')).json(), { code: 'not-acceptable', detail: 'This is served as application/json.' }, url)
    t.equal((await ask(url, 'application/json; charset=utf-8')).statusCode, 200)
  }
  t.match(await ask('/v1/authorities/nowhere', 'text/csv'), {
    statusCode: 404, headers: { 'content-type': /^application\/problem\+json/ }
  }, 'a problem is a problem document')
  t.equal((await app.inject({ url: '/v1/sources', headers: { accept: 'text/csv' } })).statusCode, 401, 'who may not ask is told so first')
})

t.test('every table as CSV: the columns of JSON, a fact a row, nothing that a spreadsheet runs', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  // The export is a stream, with tests of its own.
  const tables = app.permissions.filter(({ method, url }) =>
    method === 'GET' && url.endsWith('-metadata.json') && !url.startsWith('/v1/export/'))
  for (const { url } of tables) {
    const path = url.replace('-metadata.json', '').replaceAll(/:\w+/g, '[^/]+')
    t.ok(TABLES.some((table) => new RegExp(`^${path}$`).test(table.split('?')[0] ?? '')), `${url} is tried here`)
  }
  for (const url of TABLES) {
    const { status, headers, body } = await call(app, 'GET', url, { ...operator, accept: 'text/csv' })
    t.equal(status, 200, url)
    t.notMatch(body, /(?<!\r)\n(?=[^"]*(?:"[^"]*"[^"]*)*$)/, 'lines end with CRLF')
    const rows = readCsv(body)
    if (!['/v1/releases', '/v1/reorganisations', '/v1/neighbours', '/v1/disclosure-rules', '/v1/comparator-groups', '/v1/targets', '/v1/unit-savings'].some((one) => url.startsWith(one))) {
      t.ok(rows.length > 0, `${url} has rows`)
    }
    for (const cell of rows.flatMap((row) => Object.values(row))) {
      if (/(?:^|[\r\n])[=+@\t-]/.test(cell)) t.match(cell, /^[-+]?[\d,.]+(e[-+]?\d+)?$/, `${url}: ${cell}`)
    }
    const [path = '', query] = url.split('?')
    t.match(headers, {
      link: /<https:\/\/www\.nationalarchives[^>]*>; rel="license"/,
      'content-disposition': /^attachment; filename="[\w.-]+\.csv"$/
    })
    t.match(headers['link'], `<${path}-metadata.json${query === undefined ? '' : `?${query}`}>; rel="describedby"; type="application/csvm+json"`)
    t.match(headers['link'], /format=json>; rel="alternate"; type="application\/json"/)
    t.match((await call(app, 'GET', url, operator)).headers['link'], /format=csv>; rel="alternate"; type="text\/csv"/)
  }
})

t.test('a value with a line end of any kind is one cell, and is read back as it was', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  const { body } = await call(app, 'GET', '/v1/annotations?format=csv')
  t.equal(body, 'id,authority,service,start_on,end_on,note\r\nstrike,solihull,,2014-05-26,2014-06-01,' +
    '"\'=HYPERLINK(""http://x"",""a,b"")\r\n\'+1\r\'-2\n\'@x | y"\r\n')
  const [row] = readCsv(body)
  t.equal(rearmed(row?.['note'] ?? ''), ODD)
  const [solihull] = readCsv((await call(app, 'GET', '/v1/authorities?format=csv&q=solihull')).body)
  t.match(solihull, { short_name: "'-Solihull", population: /^\d+$/, region: 'West Midlands' })
  const lone = await call(app, 'GET', '/v1/annotations?format=csv&q=strike')
  t.match(lone.body, /"'=HYPER/)
  const sheet = (await call(app, 'GET', '/v1/authorities?format=csv')).body
  t.match(await call(app, 'PUT', '/v1/authorities?dry_run=true', { ...operator, 'content-type': 'text/csv' }, sheet), {
    status: 200, body: { created: [], changed: [] }
  }, 'what was read may be sent back')
})

t.test('statuses and their symbols; a missing figure is an empty cell', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, [event('1'), event('2', { occurred_at: '2014-06-03T08:31:00+01:00' })])
  const read = async (url: string) => readCsv((await call(app, 'GET', `${url}&format=csv`)).body)
  const months = await read(seriesUrl({ period: 'month', start_on: '2014-04-01', end_on: '2014-06-30' }))
  t.same(months.map(({ value, status, status_symbol }) => [value, status, status_symbol]), [
    ['', 'missing', '[x]'], ['1', 'ok', ''], ['1', 'provisional', '[p]']
  ])
  const [county] = await read('/v1/series?authority=warwickshire&service=report-missed-bin&period=month&duration=1')
  t.match(county, { value: '', status: 'not-delivered', status_symbol: '[z]' })
  const [score] = await read('/v1/authorities/solihull/services/report-missed-bin?period=month')
  t.match(score, { 'authority.slug': 'solihull', 'service.lgsl': '524', period: 'month', status_symbol: /^(\[[cxzpru]\])?$/ })
  const ward = await read(seriesUrl({ period: 'month', start_on: '2014-05-01', end_on: '2014-05-31', filter_by: ['ward:E05001284'] }))
  t.match(ward, [{ value: '', status: /not-yet|suppressed/, status_symbol: /^\[[xc]\]$/ }])
})

t.test('a long list is whole as CSV, and paged where a limit is named', async (t) => {
  const { app } = await testApp(t)
  const all = readCsv((await call(app, 'GET', '/v1/areas?format=csv')).body)
  t.ok(all.length > 2000, `${all.length} rows`)
  const page = await call(app, 'GET', '/v1/areas')
  t.equal(page.body.data.length, 2000)
  t.match(page.headers['link'], /<\/v1\/areas>; rel="first", <\/v1\/areas\?after=[^>]*>; rel="next"/)
  const next = /<([^>]*)>; rel="next"/.exec(String(page.headers['link']))?.[1] ?? ''
  const second = await call(app, 'GET', next)
  t.match(second.headers['link'], /<\/v1\/areas>; rel="first"/)
  t.not(second.body.data[0].code, page.body.data[0].code)
  const limited = await call(app, 'GET', '/v1/areas?limit=3&format=csv')
  t.equal(readCsv(limited.body).length, 3)
  t.match(limited.headers['link'], /after=[^>]*>; rel="next"/)
  t.notMatch((await call(app, 'GET', '/v1/channels?format=csv')).headers['link'], /next/)
  t.match((await get(app, '/v1/channels')).links, { csv: '/v1/channels?format=csv' })
})
