import t from 'tap'
import { dayOf, dayParts } from '../../src/domain/calendar.ts'
import { learnRhythm, type Arrival } from '../../src/domain/rhythm.ts'

const MONDAY = dayOf(2026, 3, 2)
/** Arrivals on some days, each about days up to so many before it. */
const arriving = (days: readonly number[], before: number): Arrival[] =>
  days.map((day) => ({ day, newest: day - before }))
const from = (start: number, count: number, step: (n: number) => number): number[] =>
  Array.from({ length: count }, (_, n) => start + step(n))
const days = from(MONDAY, 60, (n) => n)
const isWeekday = (day: number): boolean => dayParts(day).weekday < 5

t.test('each rhythm, with the delay that is usual', async (t) => {
  t.same(learnRhythm(arriving(days, 0)), { rhythm: 'day', allowed: 2 })
  t.same(learnRhythm(arriving(days, 3)), { rhythm: 'day', allowed: 5 }, 'each three days behind')
  t.same(learnRhythm(arriving(days.filter(isWeekday), 0)), { rhythm: 'weekday', allowed: 5 })
  t.same(learnRhythm(arriving(from(MONDAY, 8, (n) => n * 7), 1)), { rhythm: 'week', allowed: 10 }, 'on Monday, up to Sunday')
  t.match(learnRhythm(arriving(from(MONDAY, 6, (n) => Math.round(n * 30.4)), 5)), { rhythm: 'month', allowed: 43 })
  t.match(learnRhythm(arriving(from(MONDAY, 4, (n) => n * 91), 20)), { rhythm: 'quarter' })
  t.match(learnRhythm(arriving(from(MONDAY, 3, (n) => n * 365), 20)), { rhythm: 'year' })
  const now = [0, 2, 3, 9, 20, 21, 40, 43, 44, 60]
  t.same(learnRhythm(arriving(from(MONDAY, 10, (n) => now[n]!), 0)), { rhythm: 'irregular', allowed: 38 }, 'twice the longest pause')
})

t.test('holidays, failures and corrections make no other rhythm', async (t) => {
  const bankHolidays = new Set([dayOf(2026, 4, 3), dayOf(2026, 4, 6)])
  const worked = days.filter((day) => isWeekday(day) && !bankHolidays.has(day))
  t.same(learnRhythm(arriving(worked, 0)), { rhythm: 'weekday', allowed: 5 }, 'Easter')
  t.same(learnRhythm(arriving(days.filter((_, n) => n < 20 || n > 30), 0)), { rhythm: 'day', allowed: 2 }, 'ten days down')
  const corrected = arriving(days, 0).flatMap((one) => [one, { day: one.day, newest: one.newest - 30 }])
  t.same(learnRhythm(corrected), { rhythm: 'day', allowed: 2 })
})

t.test('a young feed has none', async (t) => {
  t.equal(learnRhythm([]), undefined)
  t.equal(learnRhythm(arriving([MONDAY], 0)), undefined)
  t.equal(learnRhythm(arriving(days.slice(0, 10), 0)), undefined, 'ten days may be a fortnight’s work')
  t.equal(learnRhythm(arriving(from(MONDAY, 3, (n) => n * 7), 1)), undefined)
})

t.test('what was sent at once is learnt from its days, until arrivals say more', async (t) => {
  const once = arriving([days.at(-1)!], 0)
  t.same(learnRhythm(once, days), { rhythm: 'day', allowed: 2 })
  t.same(learnRhythm(once, days.filter(isWeekday)), { rhythm: 'weekday', allowed: 4 })
  t.equal(learnRhythm(once, days.slice(-5)), undefined)
  const twice = arriving([days.at(-8)!, days.at(-1)!], 1)
  t.same(learnRhythm(twice, days), { rhythm: 'day', allowed: 9 }, 'a week’s days come in one file')
})
