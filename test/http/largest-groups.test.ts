import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, get, operator, put, release, send } from '../support/builders.ts'

let n = 0
const random = (below: number): number => Math.imul(++n, 0x9E3779B1) / 2 ** 32 * below + below / 2 | 0
const EVENTS = Array.from({ length: 900 }, (_, i) => ({
  id: `e-${i}`,
  type: 'transaction',
  authority: 'solihull',
  service: 'report-missed-bin',
  occurred_at: `2014-0${3 + random(3)}-${10 + random(15)}T10:00:00Z`,
  channel: 'web',
  ward: ['E05001286', 'E05001287'][random(2)],
  street: 45_200_000 + Math.floor(random(900) ** 2 / 15_000),
  outcome: random(5) === 0 ? 'failed' : 'completed',
  count: 1 + random(3)
}))
const OF_STREETS =
  '/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-03-01&end_on=2014-05-31'

interface Group { group: Record<string, string>, values: Array<{ value: number | null }> }

const total = ({ values }: Group): number => values.reduce((sum, { value }) => sum + (value ?? 0), 0)

for (const rule of [{ delay_days: 0 }, { round_to: 5 }, { threshold: 40 }]) {
  t.test(`the largest groups come first when all are sorted by what is shown: ${JSON.stringify(rule)}`, async (t) => {
    const { app } = await testApp(t)
    const headers = await testSource(app)
    const later = event('later', { occurred_at: '2014-06-02T10:00:00Z', count: 50, ward: 'E05001286' })
    await send(app, 'events', headers, [...EVENTS, later])
    await put(app, '/v1/disclosure-rules/solihull/report-missed-bin/street', rule)
    await release(app)
    for (const reader of [operator, {}]) {
      for (const groupBy of ['street', 'street&group_by=outcome']) {
        const ask = async (top: string): Promise<Group[]> =>
          (await get(app, `${OF_STREETS}&group_by=${groupBy}${top}`, reader)).data
        // Those of equal sums stay in the order of their names.
        const all = (await ask('')).sort((a, b) => total(b) - total(a))
        t.ok(all.length > 30)
        if (groupBy === 'street') t.ok(all.filter((one) => total(one) > 0).length > 10, 'many are shown')
        for (const top of [1, 3, 20, all.length]) {
          t.same(await ask(`&top=${top}`), all.slice(0, top), JSON.stringify({ reader, groupBy, top }))
        }
      }
    }
  })
}
