import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, get, issueToken, operator, put, release, send, type Headers } from '../support/builders.ts'
import { A_YEAR_LATER, MISSED, sendRealWeek, type RealWeek } from '../support/real-week.ts'
import { WEEK } from '../support/solihull-week.ts'

const OF_BINS = 'authority=solihull&service=report-missed-bin'
const WEEK_OF = `${OF_BINS}&period=week&start_on=2014-05-26&end_on=2014-06-01`

type Shown = Record<string, [value: number | null, status: string]>

async function byWard (app: App, { nameOf }: RealWeek, headers: Headers = {}, query = WEEK_OF): Promise<Shown> {
  const { data } = await get(app, `/v1/series?${query}&group_by=ward`, headers)
  return Object.fromEntries(data.map(({ group, values }: any) =>
    [nameOf.get(group.ward) ?? group.ward, [values[0].value, values[0].status]]))
}

const ALL: Shown = Object.fromEntries(Object.entries(MISSED).map(([ward, missed]) => [ward, [missed, 'ok']]))
const HIDDEN = [null, 'suppressed']
const hidden = (shown: Shown): string[] =>
  Object.entries(shown).flatMap(([ward, [, status]]) => status === 'suppressed' ? [ward] : []).sort()

t.test('the real week of Solihull', async (t) => {
  const { app } = await testApp(t, A_YEAR_LATER)
  const week = await sendRealWeek(app, { later: true })
  const { headers, codeOf } = week

  t.test('nothing of wards is public before it is released', async (t) => {
    t.same(new Set(Object.values(await byWard(app, week)).map(String)), new Set([',not-yet']))
    const total = await get(app, `/v1/series?${WEEK_OF}`)
    t.equal(total.data[0].values[0].value, 170, 'the authority’s own figure is')
    t.same(await byWard(app, week, operator), ALL, 'and the operator reads live')
    await release(app)
  })

  t.test('hides the small wards and no other', async (t) => {
    t.same(await byWard(app, week), { ...ALL, Knowle: HIDDEN, unknown: HIDDEN })
    t.equal((await get(app, `/v1/series?${WEEK_OF}`)).data[0].values[0].value, 170)
  })

  t.test('the operator and the authority’s own token with the scope see all', async (t) => {
    t.same(await byWard(app, week, operator), ALL)
    t.same((await byWard(app, week, headers))['Knowle'], HIDDEN)
    const own = await issueToken(app, 'sources/solihull/bartec', { scopes: ['unsuppressed'] })
    t.same(await byWard(app, week, bearer(own.token)), ALL)
    const other = await testSource(app, 'dudley/other', { services: ['report-missed-bin'] }, { scopes: ['unsuppressed'] })
    t.same((await byWard(app, week, other))['Knowle'], HIDDEN)
  })

  t.test('a ward asked for alone, by day, by month, by channel or as CSV tells no more', async (t) => {
    const knowle = codeOf.get('Knowle')!
    for (
      const more of [
        'period=week',
        'period=day',
        'period=month',
        'period=financial_year',
        'period=week&group_by=channel',
        'period=week&group_by=outcome',
        'period=week&outcome=reported',
        'period=week&filter_by=channel:web',
        'period=year&start_on=2014-01-01&end_on=2014-12-31'
      ]
    ) {
      const url =
        `/v1/series?authority=solihull&service=report-missed-bin&start_on=2014-05-26&end_on=2014-06-01&filter_by=ward:${knowle}&${more}`
          .replace(/start_on=2014-05-26&end_on=2014-06-01&(.*start_on)/, '$1')
      const { data } = (await app.inject(url)).json()
      t.ok(data.length > 0, more)
      for (const { values } of data) for (const { value } of values) t.notOk(value, `${more}: ${value}`)
      t.notMatch((await app.inject(`${url}&format=csv`)).body, /,[12],ok/)
    }
  })

  t.test('the old dialect tells no more', async (t) => {
    const old = async (query: string, headers = {}) =>
      (await app.inject({ url: `/data/solihull-report-missed-bin/transactions-by-ward?${query}`, headers })).json().data
    const week = 'period=week&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z&group_by=ward&collect=count:sum'
    const sums = Object.fromEntries((await old(week)).map((row: any) => [row.ward, row['count:sum']]))
    t.same(
      sums,
      Object
        .fromEntries(WEEK.map(({ ward, missed }) => [ward === 'NULL' ? 'unknown' : ward, missed < 3 ? null : missed]))
    )
    t.equal(
      (await old('period=week&start_at=2014-05-26T00:00:00Z&end_at=2014-06-02T00:00:00Z&collect=count:sum'))[0][
        'count:sum'
      ],
      null,
      'a sum with a suppressed part'
    )
    for (
      const query of [
        '',
        'filter_by=ward:Knowle',
        'filter_by=count:2',
        'sort_by=count:ascending',
        'group_by=ward&collect=count:sum&sort_by=ward:ascending',
        'group_by=ward&collect=count:set',
        'group_by=ward&collect=count:mean',
        'filter_by_prefix=ward:Kn'
      ]
    ) {
      for (const row of await old(query)) {
        const ward = row.ward ?? row.values?.[0]?.ward
        if (ward !== 'Knowle' && ward !== 'unknown') continue
        for (const name of ['count', 'count:sum', 'count:mean']) t.notOk(row[name], `${query} ${ward} ${name}`)
        t.notMatch(JSON.stringify(row['count:set'] ?? []), /2/)
      }
    }
    t.same(await old('filter_by=count:2'), [])
    t.notMatch((await app.inject('/data/solihull-report-missed-bin/transactions-by-ward?format=csv')).body, /,2,week,/)
    const all = await old('filter_by=ward:Knowle', operator)
    t.equal(all.reduce((sum: number, row: any) => sum + row.count, 0), 2, 'the operator sees all')
  })
})

