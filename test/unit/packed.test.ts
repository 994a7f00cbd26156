import fc from '../support/properties.ts'
import t from 'tap'
import { OF_EVENTS } from '../../src/rollups/dimensions.ts'
import { abbreviated, mergeSums, parsePacked, type Sums } from '../../src/rollups/packed.ts'

interface Named { keys: number[], events: number[], counts: number[], avoidable: number[] }
const sumsOf = ({ keys, events, counts, avoidable }: Named): Sums => ({ keys, measures: [events, counts, avoidable] })
const none = sumsOf({ keys: [], events: [], counts: [], avoidable: [] })
const int4s = (...numbers: number[]): Buffer =>
  Buffer.concat(numbers.map((number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(number)
    return bytes
  }))
const int8s = (...numbers: number[]): Buffer =>
  Buffer.concat(numbers.map((number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(number))
    return bytes
  }))

t.test('sums of the same key are added up, and what comes to nothing goes', async (t) => {
  const one = sumsOf({ keys: [-5, 1, 3], events: [1, 2, 3], counts: [4, 2, 3], avoidable: [0, 1, 0] })
  t.same(mergeSums(none, one), one)
  t.same(
    mergeSums(one, sumsOf({ keys: [1, 2, 3], events: [1, 1, -3], counts: [5, 1, -3], avoidable: [0, 0, 0] })),
    sumsOf({ keys: [-5, 1, 2], events: [1, 3, 1], counts: [4, 7, 1], avoidable: [0, 1, 0] })
  )
  // Folding takes so many rows at a time: what is taken away may come before what it is taken from.
  const before = mergeSums(none, sumsOf({ keys: [1], events: [-1], counts: [-3], avoidable: [-3] }))
  t.same(mergeSums(before, sumsOf({ keys: [1], events: [1], counts: [3], avoidable: [3] })), none)
  const revised = mergeSums(sumsOf({ keys: [1], events: [1], counts: [2], avoidable: [0] }), sumsOf({
    keys: [1], events: [-1], counts: [-5], avoidable: [0]
  }))
  t.same(mergeSums(revised, sumsOf({ keys: [1], events: [1], counts: [5], avoidable: [0] })), sumsOf({
    keys: [1], events: [1], counts: [2], avoidable: [0]
  }))
})

t.test('merging is adding up by key, in the order of keys', async () => {
  const sums = fc.uniqueArray(
    fc.record({ key: fc.integer({ min: -9, max: 9 }), events: fc.nat(9), count: fc.nat(9), avoidable: fc.nat(9) }),
    { selector: ({ key }) => key }
  ).map((some) => some.sort((a, b) => a.key - b.key))
  const columns = (some: Array<{ key: number, events: number, count: number, avoidable: number }>) => sumsOf({
    keys: some.map(({ key }) => key),
    events: some.map(({ events }) => events),
    counts: some.map(({ count }) => count),
    avoidable: some.map(({ avoidable }) => avoidable)
  })
  fc.assert(fc.property(sums, sums, (a, b) => {
    const expected = [...Map.groupBy([...a, ...b], ({ key }) => key)].sort(([x], [y]) => x - y).map(([key, some]) => ({
      key,
      events: some.reduce((sum, one) => sum + one.events, 0),
      count: some.reduce((sum, one) => sum + one.count, 0),
      avoidable: some.reduce((sum, one) => sum + one.avoidable, 0)
    })).filter(({ events, count, avoidable }) => events + count + avoidable > 0)
    t.same(mergeSums(columns(a), columns(b)), columns(expected))
  }), { numRuns: 50 })
})

t.test('a packed row says only what its events do not', async (t) => {
  const plain = { keys: [1, 2], events: [3, 4], counts: [3, 4], avoidable: [0, 0] }
  t.same(abbreviated(OF_EVENTS, sumsOf(plain)), [plain.events, [], []])
  const [keys, events, empty] = [int4s(1, 2), int4s(3, 4), Buffer.alloc(0)]
  t.same(parsePacked(OF_EVENTS, { keys, events, counts: empty, avoidable: empty }), sumsOf(plain))
  const other = { ...plain, counts: [3, 9], avoidable: [0, 5] }
  t.same(abbreviated(OF_EVENTS, sumsOf(other)), [other.events, other.counts, other.avoidable])
  t.same(parsePacked(OF_EVENTS, { keys, events, counts: int8s(3, 9), avoidable: int8s(0, 5) }), sumsOf(other))
})

t.test('a sum beyond 2^53, or 2^31 events of a key, fails and is not rounded', async (t) => {
  const [largest, least, empty] = [2 ** 53 - 1, -(2 ** 53) + 1, Buffer.alloc(0)]
  const [keys, events] = [int4s(-1), int4s(1)]
  t.same(
    parsePacked(OF_EVENTS, { keys, events, counts: int8s(largest), avoidable: int8s(least) }),
    sumsOf({ keys: [-1], events: [1], counts: [largest], avoidable: [least] })
  )
  t.throws(
    () => parsePacked(OF_EVENTS, { keys, events, counts: int8s(2 ** 53), avoidable: empty }), { code: 'sum-too-large' }
  )
  const of = (events: number, count: number, avoidable: number) =>
    sumsOf({ keys: [1], events: [events], counts: [count], avoidable: [avoidable] })
  t.throws(() => mergeSums(of(1, largest, 0), of(1, 1, 0)), { code: 'sum-too-large' })
  t.throws(() => mergeSums(of(1, 1, largest), of(1, 1, largest)), { code: 'sum-too-large' })
  t.throws(() => mergeSums(of(2 ** 31 - 1, 1, 0), of(1, 1, 0)), RangeError)
  t.same(mergeSums(of(2 ** 31 - 2, largest - 1, 0), of(1, 1, 0)), of(2 ** 31 - 1, largest, 0))
})
