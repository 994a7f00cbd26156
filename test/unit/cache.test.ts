import t from 'tap'
import { Cache } from '../../src/cache/cache.ts'

const catalogue = {}
const KEY = 'number a'
const at = (state: string, of: object = catalogue) => ({ catalogue: of, state })
const MIB = 1024 * 1024

/** A cache of numbers that counts what it computes. */
function counting (options?: { mostBytes: number }) {
  const cache = new Cache(options)
  let computed = 0
  const get = async (key: string, version = at('1'), bytes = 8): Promise<number> =>
    await cache.get(key, version, async () => ++computed, () => bytes)
  return { cache, get }
}

t.test('a value is computed once for each version of what it is made of, and for each key', async (t) => {
  const { get } = counting()
  t.equal(await get(KEY), 1)
  t.equal(await get(KEY), 1)
  t.equal(await get(KEY, at('2')), 2, 'the data changed')
  t.equal(await get(KEY, at('2', {})), 3, 'another catalogue, though it says the same')
  t.equal(await get('number b', at('2')), 4)
})

t.test('all who ask at once share one computation, also its failure, which is forgotten', async (t) => {
  const cache = new Cache()
  const computations: Array<PromiseWithResolvers<number>> = []
  const get = async (state = '1'): Promise<number> =>
    await cache.get(KEY, at(state), async () => {
      const computation = Promise.withResolvers<number>()
      computations.push(computation)
      return await computation.promise
    }, () => 8)

  const together = [get(), get(), get()]
  t.equal(computations.length, 1, 'begun before get returns')
  computations[0]?.reject(new Error('no database'))
  for (const { status } of await Promise.allSettled(together)) t.equal(status, 'rejected')
  const again = [get(), get()]
  t.equal(computations.length, 2)
  computations[1]?.resolve(5)
  t.same(await Promise.all(again), [5, 5])
  t.equal(await get(), 5)

  await t.rejects(cache.get('sync', at('1'), () => {
    throw new Error('at once')
  }, () => 8))
  t.equal(await cache.get('sync', at('1'), async () => 6, () => 8), 6)
})

t.test('what was begun before a commit does not disturb what was begun after it', async (t) => {
  for (const failing of [false, true]) {
    const cache = new Cache()
    const old = Promise.withResolvers<string>()
    const before = cache.get(KEY, at('1'), async () => await old.promise, () => 8)
    t.equal(await cache.get(KEY, at('2'), async () => 'new', () => 8), 'new')
    if (failing) old.reject(new Error('too slow'))
    else old.resolve('old')
    t.equal(await before.catch(() => 'failed'), failing ? 'failed' : 'old')
    t.equal(await cache.get(KEY, at('2'), async () => 'newer', () => 8), 'new')
  }
})

t.test('what nobody asked for the longest makes room', async (t) => {
  const { get } = counting({ mostBytes: 20_000 })
  for (let n = 1; n <= 10; n++) t.equal(await get(String(n), at('1'), 900), n)
  for (let n = 1; n <= 10; n++) t.equal(await get(String(n)), n, 'there is room for ten')
  await get('1')
  await get('new', at('1'), 900)
  t.equal(await get('1'), 1)
  t.equal(await get('2'), 12, 'the second was not asked for since')
})

t.test('keys count as well: small values with long keys do not fill the memory', async (t) => {
  const { get } = counting({ mostBytes: 100_000 })
  for (let n = 1; n <= 20; n++) await get(`${n} ${'x'.repeat(9000)}`)
  t.equal(await get(`20 ${'x'.repeat(9000)}`), 20)
  t.equal(await get(`10 ${'x'.repeat(9000)}`), 21)
})

t.test('a value that is replaced gives back its room, and one that is too large takes none', async (t) => {
  const { get } = counting({ mostBytes: 20_000 })
  t.equal(await get('small', at('1'), 900), 1)
  for (let n = 2; n <= 20; n++) t.equal(await get('large', at(String(n)), 12_000), n)
  t.equal(await get('small'), 1)
  t.equal(await get('large', at('21'), 30_000), 21, 'given to who asks')
  t.equal(await get('large', at('21'), 900), 22, 'and not stored')
  t.equal(await get('small'), 1)
})

t.test('one budget of 64 MiB, of which a value takes at most 16', async (t) => {
  const { get } = counting()
  for (let n = 1; n <= 64; n++) await get(`${n % 2 === 0 ? 'plan' : 'answer'} ${n}`, at('1'), MIB)
  t.equal(await get('plan 2'), 2, '63 and what they take up beside')
  t.equal(await get('answer 1'), 65)
  await get('answer a', at('1'), 15 * MIB)
  t.equal(await get('answer a'), 66)
  await get('answer b', at('1'), 16 * MIB)
  t.equal(await get('answer b'), 68)
})

t.test('a slow value is given again while it is computed and for ten times as long, a quick one never', async (t) => {
  let now = 1000
  const cache = new Cache({ stopwatch: () => now })
  const slow = async () => await cache.getSlow<string>(KEY, catalogue)
  t.equal(await slow(), undefined)
  const compute = async (lasting: number, value: string) =>
    await cache.get(KEY, at(value), async () => {
      now += lasting
      return value
    }, () => 8)

  await compute(250, 'quick')
  t.equal(await slow(), undefined)
  now += 10_000
  t.equal(await slow(), undefined, 'nor does it become slow by lying there')

  const begun = Promise.withResolvers<string>()
  const value = cache.get(KEY, at('slow'), async () => await begun.promise, () => 8)
  now += 250
  t.equal(cache.getSlow(KEY, catalogue), undefined, 'not slow yet')
  now += 50
  const joined = slow()
  begun.resolve('slow')
  t.same(await Promise.all([value, joined]), ['slow', 'slow'])
  now += 2999
  t.equal(await slow(), 'slow')
  t.equal(await cache.getSlow(KEY, {}), undefined, 'another catalogue')
  t.equal(await cache.getSlow('number b', catalogue), undefined)
  now += 1
  t.equal(await slow(), undefined, 'the time is up')
})
