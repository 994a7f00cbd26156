import t from 'tap'
import { parseRateLimits } from '../../src/domain/rate-limits.ts'
import { testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { shownRequests, type Shown } from '../../src/http/examples/requests.ts'
import { shapesOf } from '../support/contract-shapes.ts'

/** What clients get wrong, done to a request that the contract shows. */
const WRONG: Record<string, (shown: Shown) => Partial<Shown>> = {
  'as it is, of nothing': () => ({}),
  'no token': ({ headers }) => ({ headers: { ...headers, authorization: '' } }),
  'a token that nobody knows': ({ headers }) => ({ headers: { ...headers, authorization: 'Bearer nobody-knows-this-token' } }),
  'a form that is not served': ({ headers }) => ({ headers: { ...headers, accept: 'image/png' } }),
  'in a browser, a page that is no number': ({ url, headers }) => ({
    url: `${url}${url.includes('?') ? '&' : '?'}page=x`, headers: { ...headers, accept: 'text/html' }
  }),
  'a query that is not known': ({ url }) => ({ url: `${url}${url.includes('?') ? '&' : '?'}nonsense=1` }),
  'a type that is not read': ({ headers }) => ({ headers: { ...headers, 'content-type': 'text/html' }, payload: '<p>' }),
  'JSON that is broken': ({ headers }) => ({ headers: { ...headers, 'content-type': 'application/json' }, payload: '{"a":' }),
  'JSON of another shape': ({ headers }) => ({ headers: { ...headers, 'content-type': 'application/json' }, payload: '[1]' })
}

t.test('nothing answers in a shape that the contract does not name', async (t) => {
  const { app } = await testApp(t, '2026-12-01T12:00:00Z', {
    rateLimits: parseRateLimits('settings=0,failed-authentication=0')
  })
  await app.ready()
  const contract = app.swagger() as any
  const wrongShape = shapesOf(contract)
  const statuses = new Set<number>()
  for (const shown of shownRequests(contract)) {
    for (const [name, wrong] of Object.entries(WRONG)) {
      const asked = { ...shown, headers: { ...operator, ...shown.headers }, ...wrong(shown) }
      if (asked.payload !== undefined && shown.method === 'GET') continue
      const headers = 'authorization' in (wrong(shown).headers ?? {}) || wrong(shown).headers === undefined
        ? asked.headers
        : { ...operator, ...asked.headers }
      const { method, url, payload } = asked
      const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
      statuses.add(answer.statusCode)
      const fault = wrongShape(shown, answer)
      if (fault !== undefined) t.fail(`${shown.id} ${method} ${url}, ${name}: ${fault}`)
    }
  }
  for (const status of [200, 400, 401, 403, 404, 406, 415, 422]) t.ok(statuses.has(status), `${status} came`)
})
