import t from 'tap'
import { correctionsOf } from '../../src/cli/demo/events/corrections.ts'
import { eventsOfDay } from '../../src/cli/demo/events/events-of-day.ts'
import { correctedWeeks, demoDays, isStrike, strikeWeeks } from '../../src/cli/demo/days.ts'
import { observationsOf } from '../../src/cli/demo/observations/observations-of.ts'
import { pilotDeliveries } from '../../src/cli/demo/pilot.ts'
import { formatDay, parseDay } from '../../src/domain/calendar.ts'

const WARDS = [{ code: 'E05001286', from: -Infinity, to: Infinity }]
const DAYS = { start: parseDay('2026-02-01')!, end: parseDay('2026-06-01')! }

t.test('the demo is two and a half years, and the same day is the same whenever it is made', async (t) => {
  const days = demoDays(parseDay('2026-12-01')!)
  t.same([days.start, days.end - 1].map(formatDay), ['2024-06-01', '2026-11-30'])
  const deliveries = pilotDeliveries()
  t.equal(new Set(deliveries.map(({ owner }) => owner)).size, 10, 'ten bodies send')
  t.equal(deliveries.filter(({ owner }) => owner === 'transport-for-west-midlands').length, 7, 'one for seven councils')
  for (const delivery of deliveries) {
    const events = () => [1, 2, 3, 4, 5, 6, 7].flatMap((n) => eventsOfDay(delivery, WARDS, DAYS.start + n))
    t.same(events(), events())
    const earlier = { start: DAYS.start, end: DAYS.end - 40 }
    const known = new Set(observationsOf(delivery, WARDS, DAYS).map((figure) => JSON.stringify(figure)))
    const first = observationsOf(delivery, WARDS, earlier).map((figure) => JSON.stringify(figure))
    t.ok(first.every((figure) => known.has(figure)), 'a later run has the figures of an earlier one as they were')
  }
  const first = eventsOfDay(deliveries[0]!, WARDS, DAYS.start)
  t.match(first[0], { id: 'demo-solihull-report-missed-bin-2026-02-01-web-0', channel: 'web', outcome: 'reported' })
})

t.test('ids are unique', async (t) => {
  for (const delivery of pilotDeliveries()) {
    const ids: string[] = []
    for (let day = DAYS.start; day < DAYS.start + 35; day++) {
      ids.push(...eventsOfDay(delivery, WARDS, day).map(({ id }) => id))
    }
    t.equal(new Set(ids).size, ids.length)
  }
})

t.test('strikes and corrections', async (t) => {
  const days = demoDays(parseDay('2026-12-01')!)
  t.same(strikeWeeks(days).map(formatDay), ['2024-10-14', '2025-10-13', '2026-10-12'])
  t.same(correctedWeeks(days).map(formatDay), ['2025-03-10', '2026-03-09'])
  t.same(['2026-10-11', '2026-10-12', '2026-10-18', '2026-10-19'].map((day) => isStrike('solihull', parseDay(day)!)), [
    false, true, true, false
  ])
  const [bins] = pilotDeliveries()
  const monday = parseDay('2026-03-09')!
  const corrected = correctionsOf(eventsOfDay(bins!, WARDS, monday), { start: monday - 100, end: monday + 100 })
  t.ok(corrected.length > 0)
  t.ok(corrected.every(({ outcome, revision }) => outcome === 'unjustified' && revision === 2))
})
