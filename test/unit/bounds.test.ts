import t from 'tap'
import { rounded } from '../../src/domain/disclosure/index.ts'
import { meets, rate } from '../../src/domain/kpi/evaluate.ts'
import { allowedAge, daysLate, rhythmOf } from '../../src/domain/rhythm.ts'

t.test('a target is met at its very bounds', async (t) => {
  t.equal(meets({ at_least: 80 }, 80), true)
  t.equal(meets({ at_least: 80 }, 79.999), false)
  t.equal(meets({ at_most: 56 }, 56), true)
  t.equal(meets({ at_most: 56 }, 56.001), false)
})

t.test('pence are rounded to the nearest, halves up; nothing else is rounded', async (t) => {
  t.equal(rate({ unit: 'pence', scale: 1 }, 5, 2), 3)
  t.equal(rate({ unit: 'pence', scale: 1 }, 249, 100), 2)
  t.equal(rate({ unit: 'pence', scale: 1 }, 8, 3), 3)
  t.equal(rate({ unit: 'percent', scale: 100 }, 1, 8), 12.5)
})

t.test('what is published rounded goes to the nearest multiple, halves up', async (t) => {
  const rule = { threshold: 3, finest: 'week', delayDays: 0, roundTo: 10 } as const
  t.same([4, 5, 14, 15, 16, 25].map((value) => rounded(value, rule)), [0, 10, 10, 20, 20, 30])
  t.equal(rounded(17, { ...rule, roundTo: null }), 17)
})

t.test('a report is late from the day after what is allowed', async (t) => {
  const allowed = {
    day: 2, week: 15, month: 60, quarter: 180, financial_quarter: 180, year: 540, financial_year: 540
  } as const
  for (const [rhythm, days] of Object.entries(allowed) as Array<[keyof typeof allowed, number]>) {
    const age = allowedAge(rhythmOf(rhythm))
    t.equal(daysLate(1000, 1000 + days, age), 0, rhythm)
    t.equal(daysLate(1000, 1001 + days, age), 1, rhythm)
  }
})
