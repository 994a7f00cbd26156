import fc from '../support/properties.ts'
import t from 'tap'
import { largest, largestOf } from '../../src/domain/largest.ts'

t.test('the largest are those that come first when all are sorted', async (t) => {
  const items = fc.uniqueArray(fc.record({ name: fc.nat(1000), sum: fc.nat(5) }), { selector: ({ name }) => name })
  fc.assert(fc.property(items, fc.integer({ min: 1, max: 8 }), (items, top) => {
    const sorted = items.toSorted((a, b) => b.sum - a.sum || a.name - b.name)
    t.same(largest(items, top, ({ sum }) => sum, (a, b) => a.name - b.name), sorted.slice(0, top))
  }))
})

t.test('what is made of an item may have less than was said, and the largest are found all the same', async (t) => {
  const items = fc.uniqueArray(fc.record({ name: fc.nat(1000), most: fc.nat(6), lost: fc.nat(6) }), {
    selector: ({ name }) => name
  })
  fc.assert(fc.property(items, fc.integer({ min: 1, max: 4 }), (items, top) => {
    const make = ({ name, most, lost }: typeof items[number]) => ({ name, sum: Math.max(0, most - lost) })
    const compare = (a: { name: number }, b: { name: number }) => a.name - b.name
    const sorted = items.map(make).sort((a, b) => b.sum - a.sum || compare(a, b))
    t.same(
      largestOf(items, top, { atMost: ({ most }) => most, make, sumOf: ({ sum }) => sum, compare }),
      sorted.slice(0, top)
    )
  }))
})

t.test('what cannot be among the largest is not made', async (t) => {
  const made: number[] = []
  const make = (n: number) => {
    made.push(n)
    return n === 99 ? 0 : n
  }
  const items = Array.from({ length: 100 }, (_, n) => n)
  t.same(largestOf(items, 3, { atMost: (n) => n, make, sumOf: (n) => n, compare: (a, b) => a - b }), [98, 97, 96])
  t.ok(made.length <= 12)
})
