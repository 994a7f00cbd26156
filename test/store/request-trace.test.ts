import type { Span } from '@opentelemetry/api'
import t from 'tap'
import { CostlyGate } from '../../src/cache/costly-gate.ts'
import { openDatabase } from '../../src/postgres/database.ts'
import { currentTrace, RequestTrace, waitingForDatabase, within } from '../../src/telemetry/request-trace.ts'
import { testDatabase } from '../support/app.ts'
import { waitUntil } from '../support/wait-until.ts'

/** A request that notes what it waits for. */
function traced (): { trace: RequestTrace, waits: string[], open: () => number } {
  const waits: string[] = []
  let open = 0
  const span = (name: string): Span => {
    waits.push(name)
    open++
    return { end: () => { open-- } } as unknown as Span
  }
  return { trace: new RequestTrace({ span: span('request'), child: span }), waits, open: () => open - 1 }
}

t.test('a statement is of the request that asked for it, whoever gave its connection back', async (t) => {
  const { connectionString } = await testDatabase(t)
  const database = openDatabase({ connectionString, size: 1, onConnectionLost: () => undefined })
  t.teardown(async () => await database.close())
  const [a, b, c] = [traced(), traced(), traced()]
  const ask = (name: string) => async () => await database.pool.query({ name, text: `SELECT '${name}'` })
  await Promise.all([
    within(a.trace, ask('of-a')), within(b.trace, ask('of-b')), ask('of-nobody')(),
    within(c.trace, async () => {
      const client = await database.pool.connect()
      await client.query('BEGIN')
      await client.query({ name: 'of-c', text: 'SELECT 1' })
      await client.query('COMMIT')
      client.release()
    })
  ])
  t.same(a.waits, ['request', 'connection', 'of-a'])
  t.same(b.waits, ['request', 'connection', 'of-b'])
  t.same(c.waits, ['request', 'connection', 'BEGIN', 'of-c', 'COMMIT'])
  for (const { open, trace } of [a, b, c]) {
    t.equal(open(), 0, 'every wait has ended')
    t.ok(trace.databaseMs > 0)
  }
  const failing = traced()
  await t.rejects(within(failing.trace, async () => await database.pool.query('SELECT nothing FROM nowhere')))
  // Postgres says that a statement has failed before it says that it is ready for the next.
  await waitUntil('also a statement that failed is waited for no longer', () => failing.open() === 0)
  t.same(failing.waits, ['request', 'connection', 'SELECT'])
})

t.test('a costly answer is of the request that asked for it, whoever has done before', async (t) => {
  const gate = new CostlyGate({ atOnce: 1 })
  const [a, b] = [traced(), traced()]
  const seen: Array<RequestTrace | undefined> = []
  const asker = { client: 'x', onGone: () => undefined }
  const ask = async (): Promise<void> => {
    await gate.run(asker, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(currentTrace())
    })
  }
  await Promise.all([within(a.trace, ask), within(b.trace, ask)])
  t.same(seen.map((one) => one === a.trace ? 'a' : one === b.trace ? 'b' : 'nobody'), ['a', 'b'])
})

t.test('waiting for two things at once counts once', async (t) => {
  const trace = new RequestTrace()
  const began = performance.now()
  await within(trace, async () => {
    const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 20))
    await Promise.all([1, 2, 3, 4, 5].map(async () => await waitingForDatabase('pause', pause())))
  })
  t.ok(trace.databaseMs <= performance.now() - began)
})