t.test('released on Monday 2 June at 09:30: last week shows, as on the dashboard of 2014, but for the two small ones', async (t) => {
  const { app } = await testApp(t, '2014-06-02T08:30:00Z')
  const week = await sendRealWeek(app)
  await release(app)
  // Every seventh of a ward's events is of Sunday 1 June.
  const onSunday = ([, missed]: [string, number]): number => Math.floor(missed / 7)
  const small = Object.entries(MISSED).filter((ward) => [1, 2].includes(onSunday(ward))).map(([ward]) => ward)
  t.equal(small.length, 6)
  t.same(hidden(await byWard(app, week)), ['Knowle', 'unknown'])
  // Reporting began in May, which is no whole month: the week comes first, and May is hidden where it tells Sunday.
  const may = await byWard(app, week, {}, `${OF_BINS}&period=month&start_on=2014-05-01&end_on=2014-05-31`)
  t.same(hidden(may), [...small, 'Knowle', 'unknown'].sort())
  const days = await byWard(app, week, {}, `${OF_BINS}&period=day&start_on=2014-06-01&end_on=2014-06-01`)
  for (const ward of small) t.same(days[ward], HIDDEN, ward)
})

t.test('rules are the operator’s, are audited, and are about the releases that follow', async (t) => {
  const { app, database, clock } = await testApp(t, A_YEAR_LATER)
  const week = await sendRealWeek(app, { later: true })
  const url = '/v1/disclosure-rules/solihull/report-missed-bin/ward'
  t.match(await get(app, url), { threshold: 3, finest: 'week', delay_days: 0, round_to: null })
  t.equal((await call(app, 'PUT', url, {}, { threshold: 5 })).status, 401)
  t.equal((await call(app, 'PUT', url, week.headers, { threshold: 5 })).status, 403)
  t.equal((await call(app, 'PUT', url, operator, { threshold: 1 })).status, 400)
  t.match(await put(app, url, { threshold: 5 }), { threshold: 5, finest: 'week' })
  await release(app)
  const five = {
    ...ALL,
    ...Object.fromEntries(['Knowle', 'unknown', 'Castle Bromwich', 'Shirley East'].map((ward) =>
      [ward, HIDDEN]))
  }
  t.same(await byWard(app, week), five)
  for (const payload of [{ threshold: null }, { threshold: 30 }, { finest: 'quarter' }]) {
    await put(app, url, payload)
    t.same(await release(app), [])
    t.same(await byWard(app, week), five, 'what was released stays')
  }
  await put(app, url, { round_to: 5 })
  t.same((await byWard(app, week))['Blythe'], [30, 'ok'], 'but what is shown of it is rounded')
  t.equal((await call(app, 'DELETE', url, operator)).status, 204)
  t.equal((await call(app, 'DELETE', url, operator)).status, 404)
  t.same((await byWard(app, week))['Blythe'], [29, 'ok'])
  await put(app, '/v1/disclosure-rules/all/all/ward', { delay_days: 60 })
  await send(app, 'events', week.headers, event('next', { occurred_at: '2015-04-14T10:00:00+01:00', count: 50 }))
  clock.now = Date.parse('2015-06-18T12:00:00Z')
  t.match(await release(app), [{ up_to: '2015-04-12' }], 'the week after is due 60 days after 20 April')
  clock.now += 86_400_000
  t.match(await release(app), [{ up_to: '2015-04-19' }])
  t.equal((await call(app, 'DELETE', '/v1/disclosure-rules/all/all/ward', operator)).status, 204)
  const { rows } = await database.pool.query("SELECT count(*) FROM audit WHERE action LIKE '%disclosure-rule'")
  t.equal(rows[0].count, 8)
})

