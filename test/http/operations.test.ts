import t from 'tap'
import { testApp } from '../support/app.ts'
import { appWithoutDatabase } from '../../src/cli/openapi.ts'

t.test('probes with a database that answers', async (t) => {
  const { app } = await testApp(t)
  for (const url of ['/livez', '/readyz']) {
    const response = await app.inject(url)
    t.equal(response.statusCode, 200, url)
    t.same(response.json(), { status: 'ok' })
    t.match(response.headers['content-type'], /^application\/json/)
    const post = await app.inject({ method: 'POST', url, payload: {} })
    t.match(
      post,
      { statusCode: 405, headers: { allow: 'GET, HEAD', 'content-type': /problem\+json/ } },
      'in the shape of this API, not of the old dialect'
    )
  }
})

t.test('without a database the process lives but is not ready', async (t) => {
  const app = await appWithoutDatabase()
  t.teardown(async () => await app.close())
  t.equal((await app.inject('/livez')).statusCode, 200)
  const ready = await app.inject('/readyz')
  t.equal(ready.statusCode, 503)
  t.equal(ready.headers['retry-after'], '2')
  t.match(ready.json(), { code: 'unavailable' })
  t.match(
    await app.inject('/_status'),
    { statusCode: 503, headers: { 'retry-after': '2' }, body: /cannot be reached/ },
    'nor for those who ask as they did in 2014'
  )
})

t.test('a page of any origin may read, and is told so before it asks with a token', async (t) => {
  const { app } = await testApp(t)
  const origin = 'https://dashboard.example'
  for (
    const url of [
      '/v1/services',
      '/v1/series?authority=solihull&service=report-missed-bin',
      '/v1/series?authority=nowhere&service=x'
    ]
  ) {
    const { headers } = await app.inject({ url, headers: { origin } })
    t.match(headers, { 'access-control-allow-origin': '*', 'access-control-expose-headers': /ETag/ }, url)
    t.notOk(headers['access-control-allow-credentials'])
  }
  const preflight = (method: string, url: string) =>
    app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' }
    })
  t.match(await preflight('GET', '/v1/series'), {
    statusCode: 204,
    headers: {
      'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'Authorization, If-Modified-Since, If-None-Match'
    }
  })
  t.notMatch(
    (await preflight('DELETE', '/v1/events/1')).headers['access-control-allow-methods'],
    /DELETE/,
    'but not change anything'
  )
})
