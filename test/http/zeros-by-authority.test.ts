import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, send } from '../support/builders.ts'

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

t.test('a channel that an authority uses is listed with 0 where it had nothing, as front ends with a line for it ask', async (t) => {
  const { app } = await testApp(t)
  const solihull = await testSource(app, 'solihull/bartec')
  await send(app, 'events', solihull, [
    event('a', { occurred_at: '2014-05-13T10:00:00+01:00' }),
    event('b', { occurred_at: '2014-03-04T10:00:00Z', channel: 'email' }),
    event('d', { occurred_at: '2014-03-04T10:00:00Z', channel: 'kiosk' })
  ])
  t.equal((await call(app, 'DELETE', '/v1/events/d', solihull)).status, 200)
  const sums = async (from: string, to: string, query: string): Promise<object> => {
    const { data } = await get(
      app,
      '/data/solihull-report-missed-bin/transactions-by-channel?period=week&collect=count:sum' +
        `&start_at=${from}T00:00:00Z&end_at=${to}T23:59:59Z&${query}`
    ) as { data: Row[] }
    return Object.fromEntries(data.map(({ channel, values, ...total }) =>
      [channel, [...values.map((period) => period['count:sum']), (total as Record<string, unknown>)['count:sum']]]
    ))
  }
  const may = async (query: string) => await sums('2014-05-05', '2014-05-25', query)
  t.same(await may('group_by=channel'), { email: [null, 0, null, 0], web: [null, 1, null, 1] },
    'never 0 in a week of which nothing was sent, and a withdrawn event is none')
  t.same(await may('group_by=channel&filter_by=channel:email'), { email: [null, 0, null, 0] })
  t.same(await may('group_by=channel&filter_by=channel:web'), { web: [null, 1, null, 1] })
  t.same(await sums('2014-04-07', '2014-04-27', 'group_by=channel'), {}, 'nothing was sent: there is no 0')
  t.same(await sums('2014-03-03', '2014-03-09', 'group_by=channel'), { email: [1, 1], web: [0, 0] })
})
