import fc from '../support/properties.ts'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { dayOf, formatDay, localDay, parseDay, parseInstant } from '../../src/domain/calendar.ts'
import { EventSchema } from '../../src/domain/event.ts'
import { addPeriods, periodsIn, periodStart, PERIODS } from '../../src/domain/period.ts'

const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' })

t.test('local days agree with the IANA database around every change of the clocks', async (t) => {
  for (let year = 2000; year <= 2037; year++) {
    for (const month of [2, 9]) {
      for (let day = 24; day <= 31; day++) {
        for (let hour = 0; hour < 24; hour++) {
          for (const minute of [0, 59]) {
            const instant = Date.UTC(year, month, day, hour, minute)
            if (formatDay(localDay(instant)) !== london.format(instant)) t.fail(new Date(instant).toISOString())
          }
        }
      }
    }
  }
  t.equal(formatDay(localDay(Date.parse('2014-06-30T23:30:00Z'))), '2014-07-01')
  t.equal(formatDay(localDay(Date.parse('2014-01-31T23:59:59.999Z'))), '2014-01-31')
})

t.test('dates and instants must exist and say their offset', async (t) => {
  t.equal(parseDay('2016-02-29'), dayOf(2016, 2, 29))
  for (const text of ['2015-02-29', '2015-13-01', '2015-1-1', '20150101', '']) t.equal(parseDay(text), undefined, text)
  t.equal(parseInstant('2014-05-27T08:31:00+01:00'), Date.UTC(2014, 4, 27, 7, 31))
  for (
    const text of [
      '2014-05-27T08:31:00', '2014-02-30T00:00:00Z', '2014-05-27', '2014-05-27T24:00:00Z', '2014-05-27T08:61:00Z'
    ]
  ) {
    t.equal(parseInstant(text), undefined, text)
  }
})

t.test('periods follow the calendar', async (t) => {
  const starts = (period: typeof PERIODS[number], day: string) => formatDay(periodStart(period, parseDay(day) ?? 0))
  t.equal(starts('week', '2014-06-01'), '2014-05-26', 'weeks start on Monday')
  t.equal(starts('financial_year', '2014-03-31'), '2013-04-01')
  t.equal(starts('financial_year', '2014-04-01'), '2014-04-01')
  t.equal(starts('financial_quarter', '2014-03-31'), '2014-01-01')
  t.equal(starts('quarter', '2014-12-31'), '2014-10-01')
  for (const period of PERIODS) {
    const start = periodStart(period, dayOf(2014, 3, 30))
    t.equal(addPeriods(period, addPeriods(period, start, 7), -7), start, `${period} there and back`)
    t.equal(periodStart(period, addPeriods(period, start, 1) - 1), start, `${period} ends before the next begins`)
  }
  t.equal(periodsIn('month', { start: dayOf(2014, 1, 31), end: dayOf(2014, 3, 2) }, 10).length, 3)
  t.throws(() => periodsIn('day', { start: 0, end: 11 }, 10), RangeError)
})

t.test('every period of 40 years holds the days that walking through the calendar gives it', async (t) => {
  const begins: Record<typeof PERIODS[number], (date: Date) => boolean> = {
    day: () => true,
    week: (date) => date.getUTCDay() === 1,
    month: (date) => date.getUTCDate() === 1,
    quarter: (date) => date.getUTCDate() === 1 && [0, 3, 6, 9].includes(date.getUTCMonth()),
    financial_quarter: (date) => date.getUTCDate() === 1 && [0, 3, 6, 9].includes(date.getUTCMonth()),
    year: (date) => date.getUTCDate() === 1 && date.getUTCMonth() === 0,
    financial_year: (date) => date.getUTCDate() === 1 && date.getUTCMonth() === 3
  }
  const [first, last] = [Date.UTC(1995, 0) / 86_400_000, Date.UTC(2035, 0) / 86_400_000]
  for (const period of PERIODS) {
    let start: number | undefined
    for (let day = first; day < last; day++) {
      if (begins[period](new Date(day * 86_400_000))) {
        const wrong = start !== undefined &&
          (addPeriods(period, start, 1) !== day || addPeriods(period, day, -1) !== start)
        if (wrong) t.fail(`${period}: ${formatDay(day)} does not follow the one before`)
        start = day
      }
      if (start !== undefined && periodStart(period, day) !== start) t.fail(`${period} of ${formatDay(day)}`)
    }
  }
})

t.test('an instant is what Date.parse makes of it, and what the schema of an event takes', async (t) => {
  const schema = Compile(EventSchema.properties.occurred_at)
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'))
  const zone = fc.oneof(fc.constantFrom('Z', '+01:00', '-05:30', '+24:00', '-00:60', ''), two(25))
  const texts = fc.tuple(fc.integer({ min: 1960, max: 2110 }), two(13), two(32), two(25), two(61), two(61), zone)
    .map(([year, month, day, hour, minute, second, zone]) =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`
    )
  let instants = 0
  fc.assert(
    fc.property(texts, (text) => {
      const instant = parseInstant(text)
      if (instant === undefined) return
      instants++
      if (instant !== Date.parse(text)) throw new Error(`${text} became ${instant}`)
      const fits: boolean = schema.Check(text)
      if (!fits) throw new Error(`${text} is refused by the schema`)
    }),
    { numRuns: 20_000 }
  )
  t.ok(instants > 1000, `${instants} of them were instants`)
  t.equal(parseInstant('2014-05-27T08:31:00+01:00'), Date.UTC(2014, 4, 27, 7, 31))
  t.equal(parseInstant('2014-02-30T00:00:00Z'), undefined)
})
