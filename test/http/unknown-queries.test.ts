import fastify from 'fastify'
import t from 'tap'
import { refuseUnknownQueries } from '../../src/http/plugins/queries.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, operator, type Method } from '../support/builders.ts'

t.test('no address of /v1 takes query parameters that it does not know', async (t) => {
  const { app } = await testApp(t)
  const source = await testSource(app)
  const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, { security?: object[] }>> }
  let [asked, named] = [0, 0]
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/v1/') && path !== '/livez' && path !== '/readyz') continue
    for (const [method, { security = [] }] of Object.entries(methods)) {
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      const headers = security.some((one) => 'source' in one) ? source : operator
      const body = ['put', 'post'].includes(method) ? {} : undefined
      const answer = await call(app, method.toUpperCase() as Method, `${url}?nonsense=1`, headers, body)
      t.match(answer, { status: 400, body: { code: 'invalid-request' } }, `${method} ${path}`)
      if (/querystring must NOT have additional properties: nonsense/.test(answer.body.detail)) named++
      asked++
    }
  }
  t.ok(asked > 60, `${asked} addresses`)
  t.ok(named > asked / 2, `${named} say so; of the others the body or the address was looked at first`)
  for (const url of ['/openapi.json?x=1', '/openapi.yaml?x=1', '/v1/channels?nonsense', '/v1/authorities/leeds?On=1']) {
    t.equal((await call(app, 'GET', url)).status, 400, url)
  }
  t.equal((await call(app, 'GET', '/v1/channels?limit=3&limit=4')).status, 400, 'and none twice')
})

t.test('an address that takes whatever comes does not start', async (t) => {
  const app = fastify()
  refuseUnknownQueries(app)
  const schema = { querystring: { type: 'object', properties: { a: { type: 'string' } } } }
  t.throws(() => app.get('/v1/lax', { schema }, () => 'x'), /takes query parameters that it does not know/)
  app.get('/data/old', { schema }, () => 'x')
  t.equal((await app.inject('/data/old?b=1')).statusCode, 200, 'the old dialect has its own rules')
})