t.test('without a threshold every ward is released, by week', async (t) => {
  const { app } = await testApp(t, A_YEAR_LATER)
  const week = await sendRealWeek(app, { later: true })
  await put(app, '/v1/disclosure-rules/solihull/all/ward', { threshold: null })
  await release(app)
  t.same(await byWard(app, week), ALL)
})

t.test('the unnamed street of a ward tells no more than the ward does', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const events = [1, 2].map((i) => ({
    id: `e${i}`,
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: `2013-06-1${i}T12:00:00+01:00`,
    ward: 'E05001284'
  }))
  const later = event('later', { occurred_at: '2014-03-31T12:00:00+01:00', ward: 'E05001291', count: 50 })
  await send(app, 'events', headers, [...events, later])
  await release(app)
  const year =
    'authority=solihull&service=report-missed-bin&period=financial_year&start_on=2013-04-01&end_on=2014-03-31'
  const rows = async (query: string) => (await get(app, `/v1/series?${year}&${query}`)).data as Array<
    { group: Record<string, string>, values: Array<{ status: string }> }
  >
  const wards = await rows('group_by=ward')
  const some = wards.filter(({ values }) => values[0]?.status === 'suppressed').map(({ group }) => group['ward'] ?? '')
  t.ok(some.includes('E05001284'))
  t.ok(some.length >= 2, 'another hides it')
  for (const ward of some) {
    t.match(await rows(`filter_by=ward:${ward}&filter_by=street:0`), [{ values: [{ status: 'suppressed' }] }], ward)
  }
  t.match(await rows('filter_by=street:0'), [{ values: [{ status: 'suppressed' }] }])
  t.match(await rows('group_by=street'), [{ group: { street: 'unknown' }, values: [{ status: 'suppressed' }] }])
  const streets = await rows('group_by=ward&group_by=street')
  t.same(
    streets.filter(({ values }) => values[0]?.status === 'suppressed').map(({ group: { ward, street } }) => [ward, street]),
    some.map((ward) => [ward, 'unknown']),
    'they are listed alike'
  )
})

t.test('the streets of a ward that hides another do not add up to it', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app)
  const at = { authority: 'solihull', service: 'report-missed-bin', occurred_at: '2013-06-11T12:00:00+01:00' }
  const wards = ['E05001285', 'E05001286', 'E05001287']
  await send(app, 'events', headers, [
    { ...at, id: 'small', ward: 'E05001284', count: 2 },
    event('later', { occurred_at: '2014-03-31T12:00:00+01:00', ward: 'E05001291', count: 50 }),
    ...wards.map((ward, i) => ({ ...at, id: ward, ward, street: 45_200_000 + i, count: 30 }))
  ])
  await release(app)
  const year =
    'authority=solihull&service=report-missed-bin&period=financial_year&start_on=2013-04-01&end_on=2014-03-31'
  const streets = (await get(app, `/v1/series?${year}&group_by=ward&group_by=street`)).data
  for (const { group: { ward }, values: [{ status }] } of (await get(app, `/v1/series?${year}&group_by=ward`)).data) {
    if (status !== 'suppressed') continue
    const shown = streets.filter(({ group, values }: any) => group.ward === ward && values[0].status !== 'suppressed')
    const all = streets.filter(({ group }: any) => group.ward === ward)
    t.ok(shown.length < all.length, `${ward}: ${JSON.stringify(shown)}`)
  }
})

t.test('of authorities side by side each shows what its own figures allow', async (t) => {
  const { app } = await testApp(t)
  const event = { service: 'report-missed-bin', occurred_at: '2014-05-27T12:00:00+01:00' }
  for (const [authority, count] of [['solihull', 5], ['coventry', 50]] as const) {
    const headers = await testSource(app, `${authority}/bartec`, { services: ['report-missed-bin'] })
    const payload = { ...event, id: authority, authority, count }
    t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload })).statusCode, 200)
  }
  const rule = { method: 'PUT', headers: operator, payload: { threshold: 10 } } as const
  t.equal((await app.inject({ ...rule, url: '/v1/disclosure-rules/all/all/authority' })).statusCode, 200)
  const asked = 'authority=solihull&authority=coventry&service=report-missed-bin&period=month&start_on=2014-05-01&end_on=2014-05-31'
  const values = async (more: string): Promise<unknown> =>
    (await app.inject(`/v1/series?${asked}${more}`)).json().data.map(({ group, values: [{ value, status }] }: any) =>
      [group.authority, value, status])
  t.same(await values('&group_by=authority'), [['coventry', 50, 'ok'], ['solihull', null, 'suppressed']])
  t.same(await values(''), [[undefined, null, 'suppressed']], 'or their sum would tell the small one')
})
