import t from 'tap'
import { clientOf } from '../../src/cli/demo/client.ts'
import { loadHistoricDashboards } from '../../src/cli/demo/historic-dashboards.ts'
import { sendDemo } from '../../src/cli/demo/send.ts'
import { localDay } from '../../src/domain/calendar.ts'
import { OPERATOR_TOKEN, testApp } from '../support/app.ts'
import { faultOf, leaves, requestOf } from '../support/spotlight.ts'

t.test('the front end can show every dashboard of the list, and every module of each', async (t) => {
  const { app, clock } = await testApp(t, '2026-09-16T12:34:56Z')
  const client = clientOf(await app.listen({ port: 0 }))
  const today = localDay(clock.now)
  await sendDemo({
    client, operatorToken: OPERATOR_TOKEN, days: { start: today - 16, end: today }, onProgress: () => undefined
  })
  const loaded = await loadHistoricDashboards({ client, operatorToken: OPERATOR_TOKEN, now: clock.now })
  t.same(loaded.slugs, ['solihull-local-authority', 'warwickshire-library-item-renewals'])
  const get = async (url: string) => {
    const response = await app.inject(url)
    return { status: response.statusCode, body: response.json() }
  }

  const { items, 'page-type': type } = (await get('/public/dashboards')).body
  t.equal(type, 'browse')
  const slugs: string[] = items.map(({ slug }: any) => slug)
  for (const slug of [...loaded.slugs, 'solihull-report-missed-bin', 'report-missed-bin', 'solihull']) {
    t.ok(slugs.includes(slug), slug)
  }
  t.same(items.map(({ title }: any) => title), items.map(({ title }: any) => title).toSorted(), 'sorted')
  for (const { slug, title, 'dashboard-type': kind, department } of items) {
    t.ok(
      slug && title && kind && (department === undefined || (department.abbr && department.title)),
      `${slug} in the list`
    )
  }

  const seen = new Map<string, number>()
  for (const slug of slugs) {
    const page = (await get(`/public/dashboards?slug=${slug}`)).body
    t.equal(page.published, true, slug)
    t.ok(page.modules.length > 0, `${slug} has modules`)
    for (const module of leaves(page.modules)) {
      seen.set(module['module-type'], (seen.get(module['module-type']) ?? 0) + 1)
      const { status, body } = await get(requestOf(module, clock.now))
      const name = `${slug}/${module.slug}: ${module['module-type']}`
      t.equal(status, 200, name)
      const fault = faultOf(module, body, clock.now)
      if (fault !== undefined) t.fail(`${name}: ${fault}`, { request: requestOf(module, clock.now) })
    }
  }
  t.same([...seen.keys()].sort(), [
    'availability', 'completion_rate', 'completion_table', 'grouped_timeseries', 'table', 'user_satisfaction_graph'
  ])

  const { data } = (await get('/data/service-aggregates/latest-dataset-values?sort_by=_timestamp:descending')).body
  const kinds = new Map(items.map(({ slug, 'dashboard-type': kind }: any) => [slug, kind]))
  t.same(
    data.map((row: any) => row.dashboard_slug).toSorted(),
    slugs.filter((slug) => kinds.get(slug) !== 'department').toSorted(),
    'figures for each but the pages of whole authorities'
  )
  t.same(
    data.filter((row: any) => row.number_of_transactions !== undefined)
      .map((row: any) => row.dashboard_slug).toSorted(),
    slugs.filter((slug) => kinds.get(slug) === 'transaction').toSorted(),
    'what the list of services adds up: nothing twice'
  )
  const renewals = data.find((row: any) => row.dashboard_slug === 'warwickshire-library-item-renewals')
  t.ok(
    renewals.number_of_transactions > 500_000 && renewals.digital_takeup > 0.3 && renewals.digital_takeup < 0.6,
    JSON.stringify(renewals)
  )

  t.test('a second load changes nothing', async (t) => {
    const url = '/data/solihull-local-authority/missed-bin-by-ward?group_by=ward&collect=missed_bins:sum'
    const before = (await get(url)).body
    await loadHistoricDashboards({ client, operatorToken: OPERATOR_TOKEN, now: clock.now })
    t.same((await get(url)).body, before)
  })

  t.test('what the front end could not show is told apart', async (t) => {
    const module = {
      'module-type': 'grouped_timeseries',
      axes: { x: { key: '_start_at', format: 'date' }, y: [] },
      'data-source': { 'query-params': { group_by: 'channel', collect: ['count:sum'] } }
    }
    const week = {
      _start_at: '2026-09-01T00:00:00+00:00', _end_at: '2026-09-08T00:00:00+00:00', _count: 0, 'count:sum': null
    }
    t.equal(
      faultOf(module, { data: [{ channel: 'a', values: [week] }, { channel: 'b', values: [] }] }, clock.now),
      'series that are not aligned'
    )
    t.equal(faultOf(module, { data: [{ channel: 'a', ...week }] }, clock.now), 'flat rows where nested was asked')
    t.equal(
      faultOf(module, { data: [{ channel: 'a', values: [{ ...week, 'count:sum': 0 }] }] }, clock.now),
      'a gap with a count:sum'
    )
    t.equal(
      faultOf({ ...module, axes: { y: [] } }, { data: [{ channel: 'a', values: [week] }] }, clock.now),
      'periods named by their month alone'
    )
  })
})
