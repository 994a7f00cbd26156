import t from 'tap'
import { inOrder, MAKES, tokensOf } from '../support/example-order.ts'
import { testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'
import { shownRequests } from '../support/contract-requests.ts'
import { shapesOf } from '../support/contract-shapes.ts'
import { loadDemo } from '../support/demo-of-days.ts'

t.test('every example of the contract works on the demo, as it stands', async (t) => {
  const { app } = await testApp(t, '2026-12-01T12:00:00Z')
  await loadDemo(app, '2025-05-26', '2025-06-08')
  const contract = app.swagger() as any
  const wrongShape = shapesOf(contract)
  const tokens: Record<string, { authorization: string }> = {}
  for (const shown of inOrder(shownRequests(contract))) {
    if ((shown.permission === 'source' || shown.permission === 'data-set') && tokens['source'] === undefined) {
      const { source, sandbox, dataSet } = await tokensOf(app)
      Object.assign(tokens, { source, 'data-set': dataSet, emptySandbox: sandbox, emptyDataSet: operator })
    }
    const make = MAKES[shown.id]
    const made = make === undefined ? {} : { [shown.id]: await make(app, tokens['source'] as any) }
    const [request = shown] = shownRequests(contract, made)
      .filter(({ id, headers, payload }) =>
        id === shown.id && headers['content-type'] === shown.headers['content-type'] && payload === shown.payload)
    const answer = await app.inject({
      method: request.method,
      url: request.url,
      headers: { ...request.headers, ...(request.permission === 'public' ? {} : tokens[request.id] ?? tokens[request.permission] ?? operator) },
      ...(request.payload !== undefined && { payload: request.payload })
    })
    const name = `${shown.id} ${request.method} ${request.url} ${request.headers['content-type'] ?? ''}`
    if (shown.shows === undefined) t.ok(answer.statusCode < 300, `${name}: ${answer.statusCode} ${answer.body.slice(0, 400)}`)
    else t.equal(answer.statusCode, shown.shows, `${name}: ${answer.body.slice(0, 400)}`)
    t.equal(wrongShape(shown, answer), undefined, `${name} has the shape that the contract names`)
  }
})
