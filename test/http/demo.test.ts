import t from 'tap'
import { answers, clientOf } from '../../src/cli/demo/client.ts'
import { linesWorthTrying, sendDemo } from '../../src/cli/demo/run.ts'
import { parseDay } from '../../src/domain/calendar.ts'
import { OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('the demo fills a service, and a second run adds nothing', async (t) => {
  const { app } = await testApp(t, '2026-05-12T12:00:00Z')
  const base = await app.listen({ port: 0 })
  const days = { from: parseDay('2026-05-04')!, to: parseDay('2026-05-11')! } // Solihull's wards change on 7 May
  const run = async (): Promise<{ stored: number, duplicates: number, progress: number[] }> => {
    const progress: number[] = []
    const sent = await sendDemo({
      client: clientOf(base),
      operatorToken: OPERATOR_TOKEN,
      ...days,
      onProgress: (done, total) => progress.push(done / total)
    })
    return { ...sent, progress }
  }
  const first = await run()
  t.ok(first.stored > 1000)
  t.equal(first.duplicates, 0)
  t.same([first.progress[0], first.progress.at(-1)], [0, 1])
  t.match(await run(), { stored: 0, duplicates: first.stored })

  const url =
    '/v1/series?authority=solihull&service=report-missed-bin&period=week&start_on=2026-05-04&end_on=2026-05-10&group_by=ward'
  // Small wards are suppressed for the public.
  const wards = (await app.inject({ url, headers: operator })).json().data
  t.equal(wards.length, 17 + 17 + 1, 'both sets of wards and the unknown one')
  t.ok(wards.filter((series: any) => series.values[0].value > 0).length > 25)
  const pass =
    (await app.inject('/v1/series?authority=kirklees&service=renew-older-persons-bus-pass&period=day&start_on=2026-05-11&end_on=2026-05-11'))
      .json()
  t.equal(pass.data[0].values[0].status, 'ok', 'told by the transport body')
  for (const line of linesWorthTrying(base)) {
    const response = await fetch(line.replace(/^curl '|'$/g, ''))
    t.equal(response.status, 200, line)
  }
  const tokens = await app.inject({
    url: '/v1/sources/solihull/demo/tokens',
    headers: operator
  })
  t.ok(
    tokens.json().data.every(({ revoked_at }: { revoked_at: string | null }) => revoked_at !== null),
    'its tokens end with it'
  )
})

t.test('a service that is not there is not taken for one that fails', async (t) => {
  t.equal(await answers('http://127.0.0.1:1'), false)
})
