import t from 'tap'
import { anotherProcess, testApp } from '../support/app.ts'
import {
  bearer, call, event, get, issueToken, kpiUrl, operator, put, release, send, seriesUrl
} from '../support/builders.ts'
import { waitUntil } from '../support/wait-until.ts'

const BARTEC = '/v1/sources/solihull/bartec'
const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
type Test = Parameters<typeof testApp>[0]

const JSON_BODY = { 'content-type': 'application/json' }

t.test('what one process changes, another one on the same database goes by', async (t) => {
  // The clock of the second process is the real one.
  const { app: first, connectionString, database } = await testApp(t, new Date().toISOString())
  const second = await anotherProcess(t, connectionString)
  /** Makes a change on the first process and waits until the second one sees it; before, it must not. */
  const changes = async (
    t: Test, what: string, change: () => Promise<unknown>, seen: () => Promise<boolean>
  ): Promise<void> => {
    t.notOk(await seen(), `${what}: not yet`)
    await change()
    await waitUntil(`the second process sees ${what}`, seen)
    t.pass(what)
  }
  const statusOf = async (...request: Parameters<typeof call> extends [unknown, ...infer Rest] ? Rest : never) =>
    (await call(second, ...request)).status
  const listener = "application_name = 'local-performance-platform listener' AND datname = current_database()"
  await waitUntil('the second process listens', async () =>
    (await database.pool.query(`SELECT FROM pg_stat_activity WHERE ${listener} AND query = 'SELECT 1'`)).rowCount === 1)

  let headers = bearer('')
  let token = { id: '', token: '' }
  await t.test('sources and their tokens', async (t) => {
    await changes(
      t,
      'a new source',
      async () => await put(first, BARTEC, { services: ['pay-council-tax'] }),
      async () => await statusOf('GET', `${BARTEC}/tokens`, operator) === 200
    )
    token = await issueToken(first, 'sources/solihull/bartec')
    headers = bearer(token.token)
    const sends = async (): Promise<boolean> => await statusOf('POST', '/v1/events', headers, event('a')) === 200
    await waitUntil('a new token', async () => await statusOf('POST', '/v1/events', headers, event('a')) !== 401)
    await changes(t, 'the services of a source', async () => await put(first, BARTEC, {
      services: ['report-missed-bin', 'pay-council-tax']
    }), sends)
    const alias = event('b', { channel: 'Phone' })
    await changes(t, 'the channel names of a source', async () => await put(first, BARTEC, {
      services: ['report-missed-bin', 'pay-council-tax'], channels: { Phone: 'telephone-agent' }
    }), async () => await statusOf('POST', '/v1/events', headers, alias) === 200)
  })

  await t.test('data sets and their tokens', async (t) => {
    await changes(
      t,
      'a new data set',
      async () => await put(first, '/v1/data-sets/a/sums', { raw_queries_allowed: true }),
      async () => await statusOf('GET', '/data/a/sums') === 200
    )
    const write = (secret: string) => async () =>
      await statusOf('POST', '/data/a/sums', { ...bearer(secret), ...JSON_BODY }, '[{"_id":"x"}]')
    const made = await issueToken(first, 'data-sets/a/sums', { token: 'secret-of-an-old-sender' })
    await waitUntil('a new token of a data set', async () => await write('secret-of-an-old-sender')() === 200)
    await changes(
      t,
      'a revoked token of a data set',
      async () => await call(first, 'DELETE', `/v1/data-sets/a/sums/tokens/${made.id}`, operator),
      async () => await write('secret-of-an-old-sender')() === 401
    )
    await changes(
      t,
      'a data set that is not published',
      async () => await put(first, '/v1/data-sets/a/sums', { published: false, queryable: false }),
      async () => await statusOf('GET', '/data/a/sums') === 404
    )
  })

  await t.test('what KPIs and series are worked out by', async (t) => {
    await send(first, 'events', headers, [
      event('c', { ward: 'E05001286', channel: 'telephone-agent', count: 20 }),
      event('e', { ward: 'E05001286', count: 20, occurred_at: '2014-06-02T08:00:00+01:00' }),
      event('d', { service: 'pay-council-tax', channel: 'telephone-agent' })
    ])
    const bins = seriesUrl(MAY)
    const rule = '/v1/disclosure-rules/all/all/authority'
    await changes(
      t,
      'a disclosure rule',
      async () => await put(first, rule, { threshold: 100, finest: 'month' }),
      async () => (await get(second, bins)).data[0].values[0].status === 'suppressed'
    )
    await changes(
      t,
      'a disclosure rule that was removed',
      async () => await call(first, 'DELETE', rule, operator),
      async () => (await get(second, bins)).data[0].values[0].status === 'ok'
    )
    const ward = seriesUrl({ ...MAY, group_by: 'ward', filter_by: 'ward:E05001286' })
    await changes(
      t,
      'a release',
      async () => await release(first),
      async () => (await get(second, ward)).data[0].values[0].status !== 'not-yet'
    )
    const takeUp = kpiUrl('digital-take-up', { service: 'pay-council-tax', ...MAY })
    await changes(
      t,
      'a channel’s class',
      async () => await put(first, '/v1/services/pay-council-tax/channels/telephone-agent/class', {
        from_on: '2014-01-01', digital_class: 'digital', reason: 'Test'
      }),
      async () => (await get(second, takeUp)).data[0].values[0].value === 100
    )
    await changes(
      t,
      'which of events and counts holds',
      async () => await put(first, '/v1/authorities/solihull/services/pay-council-tax/authoritative', {
        type: 'transaction', from_on: '2014-01-01', basis: 'counts'
      }),
      async () => (await get(second, takeUp)).data[0].values[0].value === null
    )
    await changes(
      t,
      'a unit saving',
      async () => await put(first, '/v1/unit-savings/channel-shift', { from_on: '2014-01-01', pence: 7, source: 'Test' }),
      async () => (await get(second, '/v1/unit-savings')).data.length === 1
    )
    const { version: _, kpi: __, created_at: ___, links: ____, ...definition } = await get(first, '/v1/kpis/transactions')
    await changes(
      t,
      'a KPI’s definition',
      async () => await put(first, '/v1/kpis/transactions', { ...definition, title: 'Renamed' }),
      async () => (await get(second, kpiUrl('transactions', MAY))).title === 'Renamed'
    )
    await changes(
      t,
      'a comparator group',
      async () => await put(first, '/v1/comparator-groups/club', { title: 'Club', authorities: ['solihull'] }),
      async () => (await get(second, '/v1/comparator-groups')).data.length === 1
    )
    await changes(
      t,
      'a ward',
      async () => await put(first, '/v1/authorities/solihull/areas', [{ code: 'E05099999', name: 'New Ward' }]),
      async () => (await call(second, 'GET', '/v1/areas?authority=solihull')).body.data.some((
        { code }: { code: string }
      ) => code === 'E05099999')
    )
  })

  await t.test('what is changed while it does not listen', async (t) => {
    await changes(
      t,
      'a revoked token of a source',
      async () => {
        await database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${listener}`)
        await call(first, 'DELETE', `${BARTEC}/tokens/${token.id}`, operator)
      },
      async () => await statusOf('POST', '/v1/events', headers, event('a')) === 401
    )
  })
})
