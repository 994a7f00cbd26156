import t from 'tap'
import { clientOf } from '../../src/cli/demo/client.ts'
import { makeForReference } from '../../src/cli/demo/reference.ts'
import type { App } from '../../src/app.ts'
import { shownRequests } from '../../src/http/examples/requests.ts'
import { OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { bearer, issueToken, operator, type Headers } from '../support/builders.ts'
import { shapesOf } from '../support/contract-shapes.ts'
import { loadDemo } from '../support/demo-of-days.ts'

t.test('every example of the contract works on the demo, as it stands and in its order', async (t) => {
  const { app } = await testApp(t, '2026-12-01T12:00:00Z')
  const base = await loadDemo(app, '2025-05-26', '2025-06-08')
  await makeForReference(clientOf(base), OPERATOR_TOKEN)
  const contract = app.swagger() as any
  const wrongShape = shapesOf(contract)
  const tokens = await tokensOf(app)
  for (const shown of shownRequests(contract)) {
    const { id, method, url, payload, permission, shows } = shown
    const token = permission === 'public' ? {} : id === 'emptySandbox' ? tokens['sandbox'] : tokens[permission] ?? operator
    const answer = await app.inject({
      method, url, headers: { ...shown.headers, ...token }, ...(payload !== undefined && { payload })
    })
    const name = `${id} ${method} ${url} ${shown.headers['content-type'] ?? ''}`
    if (shows === undefined) t.ok(answer.statusCode < 300, `${name}: ${answer.statusCode} ${answer.body.slice(0, 400)}`)
    else t.equal(answer.statusCode, shows, `${name}: ${answer.body.slice(0, 400)}`)
    t.equal(wrongShape(shown, answer), undefined, `${name} has the shape that the contract names`)
  }
})

/** Tokens of the demo's source, of its sandbox, and of the examples' data set. */
async function tokensOf (app: App): Promise<Record<string, Headers>> {
  const issued = async (...of: [path: string, settings?: { sandbox: true }]): Promise<Headers> =>
    bearer((await issueToken(app, ...of)).token)
  return {
    source: await issued('sources/solihull/demo'),
    sandbox: await issued('sources/solihull/demo', { sandbox: true }),
    'data-set': await issued('data-sets/solihull-zoo-licence/inspections')
  }
}
