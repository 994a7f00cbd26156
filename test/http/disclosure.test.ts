import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { bearer, issueToken, operator } from '../support/builders.ts'
import { WEEK, weekAsEvents } from '../support/solihull-week.ts'

const WEEK_OF = 'authority=solihull&service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01'

t.test('the real week of Solihull', async (t) => {
  const { app, database } = await testApp(t)
  const headers = await testSource(app, 'solihull/bartec', {
    services: ['report-missed-bin'], channels: { Phone: 'telephone-agent' }
  })
  const areas = (await app.inject('/v1/areas?authority=solihull')).json().data as Array<
    { name: string, code: string, valid_to: string | null }
  >
  const nameOf = new Map(areas.map(({ name, code }) => [code, name]))
  const events =
    weekAsEvents(new Map(areas.filter(({ valid_to }) => valid_to !== null).map(({ name, code }) => [name, code])))
  await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })
  const byWard = async (headers: Record<string, string> = {}) => {
    const { data } = (await app.inject({ url: `/v1/series?${WEEK_OF}&group_by=ward`, headers })).json()
    return Object
      .fromEntries(data.map((
        { group, values }: any
      ) => [nameOf.get(group.ward) ?? group.ward, [values[0].value, values[0].status]]))
  }
  const all = Object.fromEntries(WEEK.map(({ ward, missed }) => [ward === 'NULL' ? 'unknown' : ward, [missed, 'ok']]))

  t.test('hides the small wards and no other', async (t) => {
    t.same(await byWard(), { ...all, Knowle: [null, 'suppressed'], unknown: [null, 'suppressed'] })
    const total = (await app.inject(`/v1/series?${WEEK_OF}`)).json()
    t.equal(total.data[0].values[0].value, 170)
  })

  t.test('the operator and the authority’s own token with the scope see all', async (t) => {
    t.same(await byWard(operator), all)
    t.not((await byWard(headers))['Knowle']![0], 2)
    const own = await issueToken(app, 'sources/solihull/bartec', { scopes: ['unsuppressed'] })
    t.same(await byWard(bearer(own.token)), all)
    const other = await testSource(app, 'dudley/other', { services: ['report-missed-bin'] }, { scopes: ['unsuppressed'] })
    t.same((await byWard(other))['Knowle'], [null, 'suppressed'])
  })

  t.test('a ward asked for alone, by day, by month, by channel or as CSV tells no more', async (t) => {
    const knowle = areas.find(({ name }) => name === 'Knowle')!.code
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

  t.test('the operator sets the rules; they are audited and hold at once', async (t) => {
    const url = '/v1/disclosure-rules/solihull/report-missed-bin/ward'
    t.same((await app.inject(url)).json(), { threshold: 3, finest: 'week', delay_days: 0, round_to: null })
    t.equal((await app.inject({ method: 'PUT', url, payload: { threshold: 5 } })).statusCode, 401)
    t.equal((await app.inject({ method: 'PUT', url, headers, payload: { threshold: 5 } })).statusCode, 403)
    t.equal((await app.inject({ method: 'PUT', url, headers: operator, payload: { threshold: 1 } })).statusCode, 400)
    t.match((await app.inject({ method: 'PUT', url, headers: operator, payload: { threshold: 5 } })).json(), {
      threshold: 5, finest: 'week'
    })
    const five = await byWard()
    for (const ward of ['Knowle', 'unknown', 'Castle Bromwich', 'Shirley East']) {
      t.same(five[ward], [null, 'suppressed'], ward)
    }
    t.equal(Object.values(five).filter(([, status]: any) => status === 'ok').length, 14)
    await app.inject({ method: 'PUT', url, headers: operator, payload: { threshold: null } })
    t.same(await byWard(), all)
    await app.inject({ method: 'PUT', url, headers: operator, payload: { threshold: 3, round_to: 5 } })
    t.same((await byWard())['Blythe'], [30, 'ok'])
    t.equal((await app.inject({ method: 'DELETE', url, headers: operator })).statusCode, 204)
    t.equal((await app.inject({ method: 'DELETE', url, headers: operator })).statusCode, 404)
    t.same((await byWard())['Blythe'], [29, 'ok'])
    await app.inject({
      method: 'PUT', url: '/v1/disclosure-rules/all/all/ward', headers: operator, payload: { delay_days: 60 }
    })
    t.same((await byWard())['Blythe'], [null, 'suppressed'], 'not due yet')
    await app.inject({ method: 'DELETE', url: '/v1/disclosure-rules/all/all/ward', headers: operator })
    const { rows } = await database.pool.query("SELECT count(*) FROM audit WHERE action LIKE '%disclosure-rule'")
    t.equal(rows[0].count, 6)
  })
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
  t.equal((await app.inject({ method: 'POST', url: '/v1/events', headers, payload: events })).json().stored, 2)
  const year =
    'authority=solihull&service=report-missed-bin&period=financial_year&start_on=2013-04-01&end_on=2014-03-31'
  const rows = async (query: string) =>
    (await app.inject(`/v1/series?${year}&${query}`)).json().data as Array<
      { group: Record<string, string>, values: Array<{ status: string }> }
    >
  const wards = await rows('group_by=ward')
  const hidden = wards.filter(({ values }) => values[0]?.status === 'suppressed').map(({ group }) =>
    group['ward'] ?? ''
  )
  t.equal(hidden.length, 18, 'all wards, and what has none, hide the two')
  for (const ward of hidden) {
    t.match(await rows(`filter_by=ward:${ward}&filter_by=street:0`), [{ values: [{ status: 'suppressed' }] }], ward)
  }
  t.match(await rows('filter_by=street:0'), [{ values: [{ status: 'suppressed' }] }])
  t.match(await rows('group_by=street'), [{ group: { street: 'unknown' }, values: [{ status: 'suppressed' }] }])
  t.same(
    (await rows('group_by=ward&group_by=street')).map((
      { group, values: [value] }
    ) => [group['ward'], group['street'], value?.status]),
    hidden.map((ward) => [ward, 'unknown', 'suppressed']),
    'they are listed alike'
  )
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
