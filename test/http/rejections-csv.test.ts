import { parse } from 'csv-parse/sync'
import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get } from '../support/builders.ts'

t.test('rejections as a CSV: the columns of the rows, then what is wrong; what a spreadsheet would run is no formula', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const { body: { receipt } } = await call(app, 'POST', '/v1/events', { ...headers, prefer: 'handling=lenient' }, [
    event('1', { channel: '=HYPERLINK("x")', amount_pence: -5, ward: "'-", attributes: { reason: 'Größe, "so"' } }),
    event('2', { channel: '-12.50', outcome: 'nope', resident: 'Ann' })
  ])
  for (const [url, accept] of [['/v1/rejections?format=csv', '*/*'], ['/v1/rejections', 'text/csv']] as const) {
    const answer = await app.inject({ url, headers: { ...headers, accept } })
    t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8; header=present')
    t.equal(answer.headers['link'], '<https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>; rel="license"')
    t.equal(answer.body[0], '\ufeff')
    const [first, second] = parse<Record<string, string>>(answer.body, { columns: true, bom: true })
    t.match(first, {
      id: '1',
      channel: '\'=HYPERLINK("x")',
      amount_pence: '-5',
      ward: "''-",
      'attributes.reason': 'Größe, "so"',
      line: '1',
      rejection: `${receipt}-0`,
      column: ''
    })
    t.match(second, { id: '2', channel: '-12.50', line: '2', reason: /outcome must/, code: /unknown-field/ })
    t.notMatch(answer.body, 'Ann')
  }
  const { data, links } = await get(app, '/v1/rejections?limit=1', headers)
  t.match([data.length, data[0].id, links.next], [1, `${receipt}-0`, `/v1/rejections?limit=1&cursor=${receipt}-0`])
  const after = await get(app, links.next, headers)
  t.match([after.data.length, after.data[0].id, after.links.next], [1, `${receipt}-1`, undefined])
  const page = await app.inject({ url: '/v1/rejections?limit=1&format=csv', headers })
  t.match(page.headers['link'], `<${links.next.replace('limit=1', 'limit=1&format=csv')}>; rel="next"`)
})
