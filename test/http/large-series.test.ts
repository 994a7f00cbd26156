import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { operator } from '../support/builders.ts'

t.test('an answer that would be too large is refused, with its size, before it is made', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const wards =
    ((await app.inject('/v1/areas?authority=solihull')).json().data as Array<{ code: string, valid_to: string | null }>)
      .filter(({ valid_to }) => valid_to !== null).slice(0, 15).map(({ code }) => code)
  const channels = ['web', 'telephone-agent', 'face-to-face', 'paper']
  const outcomes = ['completed', 'failed', 'reported', 'confirmed', 'unjustified']
  const send = async (outcomes: string[]) => {
    const events = wards.flatMap((ward) =>
      channels.flatMap((channel) =>
        outcomes.map((outcome) => ({
          id: `${ward}-${channel}-${outcome}`,
          authority: 'solihull',
          service: 'report-missed-bin',
          occurred_at: '2014-06-02T10:00:00Z',
          channel,
          ward,
          outcome
        }))
      )
    )
    const sent = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })
    t.equal(sent.json().stored, events.length, sent.body.slice(0, 500))
  }
  const ask = async (query: string) => {
    const answer = await app.inject({
      url: `/v1/series?service=report-missed-bin&period=day&end_on=2014-06-30&duration=4000&${query}`,
      headers: operator
    })
    return { status: answer.statusCode, ...answer.json<{ detail?: string, data?: object[] }>() }
  }
  const byWardAndChannel = 'authority=solihull&group_by=ward&group_by=channel&group_by=outcome'

  await send(outcomes.slice(0, 1))
  t.match(
    await ask('group_by=authority'),
    { status: 422, code: 'too-costly', detail: /^That is \d{7} values of \d+ groups .*; ask for at most 200000/ },
    'known before anything is read'
  )
  t.match(await ask(byWardAndChannel), { status: 422, detail: /^That is 240000 values/ })
  t.match(await ask(`${byWardAndChannel}&top=51`), { status: 422, detail: /^That is 204000 values/ })
  const { status, data } = await ask(`${byWardAndChannel}&top=50`)
  t.match([status, data?.length], [200, 50], 'as many as are allowed')
  await send(outcomes.slice(1))
  t.match(await ask(`${byWardAndChannel}&top=1`), { status: 422, detail: /adds up more than 1000000 values/ })
})
