import fc from 'fast-check'
import t from 'tap'
import { largest } from '../../src/domain/largest.ts'

t.test('the largest are those that come first when all are sorted', async (t) => {
  const items = fc.uniqueArray(fc.record({ name: fc.nat(1000), sum: fc.nat(5) }), { selector: ({ name }) => name })
  fc.assert(fc.property(items, fc.integer({ min: 1, max: 8 }), (items, top) => {
    const sorted = items.toSorted((a, b) => b.sum - a.sum || a.name - b.name)
    t.same(largest(items, top, ({ sum }) => sum, (a, b) => a.name - b.name), sorted.slice(0, top))
  }))
})
