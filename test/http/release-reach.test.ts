import t from 'tap'
import { parseDay } from '../../src/domain/calendar.ts'
import { testApp } from '../support/app.ts'
import { call, operator } from '../support/builders.ts'
import { reachOf, sendSolihullYear } from '../support/release-attack/reach.ts'
import { isLong } from '../support/release-attack/run.ts'

/** Shares wanted of the values that reach the threshold, of whole years; of a quarter, by who is drawn, less. */
const WEEKS = isLong ? 0.8 : 0.75
const WANTED: Record<string, number> = {
  'ward totals by week': WEEKS,
  'ward totals by month': 0.95,
  'transactions by ward and week': WEEKS,
  'reported missed per 100,000 by ward and month': 0.8,
  'missed per 100,000 by ward and month': 0.8,
  'digital take-up by ward and quarter': isLong ? 0.6 : 0.25 // of one quarter, 18 values
}
/** One quarter; `RELEASE_ATTACK=long` takes whole years. */
const YEARS = isLong
  ? [['a financial year', '2025-04-01', '2026-03-31'], ['a year in which wards change', '2025-11-28', '2026-11-27']] as const
  : [['a quarter', '2025-04-01', '2025-06-30']] as const

t.test('the public sees most of Solihull’s year', async (t) => {
  for (const [name, first, last] of YEARS) {
    await t.test(name, async (t) => {
      const days = { start: parseDay(first)!, end: parseDay(last)! + 1 }
      const { app } = await testApp(t, new Date((days.end + 7) * 86_400_000 + 9 * 3_600_000).toISOString())
      await sendSolihullYear(app, days)
      const { status, body } = await call(app, 'POST', '/v1/releases', operator, { authority: 'solihull', service: 'report-missed-bin' })
      t.equal(status, 200, JSON.stringify(body))
      t.comment(JSON.stringify(body.data))
      for (const [what, { large, shown }] of Object.entries(await reachOf(app, days, 3))) {
        t.comment(`${what}: ${shown} of ${large}, ${(100 * shown / large).toFixed(1)}%`)
        const wanted = WANTED[what]
        if (wanted !== undefined) t.ok(large > 0 && shown / large >= wanted, `${what}: ${(100 * wanted).toFixed(0)}% wanted`)
      }
    })
  }
})
