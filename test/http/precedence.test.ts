import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { call, event, get, kpiUrl, observation, operator, put, release, send, seriesUrl } from '../support/builders.ts'

/** The orders in which four settings, from the nearest to the widest, can be made: a setting's age decides nothing. */
const ORDERS = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]]
const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }

t.test('a disclosure rule: of authority and service, else authority, else service, else all', async (t) => {
  const { app } = await testApp(t)
  const url = (authority: string, service: string, level = 'ward') =>
    `/v1/disclosure-rules/${authority}/${service}/${level}`
  const rules: Array<[string, string]> = [
    ['solihull', 'report-missed-bin'], ['solihull', 'all'], ['all', 'report-missed-bin'], ['all', 'all']
  ]
  const inForce = async (authority: string, service: string, level?: string): Promise<number> =>
    (await get(app, url(authority, service, level))).threshold

  for (const order of ORDERS) {
    for (const i of order) await put(app, url(...rules[i]!), { threshold: 10 + i })
    t.equal(await inForce('solihull', 'report-missed-bin'), 10)
    t.equal(await inForce('solihull', 'pay-council-tax'), 11, 'another service of the authority')
    t.equal(await inForce('dudley', 'report-missed-bin'), 12, 'another authority’s same service')
    t.equal(await inForce('dudley', 'pay-council-tax'), 13)
    t.equal(await inForce('solihull', 'report-missed-bin', 'street'), 5, 'levels have nothing to do with one another')
    for (const [i, next] of [11, 12, 13, 3].entries()) {
      t.equal((await call(app, 'DELETE', url(...rules[i]!), operator)).status, 204)
      t.equal(await inForce('solihull', 'report-missed-bin'), next, 'the next wider one holds')
    }
  }
})

t.test('what is suppressed follows the rule that is nearest when it is released', async (t) => {
  const { app, clock } = await testApp(t)
  const headers = await testSource(app)
  const addresses = ['all/all', 'all/report-missed-bin', 'solihull/all', 'solihull/report-missed-bin']
  for (const [i, address] of addresses.entries()) {
    // A large week after each small one, or the next small one would hide with it.
    const weeks = ['2014-09-01', '2014-10-06', '2014-11-03', '2014-12-01'].map((day) => Date.parse(`${day}T10:00:00Z`))
    const [small, large] = [weeks[i]!, weeks[i]! + 7 * DAY_MS]
    clock.now = large + 7 * DAY_MS
    for (const [at, count] of [[small, 8], [large, 20]] as const) {
      const occurred_at = new Date(at).toISOString()
      await send(app, 'events', headers, [
        event(occurred_at, { occurred_at, count, ward: 'E05001286' }),
        ...['E05001287', 'E05001288'].map((ward) => event(`${occurred_at}-${ward}`, { occurred_at, count: 40, ward }))
      ])
    }
    const hides = i % 2 === 0
    await put(app, `/v1/disclosure-rules/${address}/ward`, { threshold: hides ? 9 : 8 })
    await release(app)
    const shown = await get(app, seriesUrl({
      period: 'week', start_on: dateOf(small), end_on: dateOf(small + 6 * DAY_MS), filter_by: 'ward:E05001286'
    }))
    t.match(shown.data[0].values, [hides ? { status: 'suppressed' } : { value: 8, status: 'ok' }], address)
  }
})

const DAY_MS = 86_400_000
const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

