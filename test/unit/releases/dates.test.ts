import t from 'tap'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { candidatesOf } from '../../../src/releases/dates.ts'

const day = (text: string): number => parseDay(text)!
const YEAR = { start: day('2014-04-01'), end: day('2015-04-01') }
const WEEKLY = { finest: 'week', delayDays: 0 } as const
/** The dates that can be decided on a day, from the last one that was. */
const openOn = (
  today: string, decided = ['2014-04-01'], rule: Parameters<typeof candidatesOf>[1] = WEEKLY, begun = '2014-04-01'
) => {
  const { dates, open } = candidatesOf(YEAR, rule, decided.map(day), day(today), day(begun))
  return open.map((i) => formatDay(dates[i]!))
}

t.test('Mondays and firsts of months that are over', (t) => {
  t.same(openOn('2014-04-01'), [])
  t.same(openOn('2014-04-06'), [])
  t.same(openOn('2014-04-07'), ['2014-04-07'])
  t.same(openOn('2014-04-22'), ['2014-04-07', '2014-04-14', '2014-04-21'])
  t.same(openOn('2014-06-10', ['2014-04-01', '2014-05-26']), ['2014-06-01', '2014-06-02', '2014-06-09'])
  t.end()
})

t.test('a Monday in the week before the first of a month waits for it', (t) => {
  t.same(openOn('2014-04-28', ['2014-04-01', '2014-04-21']), [], '28 April, three days before May')
  t.same(openOn('2014-04-30', ['2014-04-01', '2014-04-21']), [])
  t.same(openOn('2014-05-01', ['2014-04-01', '2014-04-21']), ['2014-04-28', '2014-05-01'])
  t.same(openOn('2014-05-26', ['2014-04-01', '2014-05-19']), [], 'six days before 1 June')
  t.same(openOn('2014-08-25', ['2014-04-01', '2014-08-18']), ['2014-08-25'], 'seven days before 1 September')
  t.same(openOn('2015-03-30', ['2014-04-01', '2015-03-23']), [], 'nor is the last Monday of the year before its end')
  t.same(openOn('2015-04-01', ['2014-04-01', '2015-03-23']), ['2015-03-30', '2015-04-01'])
  t.end()
})

t.test('a month in which reporting began is no whole month: a week that ends with it comes first', (t) => {
  const begun = '2014-05-26'
  t.same(openOn('2014-06-01', ['2014-04-01', '2014-05-26'], WEEKLY, begun), [], '1 June waits for Monday, 2 June')
  t.same(openOn('2014-06-02', ['2014-04-01', '2014-05-26'], WEEKLY, begun), ['2014-06-01', '2014-06-02'])
  const { order, weights } = candidatesOf(
    YEAR, WEEKLY, [YEAR.start, day(begun)], day('2014-07-01'), day(begun)
  )
  t.same(order, [64, 4, 2, 4, 4, 4, 4, 4, 32])
  t.same(weights, [64, 4, 16, 4, 4, 4, 4, 4, 32])
  t.end()
})

t.test('a delay counts from the end of a period, and a Monday that waits is delayed with the month', (t) => {
  const late = { finest: 'week', delayDays: 7 } as const
  t.same(openOn('2014-04-13', undefined, late), [])
  t.same(openOn('2014-04-14', undefined, late), ['2014-04-07'])
  t.same(openOn('2014-05-07', ['2014-04-01', '2014-04-21'], late), [], '28 April was due, 1 May is not')
  t.same(openOn('2014-05-08', ['2014-04-01', '2014-04-21'], late), ['2014-04-28', '2014-05-01'])
  t.same(openOn('2014-05-08', undefined, { finest: 'month', delayDays: 7 }), ['2014-05-01'])
  t.end()
})

t.test('what was decided stays among the dates, heavier ones with their weights; other days can be ruled out', (t) => {
  const found = candidatesOf(YEAR, WEEKLY, [YEAR.start, day('2014-06-10')], day('2014-07-01'), YEAR.start)
  t.same(found.dates.map(formatDay), ['2014-04-01', '2014-06-10', '2014-06-16', '2014-06-23', '2014-06-30', '2014-07-01'])
  t.same(found.weights, [64, 1, 4, 4, 4, 32], 'a date of an older rule is a day')
  t.same(found.open, [2, 3, 4, 5])
  const some = candidatesOf(YEAR, WEEKLY, [YEAR.start], day('2014-04-22'), YEAR.start, (on) => on !== day('2014-04-14'))
  t.same(some.dates.map(formatDay), ['2014-04-01', '2014-04-07', '2014-04-21'])
  t.end()
})
