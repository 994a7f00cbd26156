import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { event, get, send } from '../support/builders.ts'

interface Row { authority?: string, channel?: string, values: Array<Record<string, unknown>> }

t.test('a channel without events is 0 where its own authority reported others, and nowhere else', async (t) => {
  const { app } = await testApp(t)
  const solihull = await testSource(app, 'solihull/bartec')
  const leeds = await testSource(app, 'leeds/whitespace')
  await send(app, 'events', solihull, [
    event('a', { occurred_at: '2014-05-13T10:00:00+01:00' }),
    event('b', { occurred_at: '2014-05-20T10:00:00+01:00', channel: 'email' })
  ])
  await send(app, 'events', leeds, event('c', { authority: 'leeds', occurred_at: '2014-05-13T10:00:00+01:00' }))
  const sums = async (query: string): Promise<object> => {
    const { data } = await get(
      app,
      '/data/report-missed-bin/transactions-by-authority?period=week&collect=count:sum' +
        `&start_at=2014-05-12T00:00:00Z&end_at=2014-06-02T00:00:00Z&${query}`
    ) as { data: Row[] }
    return Object.fromEntries(data.map(({ authority, channel, values }) =>
      [[authority, channel].filter(Boolean).join(' '), values.map((period) => period['count:sum'])]
    ))
  }
  t.same(await sums('group_by=authority&group_by=channel'), {
    'solihull email': [0, 1, null], 'solihull web': [1, 0, null], 'leeds web': [1, null, null]
  })
  t.same(await sums('group_by=authority'), { solihull: [1, 1, null], leeds: [1, null, null] })
  t.same(await sums('group_by=channel'), { email: [0, 1, null], web: [2, 0, null] })
  t.same(await sums('group_by=channel&filter_by=authority:leeds'), { web: [1, null, null] }, 'others do not count')
  t.same(await sums('group_by=authority&filter_by=channel:web'), { solihull: [1, 0, null], leeds: [1, null, null] })
  t.same(await sums('group_by=channel&filter_by=authority:solihull&filter_by=channel:web'), { web: [1, 0, null] })
})
