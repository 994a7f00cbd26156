import t from 'tap'
import { testApp, testSource } from '../support/app.ts'
import { administratorOf, call, event, get, kpiUrl, operator, put, send, urlOf } from '../support/builders.ts'

const KPI = 'digital-take-up'
const MONTHS = { period: 'month', start_on: '2014-04-01', end_on: '2014-06-30' }
const bound = (more: object) => ({ source: 'Cabinet', ...more })

t.test('targets: the nearest in force on the first day holds', async (t) => {
  const { app } = await testApp(t, '2014-07-10T12:00:00Z')
  for (const authority of ['solihull', 'kirklees']) {
    const headers = await testSource(app, `${authority}/crm`)
    await send(app, 'events', headers, ['web', 'web', 'telephone-agent', 'paper'].map((channel, i) =>
      event(`${authority}-${i}`, { authority, channel, occurred_at: '2014-05-27T08:31:00+01:00' })
    ))
  }
  const targetsOf = async (parameters: Parameters<typeof urlOf>[1] = {}) => {
    const { data } = await get(app, kpiUrl(KPI, { ...MONTHS, ...parameters }))
    return data[0].values.map(({ target, met }: { target: unknown, met: unknown }) => [target, met])
  }

  t.test('without a setting there is the definition’s own', async (t) => {
    t.same(await targetsOf(), [[null, null], [null, null], [null, null]])
    const { data } = await get(app, kpiUrl('missed-per-100000', MONTHS))
    t.match(data[0].values[1], { target: { at_most: 56 } })
  })

  t.test('of all, a service, an authority, both', async (t) => {
    await put(app, `/v1/targets/${KPI}/all/all/2014-05-01`, bound({ at_least: 10 }))
    t.same(await targetsOf(), [[null, null], [{ at_least: 10 }, true], [{ at_least: 10 }, null]], 'from May on')
    await put(app, `/v1/targets/${KPI}/all/report-missed-bin/2014-05-01`, bound({ at_least: 51 }))
    t.same((await targetsOf())[1], [{ at_least: 51 }, false])
    await put(app, `/v1/targets/${KPI}/solihull/all/2014-05-01`, bound({ at_least: 20 }))
    t.same((await targetsOf())[1], [{ at_least: 20 }, true], 'the authority goes before the service')
    await put(app, `/v1/targets/${KPI}/E08000029/report-missed-bin/2014-05-02`, bound({ at_least: 50, at_most: 60 }))
    t.same(await targetsOf(), [
      [null, null], [{ at_least: 20 }, true], [{ at_least: 50, at_most: 60 }, null]
    ], 'on the first of May it was not in force')
  })

  t.test('several authorities together have that of all, each its own', async (t) => {
    const authority = ['solihull', 'kirklees']
    t.same((await targetsOf({ authority }))[1], [{ at_least: 51 }, false])
    const { data } = await get(app, kpiUrl(KPI, { ...MONTHS, authority, group_by: 'authority' }))
    t.match(data, [
      { group: { authority: 'kirklees' }, values: [{}, { target: { at_least: 51 }, met: false }, {}] },
      { group: { authority: 'solihull' }, values: [{}, { target: { at_least: 20 }, met: true }, {}] }
    ])
  })

  t.test('comparison and scorecard say the same', async (t) => {
    const { data, target } = await get(app, urlOf(`/v1/kpis/${KPI}/comparison`, {
      service: 'report-missed-bin', period: 'month', start_on: '2014-05-01'
    }))
    t.same(target, { at_least: 51 })
    const rows = data.filter(({ value }: { value: unknown }) => value !== null)
    t.match(rows.sort((a: any, b: any) => a.authority.slug < b.authority.slug ? -1 : 1), [
      { authority: { slug: 'kirklees' }, target: { at_least: 51 }, met: false },
      { authority: { slug: 'solihull' }, target: { at_least: 20 }, met: true }
    ])
    const { kpis } = await get(app, '/v1/authorities/solihull/services/report-missed-bin')
    const card = kpis.find(({ kpi }: { kpi: string }) => kpi === KPI)
    t.match(card, { start_on: '2014-05-26', target: { at_least: 50, at_most: 60 }, met: true }, 'of its newer week')
  })

  t.test('they are listed, read and removed', async (t) => {
    const keys = async (query: string) =>
      (await get(app, `/v1/targets?${query}`)).data.map(({ authority, service, from_on }: Record<string, string>) =>
        [authority, service, from_on])
    t.same(await keys(''), [
      [null, null, '2014-05-01'],
      [null, 'report-missed-bin', '2014-05-01'],
      ['solihull', null, '2014-05-01'],
      ['solihull', 'report-missed-bin', '2014-05-02']
    ])
    t.same(await keys('authority=solihull&service=all'), [['solihull', null, '2014-05-01']])
    t.same(await keys('authority=all&service=report-missed-bin'), [[null, 'report-missed-bin', '2014-05-01']])
    t.same(await keys('kpi=completion-rate'), [])
    t.equal((await call(app, 'GET', '/v1/targets?kpi=nothing')).body.code, 'unknown-kpi')
    t.equal((await call(app, 'GET', '/v1/targets?colour=red')).status, 400)
    t.match(await get(app, `/v1/targets/${KPI}/solihull/report-missed-bin/2014-05-02`), {
      kpi: KPI, authority: 'solihull', at_least: 50, at_most: 60, source: 'Cabinet', licence: /Open Government/
    })
    t.equal((await call(app, 'GET', `/v1/targets/${KPI}/solihull/report-missed-bin/2014-05-03`)).status, 404)
    t.equal((await call(app, 'DELETE', `/v1/targets/${KPI}/solihull/all/2014-05-01`, operator)).status, 204)
    t.equal((await call(app, 'DELETE', `/v1/targets/${KPI}/solihull/all/2014-05-01`, operator)).status, 404)
    t.same((await targetsOf())[1], [{ at_least: 51 }, false], 'the next nearest holds')
  })

  t.test('an administrator sets its own authority’s', async (t) => {
    const solihull = await administratorOf(app, 'solihull')
    const own = `/v1/targets/${KPI}/solihull/all/2014-06-01`
    t.equal((await call(app, 'PUT', own, solihull, bound({ at_least: 33 }))).status, 201)
    t.equal((await call(app, 'PUT', own, solihull, bound({ at_least: 34 }))).status, 200)
    for (const [method, place] of [['PUT', 'kirklees/all'], ['PUT', 'all/all'], ['DELETE', 'all/all']] as const) {
      const url = `/v1/targets/${KPI}/${place}/2014-05-01`
      const { status } = await call(app, method, url, solihull, method === 'PUT' ? bound({ at_least: 1 }) : undefined)
      t.equal(status, 403, `${method} ${place}`)
    }
    const csv = `kpi,authority,service,from_on,at_least,at_most,source\n${KPI},solihull,,2014-07-01,40,,x\n` +
      `${KPI},,,2014-07-01,40,,x\n`
    const bulk = await call(app, 'PUT', '/v1/targets', { ...solihull, 'content-type': 'text/csv' }, csv)
    t.equal(bulk.status, 403, 'not even beside one of its own')
    t.equal((await call(app, 'GET', `/v1/targets/${KPI}/solihull/all/2014-07-01`)).status, 404)
    t.equal((await call(app, 'DELETE', own, solihull)).status, 204)
    t.equal((await call(app, 'GET', `/v1/targets/${KPI}/all/all/2014-05-01`)).status, 200)
  })

  t.test('what cannot be a target is refused', async (t) => {
    const refused = async (path: string, body: object) => {
      const { status, body: { detail } } = await call(app, 'PUT', `/v1/targets/${path}`, operator, body)
      return [status, detail]
    }
    t.match(await refused(`${KPI}/all/all/2014-05-01`, { at_least: null, source: 'x' }), [422, /at_least, at_most/])
    t.match(await refused(`${KPI}/all/all/2014-09-01`, { at_least: 5, at_most: 4, source: 'x' }), [422, /meets both/])
    t.match(await refused('digital-takeup/all/all/2014-09-01', { at_least: 5, source: 'x' }), [404, /digital-take-up/])
    t.match(await refused(`${KPI}/solihul/all/2014-09-01`, { at_least: 5, source: 'x' }), [404, /solihull/])
    t.match(await refused(`${KPI}/all/all/2014-02-30`, { at_least: 5, source: 'x' }), [400, /from_on/])
    t.match(await refused(`${KPI}/all/all/2014-09-01`, { at_least: 5 }), [400, /source/])
  })

  t.test('a CSV is taken whole or not at all', async (t) => {
    const csv = async (rows: string, query = '') =>
      await call(app, 'PUT', `/v1/targets${query}`, { ...operator, 'content-type': 'text/csv' },
        `kpi,authority,service,from_on,at_least,at_most,source\n${rows}`)
    const good = 'availability,leeds,,2014-04-01,99.5,,Norm\navailability,,,2014-04-01,99,,Norm\n'
    const bad = await csv(`${good}availability,atlantis,,2014-04-01,99,,Norm\n`)
    t.match(bad, { status: 422, body: { errors: [{ index: 2, line: 4, code: 'unknown-authority' }] } })
    t.match((await csv(good, '?dry_run=true')).body, { dry_run: true, created: { length: 2 } })
    t.same((await get(app, '/v1/targets?kpi=availability')).data, [])
    t.equal((await csv(good)).status, 200)
    const listed = await call(app, 'GET', '/v1/targets?kpi=availability&format=csv')
    t.match((await call(app, 'PUT', '/v1/targets', { ...operator, 'content-type': 'text/csv' }, listed.body)).body, {
      created: [], changed: [], unchanged: { length: 2 }
    })
  })
})
