import t from 'tap'
import { bandWithin, DURATION_BOUNDS, quantile } from '../../src/domain/durations.ts'
import fc from '../support/properties.ts'

const DAY = 86_400
const bandOf = (seconds: number): number => DURATION_BOUNDS.filter((bound) => bound < seconds).length + 1

t.test('bounds ascend, fit into six bits, and have what is promised to residents', async (t) => {
  t.ok(DURATION_BOUNDS.every((bound, i) => bound > (DURATION_BOUNDS[i - 1] ?? 0) && Number.isInteger(bound)))
  t.ok(DURATION_BOUNDS.length <= 62, 'with no duration at one end and longer than all at the other')
  for (const days of [1, 5, 10, 20, 28, 56, 91, 182]) t.equal(bandWithin(days * DAY), bandOf(days * DAY), `${days} days`)
  t.equal(bandWithin(5 * DAY + 1), undefined)
})

t.test('a quantile lies in the band of the true one', async (t) => {
  t.equal(quantile(new Map([[0, 5]]), 0.5), undefined, 'no durations')
  t.same(quantile(new Map([[1, 4]]), 0.5), { value: 1, above: 0, upTo: 1 }, 'rounded to whole seconds')
  t.same(quantile(new Map([[DURATION_BOUNDS.length + 1, 1]]), 0.9), { value: 365 * DAY, above: 365 * DAY, upTo: null })
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 400 * DAY }), { minLength: 1, maxLength: 60 }), fc.constantFrom(0.5, 0.9),
    (durations, q) => {
      const counts = new Map<number, number>()
      for (const seconds of durations) counts.set(bandOf(seconds), (counts.get(bandOf(seconds)) ?? 0) + 1)
      const truth = durations.toSorted((a, b) => a - b)[Math.ceil(q * durations.length) - 1] ?? -1
      const found = quantile(counts, q)
      return found !== undefined && (found.above < truth || truth === 0) && truth <= (found.upTo ?? Infinity) &&
        found.value >= found.above && found.value <= (found.upTo ?? Infinity)
    }
  ))
})
