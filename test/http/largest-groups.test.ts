import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('the largest groups are those that come first when all are sorted by what is shown of them', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  let n = 0
  const random = (below: number): number => Math.imul(++n, 0x9E3779B1) / 2 ** 32 * below + below / 2 | 0
  const events = Array.from({ length: 900 }, (_, i) => ({
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
  const sent = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })
  t.equal(sent.json().stored, 900, sent.body.slice(0, 500))
  for (const rule of [{ delay_days: 0 }, { round_to: 5 }, { threshold: 40 }]) {
    t.equal(
      (await app.inject({
        method: 'PUT', url: '/v1/disclosure-rules/solihull/report-missed-bin/street', headers: operator, payload: rule
      })).statusCode,
      200
    )
    for (const reader of [operator, {}]) {
      for (const groupBy of ['street', 'street&group_by=outcome']) {
        const ask = async (top: string) =>
          (await app.inject({
            url:
              `/v1/series?authority=solihull&service=report-missed-bin&period=month&start_on=2014-03-01&end_on=2014-05-31&group_by=${groupBy}${top}`,
            headers: reader
          })).json().data as Array<{ group: Record<string, string>, values: Array<{ value: number | null }> }>
        const total = ({ values }: { values: Array<{ value: number | null }> }): number =>
          values.reduce((sum, { value }) => sum + (value ?? 0), 0)
        // Those of equal sums stay in the order of their names.
        const all = (await ask('')).sort((a, b) => total(b) - total(a))
        t.ok(all.length > 30)
        for (const top of [1, 3, 20, all.length]) {
          t.same(await ask(`&top=${top}`), all.slice(0, top), JSON.stringify({ rule, reader, groupBy, top }))
        }
      }
    }
  }
})
