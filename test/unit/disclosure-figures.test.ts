import t from 'tap'
import { suppressedYears, type AreaObservation } from '../../src/domain/disclosure/index.ts'
import type { Authority, Directory } from '../../src/catalogue/directory.ts'
import type { Measure } from '../../src/catalogue/kpi-directory.ts'
import type { ObservationIndex } from '../../src/observations/observation-index.ts'
import { ObservationSuppression } from '../../src/disclosure/observation-suppression.ts'

const APRIL = 16_161 // 2014-04-01
const thresholds = { authority: null, ward: 3 }
const week = (ward: number, value: number, n = 0, channel = 0, days = 7): AreaObservation => {
  const start = APRIL + 6 + 7 * n
  return { ward, channel, value, range: { start, end: start + days } }
}
const hidden = (...figures: AreaObservation[]): number[] => [...suppressedYears(figures, thresholds).ward]

t.test('figures by ward are public for a year if nothing small is among them or left by them', (t) => {
  t.same(hidden(week(1, 3), week(2, 0), week(1, 90, 1)), [])
  t.same(hidden(week(1, 3), week(2, 2), week(1, 90, 1)), [APRIL], 'one small')
  t.same(hidden(week(1, 30), week(1, 10, 0, 0, 1)), [APRIL], 'a week and one of its days')
  t.same(hidden(week(1, 30), week(1, 10, 0, 5)), [APRIL], 'a total and one of its channels')
  t.same(hidden(week(1, 30, 0, 4), week(1, 10, 0, 5)), [], 'two channels')
  t.same(hidden(week(1, 30), week(2, 30), week(0, 61)), [APRIL], 'one in no ward')
  t.same(hidden(week(1, 30), week(2, 30), week(0, 63)), [])
  t.same(hidden(week(1, 30), week(0, 300, 0, 0, 30)), [APRIL], 'other days of the authority')
  t.same(hidden(week(1, 30), week(0, 20, 0, 4), week(0, 11, 0, 5)), [APRIL], 'the authority by channel')
  t.same(hidden(week(1, 30), week(1, 2, 50)), [APRIL], 'years are apart')
  t.same(hidden(week(1, 30), week(1, 2, 52)), [APRIL + 365])
  t.same(hidden(week(1, 2, 51, 0, 14)), [APRIL, APRIL + 365], 'a figure across the end of a year is of both')
  t.end()
})

t.test('with a threshold of its own an authority hides its wards as well', (t) => {
  const years = suppressedYears([week(1, 30), week(2, 30)], { authority: 100, ward: 3 })
  t.same([[...years.authority], [...years.ward]], [[APRIL], [APRIL]])
  t.end()
})

t.test('which figures are hidden is made out once, however many values ask', (t) => {
  const figures = [week(1, 30), week(1, 2, 1), week(2, 30, 3), week(1, 30, 51, 0, 14), week(1, 40, 80)]
    .map(({ ward, channel, ...more }) => ({ wardId: ward, channelId: channel, ...more }))
  let scans = 0
  const book = {
    all: () => {
      scans++
      return figures
    }
  } as unknown as ObservationIndex
  const directory = {
    disclosureRule: (_authority: number, _service: number, level: string) => ({
      threshold: level === 'ward' ? 3 : null
    })
  } as unknown as Directory
  const viewer = { seesAll: () => false }
  const suppression = new ObservationSuppression({ viewer, directory, serviceId: 1, level: 'ward' })
  const [authority, measure] = [{ id: 1 } as Authority, { id: 1, unit: 'transactions' } as Measure]
  const hides = (n: number, days = 1, subdivision: 'ward' | 'whole' = 'ward'): boolean => {
    const range = { start: APRIL + 6 + n, end: APRIL + 6 + n + days }
    return suppression.suppresses({ book, authority, measure, subdivision, range })
  }
  t.same(
    [-1, 0, 13, 14, 20, 21, 27, 28].map((n) => hides(n)),
    [false, true, true, false, false, true, true, false],
    'days of figures in a year with a small one'
  )
  t.same([14, 13].map((n) => hides(n, 7)), [false, true])
  t.same([357, 370, 371].map((n) => hides(n)), [true, true, false], 'one across the end of the year is of it')
  t.same([560, 566].map((n) => hides(n)), [false, false], 'another year')
  t.notOk(hides(0, 7, 'whole'))
  t.equal(scans, 1)
  t.end()
})
