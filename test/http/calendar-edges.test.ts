import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { event, get, kpiUrl, send, seriesUrl } from '../support/builders.ts'

// Nothing here uses src/domain: days are counted and the clocks are put forward by JavaScript and the IANA database.
const DAY_MS = 86_400_000
const FIRST = '2014-01-01'
const LAST = '2017-04-30'
const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
const numberOf = (day: string): number => (Date.parse(day) - Date.parse(FIRST)) / DAY_MS + 1

const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'medium'
})
/** The instant at which the clocks in London show this. */
function inLondon (day: string, time: string): string {
  const offset = ['+00:00', '+01:00'].find((one) => clock.format(new Date(`${day}T${time}${one}`)) === `${day} ${time}`)
  return `${day}T${time}${offset ?? ''}`
}

/** Two transactions on every day, at its first and its last second; the n-th day counts n and n. */
function everyDay (): object[] {
  const events = []
  for (let day = FIRST; day <= LAST; day = dayAfter(day)) {
    for (const time of ['00:00:00', '23:59:59']) {
      events.push(event(`${day} ${time}`.replaceAll(/[ :]/g, '-'), {
        occurred_at: inLondon(day, time), count: numberOf(day)
      }))
    }
  }
  return events
}

function countedFrom (start: string, end: string): number | null {
  if (start < FIRST) return null
  let sum = 0
  for (let day = start; day <= end; day = dayAfter(day)) sum += 2 * numberOf(day)
  return sum
}

type Row = [period: string, start: string, end: string, comparedStart: string, comparedEnd: string]

const YEAR_EARLIER: Row[] = [
  ['day', '2016-02-29', '2016-02-29', '2015-02-28', '2015-02-28'],
  ['day', '2016-02-28', '2016-02-28', '2015-02-28', '2015-02-28'],
  ['day', '2016-03-01', '2016-03-01', '2015-03-01', '2015-03-01'],
  ['day', '2017-02-28', '2017-02-28', '2016-02-28', '2016-02-28'],
  ['day', '2017-03-01', '2017-03-01', '2016-03-01', '2016-03-01'],
  ['day', '2016-01-01', '2016-01-01', '2015-01-01', '2015-01-01'],
  ['day', '2016-12-31', '2016-12-31', '2015-12-31', '2015-12-31'],
  ['day', '2016-03-27', '2016-03-27', '2015-03-27', '2015-03-27'],
  ['week', '2016-02-29', '2016-03-06', '2015-03-02', '2015-03-08'],
  ['week', '2015-12-28', '2016-01-03', '2014-12-29', '2015-01-04'],
  ['week', '2016-12-26', '2017-01-01', '2015-12-28', '2016-01-03'],
  ['week', '2016-03-21', '2016-03-27', '2015-03-23', '2015-03-29'],
  ['month', '2016-02-01', '2016-02-29', '2015-02-01', '2015-02-28'],
  ['month', '2017-02-01', '2017-02-28', '2016-02-01', '2016-02-29'],
  ['month', '2016-10-01', '2016-10-31', '2015-10-01', '2015-10-31'],
  ['quarter', '2016-01-01', '2016-03-31', '2015-01-01', '2015-03-31'],
  ['quarter', '2016-10-01', '2016-12-31', '2015-10-01', '2015-12-31'],
  ['financial_quarter', '2017-01-01', '2017-03-31', '2016-01-01', '2016-03-31'],
  ['financial_quarter', '2016-04-01', '2016-06-30', '2015-04-01', '2015-06-30'],
  ['year', '2016-01-01', '2016-12-31', '2015-01-01', '2015-12-31'],
  ['financial_year', '2016-04-01', '2017-03-31', '2015-04-01', '2016-03-31']
]
const PREVIOUS: Row[] = [
  ['day', '2016-03-01', '2016-03-01', '2016-02-29', '2016-02-29'],
  ['day', '2015-03-01', '2015-03-01', '2015-02-28', '2015-02-28'],
  ['day', '2016-01-01', '2016-01-01', '2015-12-31', '2015-12-31'],
  ['week', '2016-01-04', '2016-01-10', '2015-12-28', '2016-01-03'],
  ['week', '2015-12-28', '2016-01-03', '2015-12-21', '2015-12-27'],
  ['month', '2016-03-01', '2016-03-31', '2016-02-01', '2016-02-29'],
  ['month', '2016-01-01', '2016-01-31', '2015-12-01', '2015-12-31'],
  ['quarter', '2016-01-01', '2016-03-31', '2015-10-01', '2015-12-31'],
  ['financial_quarter', '2016-04-01', '2016-06-30', '2016-01-01', '2016-03-31'],
  ['year', '2016-01-01', '2016-12-31', '2015-01-01', '2015-12-31'],
  ['financial_year', '2016-04-01', '2017-03-31', '2015-04-01', '2016-03-31']
]