t.test('a unit saving: of authority and service, else authority, else service, else all', async (t) => {
  const { app } = await testApp(t)
  const settings = [
    { authority: 'solihull', service: 'pay-council-tax' }, { authority: 'solihull' }, { service: 'pay-council-tax' }, {}
  ]
  const inForce = async (kind: string, authority: string, service: string, month = MAY.start_on): Promise<unknown> => {
    const url = `/v1/authorities/${authority}/services/${service}/savings?period=month&start_on=${month}`
    const { data: [{ savings }] } = await get(app, url)
    return savings.find((one: { kind: string }) => one.kind === kind).unit_pence
  }
  const set = async (kind: string, setting: object, pence: number, fromOn: string): Promise<unknown> =>
    await put(app, `/v1/unit-savings/${kind}`, { ...setting, from_on: fromOn, pence, source: 'Test' })

  for (const [kind, base] of [['channel-shift', 100], ['failure-demand', 200]] as const) {
    // The wider a setting is, the later it begins: being nearer goes before being newer.
    for (const i of [3, 2, 1, 0]) {
      await set(kind, settings[i]!, base + i, `2014-0${i + 1}-01`)
      t.equal(await inForce(kind, 'solihull', 'pay-council-tax'), base + i, 'nearer than all before')
    }
    t.equal(await inForce(kind, 'solihull', 'renew-library-item'), base + 1, 'another service of the authority')
    t.equal(await inForce(kind, 'dudley', 'pay-council-tax'), base + 2, 'another authority’s same service')
    t.equal(await inForce(kind, 'dudley', 'report-missed-bin'), base + 3)
    t.equal(await inForce(kind, 'solihull', 'pay-council-tax', '2014-01-01'), base, 'from its first day')
  }
  t.equal(await inForce('channel-shift', 'dudley', 'report-missed-bin', '2014-03-01'), 500, 'before it: the default')
  t.equal(await inForce('failure-demand', 'dudley', 'report-missed-bin', '2014-03-01'), 5000)
  await set('channel-shift', settings[0]!, 150, '2014-05-02')
  t.equal(await inForce('channel-shift', 'solihull', 'pay-council-tax'), 100, 'that of the first day of the period')
  t.equal(await inForce('channel-shift', 'solihull', 'pay-council-tax', '2014-06-01'), 150, 'of equals, the newest')
})

t.test('a channel’s class: the authority’s own, else the service’s, else the vocabulary’s', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/crm', { services: ['renew-library-item', 'pay-council-tax'] })
  const other = await testSource(app, 'dudley/crm', { services: ['renew-library-item'] })
  for (const month of ['04', '05']) {
    const occurred = { occurred_at: `2014-${month}-10T10:00:00+01:00` }
    for (const service of ['renew-library-item', 'pay-council-tax']) {
      await send(app, 'events', headers, [
        event(`${service}${month}a`, { ...occurred, service, channel: 'web', count: 3 }),
        event(`${service}${month}b`, { ...occurred, service, channel: 'telephone-agent' })
      ])
    }
    await send(app, 'events', other, [
      event(`${month}a`, { ...occurred, authority: 'dudley', service: 'renew-library-item', channel: 'web', count: 3 }),
      event(`${month}b`, {
        ...occurred, authority: 'dudley', service: 'renew-library-item', channel: 'telephone-agent'
      })
    ])
  }
  const takeUp = async (authority = 'solihull', service = 'renew-library-item'): Promise<unknown[]> => {
    const url = kpiUrl('digital-take-up', { authority, service, ...MAY, start_on: '2014-04-01' })
    return (await get(app, url)).data[0].values.map(({ value }: { value: number }) => value)
  }
  const classify = async (digitalClass: string, fromOn: string, authority?: string): Promise<unknown> =>
    await put(app, '/v1/services/renew-library-item/channels/telephone-agent/class', {
      from_on: fromOn, digital_class: digitalClass, reason: 'Test', ...(authority !== undefined && { authority })
    })

  t.same(await takeUp(), [75, 75], 'as the vocabulary has it')
  await classify('digital', '2014-05-01')
  t.same(await takeUp(), [75, 100], 'the service’s, from its first day')
  t.same(await takeUp('dudley'), [75, 100])
  await classify('non-digital', '2014-01-01', 'solihull')
  t.same(await takeUp(), [75, 75], 'the authority’s own goes first, old as it is')
  t.same(await takeUp('dudley'), [75, 100], 'and is nobody else’s')
  await classify('digital', '2014-05-01', 'solihull')
  await classify('non-digital', '2014-05-02')
  t.same(await takeUp(), [75, 100])
  t.same(await takeUp('solihull', 'pay-council-tax'), [75, 75], 'nor another service’s')
})

