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
    t.match(post, { statusCode: 405, headers: { allow: 'GET, HEAD', 'content-type': /problem\+json/ } }, 'in the shape of this API, not of the old dialect')
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
  t.match(await app.inject('/_status'), { statusCode: 503, headers: { 'retry-after': '2' }, body: /cannot be reached/ }, 'nor for those who ask as they did in 2014')
})