t.test('the edges of the calendar', async (t) => {
  const { app } = await testApp(t, '2017-06-10T12:00:00Z')
  const headers = await testSource(app)
  await send(app, 'events', headers, everyDay())

  for (const [compareWith, rows] of [['year-earlier', YEAR_EARLIER], ['previous', PREVIOUS]] as const) {
    t.test(`a period and the one it is compared with: ${compareWith}`, async (t) => {
      for (const [period, start, end, comparedStart, comparedEnd] of rows) {
        const url = kpiUrl('transactions', { period, start_on: start, end_on: end, compare_with: compareWith })
        const { data: [{ values }] } = await get(app, url)
        const [value, compared] = [countedFrom(start, end), countedFrom(comparedStart, comparedEnd)]
        t.match(values, [{
          start_on: start,
          end_on: end,
          value,
          compared: {
            start_on: comparedStart, end_on: comparedEnd, value: compared, change: (value ?? 0) - (compared ?? 0)
          }
        }], `${period} from ${start}`)
        t.equal(values.length, 1, 'one period')
      }
    })
  }

  t.test('a whole range compared: every day of a leap year with its own day, in order', async (t) => {
    const url = kpiUrl('transactions', {
      period: 'day', start_on: '2016-02-27', end_on: '2016-03-02', compare_with: 'year-earlier'
    })
    const { data: [{ values }] } = await get(app, url)
    t.same(values.map(({ start_on: on, compared }: { start_on: string, compared: { start_on: string } }) =>
      [on, compared.start_on]), [
      ['2016-02-27', '2015-02-27'],
      ['2016-02-28', '2015-02-28'],
      ['2016-02-29', '2015-02-28'],
      ['2016-03-01', '2015-03-01'],
      ['2016-03-02', '2015-03-02']
    ])
  })

  t.test('every period of three years has its own days, first and last second included', async (t) => {
    for (const period of ['day', 'week', 'month', 'quarter', 'financial_quarter', 'year', 'financial_year']) {
      const values = await periodsOf(app, { period, start_on: FIRST, end_on: '2017-03-31' })
      t.equal(values.at(0)?.start_on, FIRST, 'cut to what was asked for')
      t.equal(values.at(-1)?.end_on, '2017-03-31')
      for (const [i, { start_on: start, end_on: end, value }] of values.entries()) {
        if (value !== countedFrom(start, end)) t.fail(`${period} ${start} to ${end}: ${String(value)}`)
        if (i > 0 && start !== dayAfter(values[i - 1]!.end_on)) t.fail(`${period} ${start} follows`)
      }
    }
  })

  t.test('a duration counts periods, not days', async (t) => {
    const ends = async (parameters: Parameters<typeof seriesUrl>[0]): Promise<unknown> => {
      const values = await periodsOf(app, parameters)
      return [values.length, values.at(0)?.start_on, values.at(-1)?.end_on]
    }
    t.same(await ends({ period: 'month', start_on: '2016-02-01', duration: 2 }), [2, '2016-02-01', '2016-03-31'])
    t.same(await ends({ period: 'month', end_on: '2016-02-29', duration: 2 }), [2, '2016-01-01', '2016-02-29'])
    t.same(await ends({ period: 'week', end_on: '2016-01-03', duration: 2 }), [2, '2015-12-21', '2016-01-03'])
    t.same(await ends({ period: 'day', end_on: '2016-03-01', duration: 2 }), [2, '2016-02-29', '2016-03-01'])
    t.same(await ends({ period: 'financial_quarter', start_on: '2016-03-31', duration: 2 }), [
      2, '2016-03-31', '2016-06-30'
    ], 'the period of the day counts')
    t.same(await ends({ period: 'financial_year', end_on: '2016-04-01', duration: 2 }), [2, '2015-04-01', '2016-04-01'])
    t.same(await ends({ period: 'year', duration: 1 }), [1, '2017-01-01', '2017-12-31'], 'up to today')
    t.same(await ends({ period: 'month' }), [12, '2016-07-01', '2017-06-30'], 'twelve, if nothing is said')
  })
})

interface Value { start_on: string, end_on: string, value: number | null }

async function periodsOf (app: App, parameters: Parameters<typeof seriesUrl>[0]): Promise<Value[]> {
  return (await get(app, seriesUrl(parameters))).data[0].values
}
