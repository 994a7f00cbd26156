import t from 'tap'
import { testApp } from '../support/app.ts'
import { configure } from '../support/case.ts'

const SERIES = '/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-05-31'
const OLD = '/council_raw'

t.test('who has the answer already is told so, however the ETag is sent', async (t) => {
  const { app } = await testApp(t)
  const settings = { data_group: 'council', data_type: 'raw', bearer_token: 'secret-of-council', max_age_expected: null }
  await configure(app, [{ ...settings, raw_queries_allowed: true }])
  const ask = async (url: string, known?: string) =>
    await app.inject({ url, headers: known === undefined ? {} : { 'if-none-match': known } })
  for (
    const [url, cacheControl] of [
      [SERIES, 'no-cache'], [OLD, /^max-age=/], [`${OLD}?group_by=channel`, /^max-age=/]
    ] as const
  ) {
    const first = await ask(url)
    const etag = String(first.headers.etag)
    t.match(first, { statusCode: 200, headers: { 'cache-control': cacheControl, etag: /^"[\w-]+"$/ } }, url)
    for (const known of [etag, `W/${etag}`, `"other",${etag}`, `"other", W/${etag} , "more"`, '*']) {
      const again = await ask(url, known)
      t.match(again, { statusCode: 304, body: '', headers: { etag, 'cache-control': cacheControl } }, `${url} ${known}`)
    }
    for (const known of ['"other"', etag.slice(1, -1), `"x${etag.slice(1)}`]) {
      t.equal((await ask(url, known)).statusCode, 200, `${url} ${known}`)
    }
  }
  t.equal((await ask(SERIES)).headers['content-type'], 'application/json; charset=utf-8')
  t.equal((await ask(`${SERIES}&format=csv`)).headers['content-type'], 'text/csv; charset=utf-8; header=present')
  t.equal((await ask(`${OLD}?period=fortnight`, '*')).statusCode, 400, 'a refusal is no answer to have')
})
