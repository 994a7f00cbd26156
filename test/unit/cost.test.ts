import t from 'tap'
import { checkCount, checkSize, MOST_BYTES, MOST_VALUES } from '../../src/domain/cost.ts'
import { mapInSlices } from '../../src/domain/slices.ts'
import { matcherOf } from '../../src/performance-platform/dashboards/matcher.ts'

t.test('an answer is bounded in periods times groups times columns, and in bytes', async (t) => {
  const refused = { code: 'too-costly', status: 422 }
  t.doesNotThrow(() => checkSize({}))
  t.doesNotThrow(() => checkSize({ periods: 1000, groups: 100, columns: 10, bytes: 1 }))
  t.equal(1000 * 100 * 10, MOST_VALUES)
  t.throws(() => checkSize({ periods: 1000, groups: 100, columns: 11, bytes: 1 }), refused)
  t.throws(() => checkSize({ periods: 1001, groups: 100, columns: 10, bytes: 1 }), refused)
  t.throws(() => checkSize({ periods: 1000, groups: 101, columns: 10, bytes: 1 }), refused)
  t.doesNotThrow(() => checkSize({ periods: MOST_BYTES / 1024, bytes: 1024 }))
  t.throws(() => checkSize({ periods: MOST_BYTES / 1024, bytes: 1025 }), refused)
  t.throws(() => checkSize({ periods: 50_000, groups: 3, columns: 20 }), {
    message: /50000 periods of 3 groups with 20 columns: 3000000 values in some 58 MiB. Ask for at most 1000000 values/
  })
  t.doesNotThrow(() => checkCount(5, 5, 'things', 'fewer'))
  t.throws(() => checkCount(6, 5, 'things', 'fewer of them'), {
    ...refused, message: 'That is 6 things; ask for at most 5: fewer of them.'
  })
})

t.test('between slices others come first, and nothing is lost', async (t) => {
  const order: number[] = []
  let others = 0
  const other = setInterval(() => others++, 1)
  const made = await mapInSlices(Array.from({ length: 30 }, (_, i) => i), (item, index) => {
    const until = performance.now() + 4
    while (performance.now() < until) order[index] = item
    return item * 2
  })
  clearInterval(other)
  t.same(made, order.map((item) => item * 2))
  t.equal(made.length, 30)
  t.ok(others > 2, `others came first ${others} times`)
})

t.test('an expression of a dashboard takes time in proportion to the text, whatever it is', async (t) => {
  const takesForEver = await matcherOf('^(a+)+$') // JavaScript would try each of 2^40 ways
  t.equal(takesForEver?.(`${'a'.repeat(40)}!`), false)
  t.equal(takesForEver?.('aaa'), true)
  const digital = await matcherOf('^(web|Digital)$')
  t.same(['web', 'Digital', 'webs', 'paper'].map((text) => digital?.(text)), [true, true, false, false])
  t.equal((await matcherOf('ig'))?.('Digital'), true, 'anywhere in the text')
  for (const expression of ['^(?!web)', '(a)\\1', '(', 'a'.repeat(1001)]) {
    t.equal(await matcherOf(expression), undefined, expression.slice(0, 10))
  }
})
