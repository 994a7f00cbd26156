import { setImmediate as tick } from 'node:timers/promises'
import t from 'tap'
import { CostlyGate, type Asker, type GateLimits } from '../../src/cache/costly-gate.ts'

/** A gate whose computations end when the test says so. */
function testGate (limits: Partial<GateLimits>) {
  const gate = new CostlyGate({ waitMs: 60_000, ...limits })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const compute = (name: string) => async (): Promise<string> => {
    begun.push(name)
    await new Promise<void>((resolve) => ends.set(name, resolve))
    return `answer to ${name}`
  }
  const leaving = new Map<string, () => void>()
  const asker = (client: string, name = client): Asker => ({
    client, onGone: (leave) => { leaving.set(name, leave) }
  })
  const ask = async (client: string, name: string): Promise<string> =>
    await gate.run(asker(client, name), compute(name)).catch((error: unknown) => (error as { code?: string }).code ?? '?')
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await tick()
  }
  const leave = async (name: string): Promise<void> => {
    leaving.get(name)?.()
    await tick()
  }
  return { gate, begun, ask, asker, compute, end, leave }
}

t.test('each client in turn, whatever another asked before', async (t) => {
  const { begun, ask, end } = testGate({ atOnce: 1, ofClient: 1 })
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map(async (name) => await ask(name[0] ?? '', name))
  await tick()
  t.same(begun, ['a1'])
  for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']) await end(name)
  t.same(begun, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  t.equal((await Promise.all(all))[4], 'answer to b1')
})

t.test('one client never has every place', async (t) => {
  const { begun, ask, end } = testGate({ atOnce: 3, ofClient: 2 })
  const all = ['a1', 'a2', 'a3'].map(async (name) => await ask('a', name))
  await tick()
  t.same(begun, ['a1', 'a2'], 'a third place is free')
  all.push(ask('b', 'b1'))
  await tick()
  t.same(begun, ['a1', 'a2', 'b1'], 'for another')
  await end('b1')
  t.same(begun.length, 3, 'and stays so')
  await end('a1')
  t.equal(begun.at(-1), 'a3')
  for (const name of ['a2', 'a3']) await end(name)
  t.same((await Promise.all(all)).length, 4)
})

t.test('too many who wait are refused, of a client and of all; those who wait stay', async (t) => {
  const { gate, begun, ask, end } = testGate({ atOnce: 1, ofClient: 1, waitingOfClient: 2, waiting: 3 })
  const all = ['a1', 'a2', 'a3'].map(async (name) => await ask('a', name))
  t.equal(await ask('a', 'a4'), 'unavailable', 'two of a wait')
  all.push(ask('b', 'b1'))
  t.equal(await ask('c', 'c1'), 'unavailable', 'three of all wait')
  t.equal(gate.waiting, 3)
  for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name)
  t.same(begun, ['a1', 'a2', 'b1', 'a3'])
  t.same(await Promise.all(all), ['a1', 'a2', 'a3', 'b1'].map((name) => `answer to ${name}`))
  t.equal(gate.waiting, 0)
})

t.test('nothing is computed for a client who went away, and nobody waits for ever', async (t) => {
  const { gate, begun, ask, end, leave } = testGate({ atOnce: 1, ofClient: 1 })
  const first = ask('a', 'a1')
  const [gone, stays] = [ask('b', 'b1'), ask('c', 'c1')]
  await tick()
  await leave('b1')
  t.equal(await gone, 'unavailable')
  t.equal(gate.waiting, 1)
  for (const name of ['a1', 'c1']) await end(name)
  t.same(begun, ['a1', 'c1'])
  t.same(await Promise.all([first, stays]), ['answer to a1', 'answer to c1'])

  const short = testGate({ atOnce: 1, ofClient: 1, waitMs: 5 })
  const busy = short.ask('a', 'a1')
  t.equal(await short.ask('b', 'b1'), 'unavailable')
  await short.end('a1')
  t.equal(await busy, 'answer to a1')
  t.same(short.begun, ['a1'])
})

t.test('what two clients wait for is computed once, when the first of them is served', async (t) => {
  const { gate, begun, asker, compute, ask, end, leave } = testGate({ atOnce: 1, ofClient: 1 })
  const busy = ['a0', 'a1', 'a2'].map(async (name) => await ask('a', name))
  const shared = gate.turnFor(compute('shared'))
  const waiting = [asker('a', 'of a'), asker('b', 'of b')].map(async (one) =>
    await Promise.race([shared.value, shared.wait(one)]))
  waiting[0]?.catch(() => undefined)
  await tick()
  await leave('of a')
  await t.rejects(async () => { await waiting[0] }, { code: 'unavailable' })
  for (const name of ['a0', 'a1', 'shared', 'a2']) await end(name)
  t.same(begun, ['a0', 'a1', 'shared', 'a2'], 'b need not wait behind the questions of a')
  t.equal(await waiting[1], 'answer to shared')
  await Promise.all(busy)
  t.equal(gate.waiting, 0)
})

t.test('who may ask for no more is told so, and nobody who waits for the same', async (t) => {
  const { gate, begun, asker, compute, ask, end } = testGate({ atOnce: 1, ofClient: 1 })
  const busy = ask('a', 'a0')
  await tick()
  const shared = gate.turnFor(compute('shared'))
  const over = { ...asker('b'), mayAsk: async () => { throw new Error('no more') } }
  const waiting = [over, { ...asker('c'), mayAsk: async () => undefined }].map(async (one) =>
    await Promise.race([shared.value, shared.wait(one)]))
  await t.rejects(async () => { await waiting[0] }, { message: 'no more' })
  for (const name of ['a0', 'shared']) await end(name)
  t.same(begun, ['a0', 'shared'])
  t.equal(await waiting[1], 'answer to shared')
  const alone = gate.turnFor(compute('alone'))
  await t.rejects(Promise.race([alone.value, alone.wait(over)]), { message: 'no more' })
  await t.rejects(alone.value, { message: 'no more' }, 'nobody computes what nobody waits for')
  await busy
  t.equal(gate.waiting, 0)
})

t.test('a computation that fails gives its place back', async (t) => {
  const { gate, asker, ask, end } = testGate({ atOnce: 1, ofClient: 1 })
  await t.rejects(gate.run(asker('a'), async () => { throw new Error('no database') }), { message: 'no database' })
  await t.rejects(gate.run(asker('a'), () => { throw new Error('at once') }), { message: 'at once' })
  const next = ask('b', 'b1')
  await tick()
  await end('b1')
  t.equal(await next, 'answer to b1')
})
