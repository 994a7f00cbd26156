import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { Turns } from '../../src/intake/turns.ts'

/** Works that go on until they are told to end, and the order in which they began. */
function works (turns: Turns) {
  const began: string[] = []
  const ends = new Map<string, () => void>()
  const results: Array<Promise<unknown>> = []
  const ask = (name: string, key: string, long = false): void => {
    results.push(turns.run({ key, long }, async () => {
      began.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      return name
    }))
  }
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await setImmediate()
  }
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await settle()
  }
  return { began, results, ask, end, settle }
}

t.test('of one key one work goes on, and those of others beside it', async (t) => {
  const { began, ask, end, results } = works(new Turns({ atOnce: 2 }))
  ask('a1', 'a')
  ask('a2', 'a')
  ask('b1', 'b')
  ask('c1', 'c')
  t.same(began, ['a1', 'b1'])
  await end('b1')
  t.same(began, ['a1', 'b1', 'c1'], 'a has its work, so c goes first')
  await end('a1')
  t.same(began, ['a1', 'b1', 'c1', 'a2'])
  await end('c1')
  await end('a2')
  t.same(await Promise.all(results), ['a1', 'a2', 'b1', 'c1'])
})

t.test('keys take turns, however much one of them asks for', async (t) => {
  const { began, ask, end } = works(new Turns({ atOnce: 1 }))
  for (const n of [1, 2, 3]) ask(`a${n}`, 'a')
  for (const n of [1, 2]) ask(`b${n}`, 'b')
  for (const name of ['a1', 'a2', 'b1', 'a3', 'b2']) await end(name)
  t.same(began, ['a1', 'a2', 'b1', 'a3', 'b2'])
})

t.test('short works find a place beside long ones, and a long one is not passed over for ever', async (t) => {
  const { began, ask, end } = works(new Turns({ atOnce: 2, longAtOnce: 1 }))
  ask('long a', 'a', true)
  ask('long b', 'b', true)
  t.same(began, ['long a'], 'a place is left')
  ask('short c', 'c')
  t.same(began, ['long a', 'short c'])
  for (let n = 1; n <= 12; n++) ask(`short ${n}`, `s${n}`)
  await end('short c')
  await end('long a')
  t.same(began.slice(0, 4), ['long a', 'short c', 'short 1', 'short 2'])
  for (let n = 1; n <= 12; n++) await end(`short ${n}`)
  t.ok(began.includes('long b'))
  t.ok(began.indexOf('long b') < began.indexOf('short 12'), began.join())
})

t.test('who is beyond the bound of those that wait is told to try again, and others are not', async (t) => {
  const turns = new Turns({ atOnce: 1, mostWaiting: 2 })
  const { began, ask, end } = works(turns)
  for (const n of [1, 2, 3]) ask(`a${n}`, 'a')
  await t.rejects(turns.run({ key: 'a', long: false }, async () => undefined), { code: 'unavailable' })
  ask('b1', 'b')
  t.equal(turns.waiting, 3)
  for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name)
  t.same(began, ['a1', 'a2', 'b1', 'a3'])
  t.equal(turns.waiting, 0)
})

t.test('who waits too long is told so, and a work that fails makes room', async (t) => {
  const turns = new Turns({ atOnce: 1, mostMs: 1 })
  const { ask, end, results } = works(turns)
  ask('a1', 'a')
  await t.rejects(turns.run({ key: 'a', long: false }, async () => undefined), { code: 'unavailable' })
  t.equal(turns.waiting, 0)
  await end('a1')
  await Promise.all(results)
  await t.rejects(turns.run({ key: 'a', long: false }, async () => {
    throw new Error('no')
  }), { message: 'no' })
  t.equal(turns.isBusy('a'), false)
  t.equal(await turns.run({ key: 'a', long: false }, async () => 'yes'), 'yes')
})