t.test('what holds, events or counts, is the newest declaration of the authority, service and type', async (t) => {
  const { app } = await testApp(t)
  const services = ['pay-council-tax', 'renew-library-item']
  const sources = {
    solihull: await testSource(app, 'solihull/crm', { services }), dudley: await testSource(app, 'dudley/crm', { services })
  }
  for (const [authority, headers] of Object.entries(sources)) {
    for (const service of services) {
      for (const month of ['04', '05', '06']) {
        const where = { authority, service }
        await send(app, 'events', headers, event(`${service}${month}`, {
          ...where, occurred_at: `2014-${month}-02T10:00:00+01:00`, count: 3
        }))
        await send(app, 'observations', headers, observation({
          ...where, measure: 'transactions', period: 'month', start_on: `2014-${month}-01`, value: 7
        }))
      }
    }
  }
  const read = async (authority: string, service: string): Promise<unknown> => {
    const url = kpiUrl('transactions', { authority, service, ...MAY, start_on: '2014-04-01', end_on: '2014-06-30' })
    return (await get(app, url)).data[0].values.map(({ value }: { value: number }) => value)
  }
  const declare = async (basis: string, fromOn: string): Promise<unknown> =>
    await put(app, '/v1/authorities/solihull/services/pay-council-tax/authoritative', {
      type: 'transaction', from_on: fromOn, basis
    })
  t.same(await read('solihull', 'pay-council-tax'), [3, 3, 3], 'events, where nothing is said')
  await declare('events', '2014-06-01')
  await declare('counts', '2014-05-01')
  t.same(await read('solihull', 'pay-council-tax'), [3, 7, 3], 'each until the next one begins, whenever it was made')
  await declare('counts', '2014-06-01')
  t.same(await read('solihull', 'pay-council-tax'), [3, 7, 7], 'the same day again replaces it')
  t.same(await read('solihull', 'renew-library-item'), [3, 3, 3], 'another service’s has nothing to do with it')
  t.same(await read('dudley', 'pay-council-tax'), [3, 3, 3], 'nor another authority’s')
})

t.test('who delivers: what is said of the authority and service, else the tiers of both', async (t) => {
  const { app } = await testApp(t)
  const provision = async (authority: string, service: string) =>
    (await get(app, `/v1/authorities/${authority}/services/${service}`)).provision
  const [bus, bins] = ['renew-older-persons-bus-pass', 'report-missed-bin']
  t.match(await provision('solihull', bus), {
    delivers: 'via-other-body', provider: 'transport-for-west-midlands'
  }, 'an override of the catalogue goes before the tier, which would say yes')
  t.match(await provision('nottinghamshire', bus), { delivers: 'yes' }, 'elsewhere the tier holds')
  t.match(await provision('surrey', bins), { delivers: 'no' }, 'a county collects no bins')
  t.match(await provision('solihull', bins), { delivers: 'yes', provider: null })
})

t.test('a KPI’s version: the last to take effect by the first day of the period, whenever it was made', async (t) => {
  const { app } = await testApp(t)
  const { version: _, kpi: __, created_at: ___, links: ____, ...body } = await get(app, '/v1/kpis/transactions')
  const add = async (effectiveFrom: string, state: string, min: number) =>
    await put(app, '/v1/kpis/transactions', { ...body, effective_from: effectiveFrom, state, target: { at_least: min } })
  const inForce = async (): Promise<unknown> => {
    const url = kpiUrl('transactions', { ...MAY, start_on: '2014-04-01', end_on: '2014-06-30' })
    return (await get(app, url)).data[0].values.map(({ target }: { target: { at_least?: number } | null }) =>
      target?.at_least ?? null)
  }
  await add('2014-06-01', 'agreed', 60)
  await add('2014-05-01', 'agreed', 50)
  t.same(await inForce(), [null, 50, 60], 'made later, effective earlier')
  await add('2014-04-02', 'agreed', 40)
  t.same(await inForce(), [null, 50, 60], 'not from the middle of a period')
  await add('2014-04-01', 'proposed', 41)
  t.same(await inForce(), [null, 50, 60], 'what is proposed holds nowhere')
  await add('2014-05-01', 'agreed', 51)
  t.same(await inForce(), [null, 51, 60], 'of one day, the higher version')
})

t.test('a source’s own channel names go before the vocabulary', async (t) => {
  const { app } = await testApp(t)
  const headers = await testSource(app, 'solihull/crm', { services: ['report-missed-bin'], channels: { web: 'kiosk' } })
  await send(app, 'events', headers, event('a', { channel: 'web' }))
  t.same((await channelsOf(app)), ['kiosk'])
  const plain = await testSource(app, 'solihull/plain', { services: ['report-missed-bin'] })
  await send(app, 'events', plain, event('b', { channel: 'web', count: 2 }))
  t.same((await channelsOf(app)), ['kiosk', 'web'])
})

async function channelsOf (app: App): Promise<string[]> {
  const { data } = await get(app, seriesUrl({ ...MAY, group_by: 'channel' }))
  return data.map(({ group }: { group: { channel: string } }) => group.channel)
}
