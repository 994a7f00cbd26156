import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, get as read, issueToken, operator, release, type Headers } from '../support/builders.ts'
import { A_YEAR_LATER, sendRealWeek, type RealWeek } from '../support/real-week.ts'
import { WEEK } from '../support/solihull-week.ts'

const QUARTER = 'service=report-missed-bin&period=quarter&start_on=2014-04-01&end_on=2014-06-30'
const WEEK_OF = 'service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-01'

async function byWardOf (app: App, { nameOf }: RealWeek, kpi: string, as: Headers = {}): Promise<Record<string, any>> {
  const url = `/v1/kpis/${kpi}/series?authority=solihull&${WEEK_OF}&group_by=ward&compare_with=previous`
  const { data } = await read(app, url, as)
  return Object.fromEntries(data.map(({ group, values }: any) => [nameOf.get(group.ward) ?? group.ward, values[0]]))
}

t.test('disclosure control of KPIs, figures and caches', async (t) => {
  const { app } = await testApp(t, A_YEAR_LATER)
  const week = await sendRealWeek(app, { services: ['report-missed-bin', 'pay-council-tax'], later: true })
  const { headers, nameOf, codeOf } = week
  const { token } = await issueToken(app, 'sources/solihull/bartec', { scopes: ['unsuppressed'] })
  const own = bearer(token)
  const get = async (url: string, as: Headers = {}) => await read(app, url, as)
  const byWard = async (kpi: string, as: Headers = {}) => await byWardOf(app, week, kpi, as)
  const rule = async (level: string, payload: object | undefined, authority = 'solihull') => {
    const url = `/v1/disclosure-rules/${authority}/all/${level}`
    const { status } = await call(app, payload === undefined ? 'DELETE' : 'PUT', url, operator, payload)
    if (status >= 300) throw new Error(`${status}`)
  }
  const nothing = {
    value: null,
    numerator: null,
    denominator: null,
    coverage: null,
    met: null,
    status: 'suppressed',
    reason: 'disclosure-control',
    compared: { change: null }
  }

  t.test('before the release there is nothing of wards, for those who may not see all', async (t) => {
    for (const value of Object.values(await byWard('transactions'))) {
      t.match(value, { value: null, numerator: null, coverage: null, status: 'not-yet', reason: 'not-released' })
    }
    t.match((await byWard('transactions', own))['Knowle'], { value: 2, status: 'ok' })
    await release(app)
  })

  t.test('the real week: small wards are hidden, to those who may not see all', async (t) => {
    const shown = await byWard('transactions')
    for (const { ward, missed } of WEEK) {
      if (missed < 3) t.match(shown[ward === 'NULL' ? 'unknown' : ward], nothing, ward)
      else t.match(shown[ward], { value: missed, numerator: missed, status: 'ok' }, ward)
    }
    for (const as of [operator, own]) t.match((await byWard('transactions', as))['Knowle'], { value: 2, status: 'ok' })
    t.match((await byWard('transactions', headers))['Knowle'], nothing, 'a token without the scope')
  })

  t.test('a rate by channel shows by quarter, where both its sides do', async (t) => {
    t.same(new Set(Object.values(await byWard('digital-take-up')).map(({ status }) => status)), new Set(['suppressed']))
    const quarter = async (as: Headers = {}): Promise<Array<{ group: { ward: string }, values: any[] }>> =>
      (await get(`/v1/kpis/digital-take-up/series?authority=solihull&${QUARTER}&group_by=ward`, as)).data
    const all = new Map((await quarter(operator)).map(({ group, values }) => [group.ward, values[0]]))
    let [hidden, shown] = [0, 0]
    for (const { group: { ward }, values: [value] } of await quarter()) {
      const { numerator, denominator } = all.get(ward)
      if (value.status === 'suppressed') hidden++
      else {
        t.match(value, { numerator, denominator, value: all.get(ward).value, status: all.get(ward).status }, ward)
        shown += denominator > 0 ? 1 : 0
      }
      if ([numerator, denominator - numerator].some((count) => count > 0 && count < 3)) {
        t.match(value, { ...nothing, compared: undefined }, `${ward}: ${numerator} of ${denominator}`)
      }
    }
    t.ok(hidden > 2 && shown > 1, `${hidden} of 18 hidden, ${shown} shown`)
  })

  t.test('a rule that rounds holds for both sides of a rate', async (t) => {
    await rule('ward', { round_to: 5 })
    const takeUp = async (as: Headers = {}): Promise<any[]> =>
      (await get(`/v1/kpis/digital-take-up/series?authority=solihull&${QUARTER}&group_by=ward`, as)).data
    const divided = (await takeUp()).map(({ values: [value] }) => value).filter(({ value }) => value !== null)
    t.ok(divided.length > 1)
    for (const value of divided) {
      t.same([value.numerator % 5, value.denominator % 5], [0, 0])
      t.equal(value.value, value.numerator * 100 / value.denominator)
    }
    t.match((await byWard('transactions'))['Blythe'], { value: 30 })
    await rule('ward', { round_to: 20 })
    const all = new Map((await takeUp(operator)).map(({ group, values: [value] }) => [group.ward, value.denominator]))
    const small = (await takeUp()).filter(({ group }) => all.get(group.ward) > 0 && all.get(group.ward) < 10)
    t.ok(small.length > 2)
    for (const { group, values } of small) {
      t.match(values, [{ value: null, numerator: null }], `${group.ward}: nothing can be divided by what is rounded to 0`)
    }
    await rule('ward', undefined)
    await rule('authority', { round_to: 7 })
    const url = `/v1/kpis/transactions-per-1000-population/series?authority=solihull&${WEEK_OF}`
    const { data: [{ values: [one] }] } = await get(url)
    t.equal(one.numerator, 168)
    t.equal(one.denominator, (await get(url, operator)).data[0].values[0].denominator, 'residents are known anyway')
    await rule('authority', undefined)
  })

  t.test('answers differ by reader, and no cache mixes them up', async (t) => {
    const url = `/v1/series?authority=solihull&${WEEK_OF}&group_by=ward`
    const ask = async (headers: Record<string, string> = {}) => await app.inject({ url, headers })
    const [anybody, council, everything, again] = [await ask(), await ask(own), await ask(operator), await ask()]
    t.match(anybody.headers, { 'cache-control': 'no-cache', vary: 'Accept, Authorization' })
    for (const answer of [council, everything]) {
      t.match(answer.headers, { 'cache-control': 'private, no-cache', vary: 'Accept, Authorization' })
      t.not(answer.headers['etag'], anybody.headers['etag'])
    }
    t.equal(again.body, anybody.body)
    t.equal(
      (await app.inject({ url, headers: { ...operator, 'if-none-match': String(anybody.headers['etag']) } }))
        .statusCode,
      200
    )
    const comparison = `/v1/kpis/transactions/comparison?${WEEK_OF.replace(/&end_on.*/, '')}`
    for (const path of ['/data/solihull-report-missed-bin/transactions-by-channel', comparison, '/public/dashboards']) {
      t.match((await app.inject(path)).headers, { vary: /Authorization/ }, path)
      t.match((await app.inject({ url: path, headers: own })).headers, { 'cache-control': /^private/ }, path)
    }
  })

  t.test('figures by ward: all of a year, or none', async (t) => {
    const figure = (ward: string | undefined, value: number, more = {}) => ({
      authority: 'solihull',
      service: 'pay-council-tax',
      measure: 'found_yes',
      period: 'week',
      start_on: '2014-05-26',
      value,
      ...(ward && { ward: codeOf.get(ward) }),
      ...more
    })
    const send = async (...payload: object[]) =>
      t.match((await app.inject({ method: 'POST', url: '/v1/observations', headers, payload })).json(), { rejected: 0 })
    const read = async (as: Record<string, string> = {}) => {
      const { data } = await get(
        `/v1/kpis/information-success/series?authority=solihull&${WEEK_OF.replace('report-missed-bin', 'pay-council-tax')}&group_by=ward`,
        as
      )
      return Object.fromEntries(data.map(({ group, values }: any) => [nameOf.get(group.ward), values[0]]))
    }
    const no = { measure: 'found_no' }
    await send(
      figure('Blythe', 12, { note: 'ill' }), figure('Knowle', 4), figure(undefined, 16), figure('Blythe', 3, no),
      figure('Knowle', 0, no)
    )
    t.match(await read(), {
      Blythe: { numerator: 12, denominator: 15 },
      Knowle: { numerator: 4, denominator: 4 },
      Bickenhill: { status: 'missing' }
    })
    const hides = async (...sent: object[]) => {
      await send(...sent)
      t.match(await read(), {
        Blythe: { ...nothing, compared: undefined }, Knowle: { ...nothing, compared: undefined }
      })
      t.match((await read(operator))['Blythe'], { numerator: 12, denominator: 15, notes: ['ill'] })
      t.notMatch((await read())['Blythe'], { notes: ['ill'] }, 'a note says what its value would')
    }
    await hides(figure('Bickenhill', 2, { start_on: '2014-04-07' }))
    await send(figure('Bickenhill', 5, { start_on: '2014-04-07' }), figure(undefined, 18))
    t.match((await read())['Blythe'], { status: 'suppressed' }, 'two are in no ward that has a figure')
    await send(figure(undefined, 16, { revision: 3 })) // back to what it was
    t.match((await read())['Blythe'], { numerator: 12 })
    await hides(figure('Blythe', 7, { period: 'day', start_on: '2014-05-27' }))
    await send(figure('Blythe', 4, { start_on: '2013-05-27' }))
    t.match(
      await get('/v1/kpis/information-success/series?authority=solihull&service=pay-council-tax&period=week&start_on=2014-05-26&end_on=2014-06-01'),
      { data: [{ values: [{ numerator: 16 }] }] }
    )
  })

  t.test('a threshold for authorities: no sum, rank or record tells', async (t) => {
    const dudley = await testSource(app, 'dudley/crm', { services: ['report-missed-bin'] })
    await app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: dudley,
      payload: ['a', 'b', 'c', 'd'].map((id) => ({
        id, authority: 'dudley', service: 'report-missed-bin', occurred_at: '2014-05-27T08:00:00+01:00', channel: 'web'
      }))
    })
    await rule('authority', { threshold: 10 }, 'dudley')
    const answer = await get(`/v1/kpis/transactions/comparison?${WEEK_OF.replace(/&end_on.*/, '')}`)
    const row = answer.data.find(({ authority }: any) => authority.slug === 'dudley')
    t.match(row, { value: null, numerator: null, status: 'suppressed', rank: null, quartile: null })
    t.match(answer.nations.find(({ name }: any) => name === 'England'), { reporting: 1, value: 170 })
    t.match(answer, { median: null, group: { reporting: 1, numerator: 170 } })
    const both = `authority=solihull&authority=dudley&${WEEK_OF}`
    t.match((await get(`/v1/series?${both}`)).data[0].values[0], { value: null, status: 'suppressed' })
    const together = (await get(`/v1/kpis/transactions/series?${both}`)).data[0].values[0]
    t.match(together, { value: 170, coverage: 0.5, notes: ['1 of 2 authorities are suppressed and not in the sum'] })
    t.match((await get(`/v1/kpis/transactions/series?${both}`, operator)).data[0].values[0], { value: 174, notes: [] })
    t.equal((await app.inject('/data/dudley-report-missed-bin/transactions-by-channel')).statusCode, 404)
    t.equal(
      (await app.inject({ url: '/data/dudley-report-missed-bin/transactions-by-channel', headers: operator })).json()
        .data[0].count,
      4
    )
    const sums = async (as: Record<string, string> = {}) =>
      (await get('/data/report-missed-bin/transactions-by-authority?group_by=authority&collect=count:sum', as)).data
        .map((one: any) => one.authority).sort()
    t.same(await sums(), ['solihull'])
    t.same(await sums(operator), ['dudley', 'solihull'])
    const latest = async (as: Record<string, string> = {}) =>
      (await get('/data/service-aggregates/latest-dataset-values', as)).data.map((one: any) => one.dashboard_slug)
    t.notOk((await latest()).includes('dudley-report-missed-bin'))
    t.ok((await latest(operator)).includes('dudley-report-missed-bin'))
    const savings = await get('/v1/services/report-missed-bin/savings?authority=dudley&period=week&start_on=2014-05-26')
    t.match(savings.data[0].savings[0], {
      now: { part: null, volume: null, reason: 'disclosure-control' }, saved_pence: null
    })
  })
})
