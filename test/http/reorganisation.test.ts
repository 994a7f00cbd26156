import t from 'tap'
import { testApp, type TestApp } from '../support/app.ts'
import {
  administratorOf, bearer, call, get, issueToken, observation, operator, put, send, seriesUrl, testSource, urlOf,
  type Headers
} from '../support/builders.ts'
import { secondProcess } from '../support/second-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import {
  BUCKINGHAMSHIRE, CUMBRIA, EAST, reorganise, SURREY, undoShipped, WEST
} from '../support/reorganisations.ts'

const BINS = 'report-missed-bin'

let n = 0
const bins = (authority: string, at: string, count: number, more: object = {}) => ({
  id: `e${n++}`, authority, service: BINS, occurred_at: at, channel: 'web', count, ...more
})
/** The values of an authority's bins by month. */
async function months (app: TestApp['app'], authority: string, from: string, to: string, more: object = {}) {
  const { data, breaks } = await get(app, seriesUrl({
    authority, service: BINS, period: 'month', start_on: from, end_on: to, ...more
  }))
  return { values: data[0].values.map(({ value }: { value: number | null }) => value), breaks }
}
const refusal = async (app: TestApp['app'], headers: Headers, row: object) => {
  const { status, body } = await call(app, 'POST', '/v1/events', headers, [row])
  return status === 200 ? 'stored' : `${body.errors?.[0].code}: ${body.errors?.[0].detail}`
}
const inForce = async (app: TestApp['app'], query = '') =>
  (await get(app, `/v1/authorities${query}`)).data.map(({ slug }: { slug: string }) => slug)
/** Who is in a comparison of a month, with what. */
const compared = async (app: TestApp['app'], group: string, month: string) =>
  (await get(app, urlOf('/v1/kpis/transactions/comparison', {
    service: BINS, group, period: 'month', start_on: month
  }))).data.map(({ authority: { slug }, value }: any) => [slug, value]).sort()

t.test('Surrey 2027: eleven districts and a county, two councils, at midnight', async (t) => {
  const running = await testApp(t, '2027-03-20T12:00:00Z')
  const { app, clock } = running
  const second = await secondProcess(t, running)
  const guildford = await testSource(app, 'guildford/bartec')
  const woking = await testSource(app, 'woking/whitespace')
  await testSource(app, 'elmbridge/old')
  const elmbridge = bearer((await issueToken(app, 'sources/elmbridge/old')).token)
  await put(app, '/v1/comparator-groups/home-counties', {
    title: 'Home counties', authorities: ['guildford', 'woking', 'wokingham']
  })
  await put(app, '/v1/authorities/guildford/areas', [
    { code: 'E05099901', name: 'Old Stoke', valid_to: '2020-05-06' },
    { code: 'E05099902', name: 'New Stoke', valid_from: '2020-05-07' },
    { code: 'E05099903', name: 'Later Stoke', valid_from: '2027-05-06' }
  ])
  await put(app, '/v1/authorities/elmbridge/areas', [{ code: 'E05099904', name: 'Old Moor' }])
  await send(app, 'events', guildford, [bins('guildford', '2027-03-10T12:00:00Z', 10)])
  await send(app, 'events', woking, [bins('woking', '2027-03-11T12:00:00Z', 5)])
  await send(app, 'events', elmbridge, [bins('elmbridge', '2027-03-11T12:00:00Z', 7)])

  const made = await reorganise(running, { ...SURREY, sources: [{ source: 'elmbridge/old', end: true }] })
  t.same(
    made.wards.list.filter(({ code }: { code: string }) => code.startsWith('E050999')),
    [
      { code: 'E05099904', name: 'Old Moor', from: 'elmbridge', to: 'east-surrey' },
      { code: 'E05099903', name: 'Later Stoke', from: 'guildford', to: 'west-surrey' },
      { code: 'E05099902', name: 'New Stoke', from: 'guildford', to: 'west-surrey' }
    ]
  )

  await waitUntil('the second process has heard of it', async () =>
    (await call(second, 'GET', '/v1/areas?authority=west-surrey')).status === 200)

  clock.now = Date.parse('2027-03-31T23:59:59+01:00')
  for (const [where, app] of Object.entries({ here: running.app, 'in a second process': second })) {
    const now = await inForce(app)
    t.ok(['surrey', ...EAST, ...WEST].every((slug) => now.includes(slug)), `the old ones, ${where}`)
    t.notOk(now.includes('west-surrey') || now.includes('east-surrey'), `not yet the new ones, ${where}`)
    t.match(await refusal(app, guildford, bins('west-surrey', '2027-03-31T12:00:00Z', 1)), /^authority-not-yet/, where)
  }
  t.equal(await refusal(app, guildford, bins('guildford', '2027-03-31T23:30:00+01:00', 3)), 'stored')
  t.equal(await refusal(app, elmbridge, bins('elmbridge', '2027-03-31T12:00:00Z', 1)), 'stored')
  const countyWards = await get(app, '/v1/areas?authority=surrey&on=2027-03-31')

  clock.now = Date.parse('2027-04-01T00:00:00+01:00')
  for (const [where, app] of Object.entries({ here: running.app, 'in a second process': second })) {
    const now = await inForce(app)
    t.same(['surrey', ...EAST, ...WEST].filter((slug) => now.includes(slug)), [], `none of the old ones, ${where}`)
    t.ok(now.includes('west-surrey') && now.includes('east-surrey'), `the new ones, ${where}`)
    t.equal(now.length, (await inForce(app, '?on=2027-03-31')).length - 10, 'the map of the day before')
  }
  clock.now = Date.parse('2027-04-02T12:00:00Z')
  t.equal(await refusal(app, guildford, bins('west-surrey', '2027-04-01T10:00:00Z', 20)), 'stored', 'the same token')
  t.equal(await refusal(app, woking, bins('west-surrey', '2027-04-01T11:00:00Z', 30)), 'stored', 'the same token')
  t.match(
    await refusal(app, guildford, bins('guildford', '2027-04-01T10:00:00Z', 1)),
    /^authority-abolished: .*2027-03-31.*west-surrey/
  )
  t.match(await refusal(app, guildford, bins('east-surrey', '2027-04-01T10:00:00Z', 1)), /^authority-not-allowed/)
  t.equal(
    await refusal(app, guildford, bins('guildford', '2027-03-30T10:00:00Z', 2)), 'stored', 'a late one about before'
  )
  t.equal((await call(app, 'POST', '/v1/events', elmbridge, [])).status, 401, 'the source that ended')
  t.equal(await refusal(app, guildford, bins('west-surrey', '2027-04-01T10:00:00Z', 1, { ward: 'New Stoke' })), 'stored')
  t.equal(await refusal(app, guildford, bins('guildford', '2027-03-29T10:00:00Z', 1, { ward: 'New Stoke' })), 'stored')
  t.match(
    await refusal(app, guildford, bins('west-surrey', '2027-04-01T10:00:00Z', 1, { ward: 'E05099901' })), /^unknown-ward/
  )

  const spring = ['2027-03-01', '2027-04-30'] as const
  t.same((await months(app, 'guildford', ...spring)).values, [16, null], 'its own days, still read')
  t.same((await months(app, 'west-surrey', ...spring)).values, [null, 51], 'its own days')
  const { values, breaks } = await months(app, 'west-surrey', ...spring, { predecessors: 'include' })
  t.same(values, [21, 51], 'whole predecessors')
  t.match(breaks, [{ on: '2027-04-01' }], 'with a break on the day')
  t.same(await compared(app, 'home-counties', '2027-03-01'), [['guildford', 16], ['woking', 5], ['wokingham', null]])
  t.same(await compared(app, 'home-counties', '2027-04-01'), [['west-surrey', 51], ['wokingham', null]])
  const wardsOf = async (authority: string, on: string) =>
    (await get(app, `/v1/areas?authority=${authority}&on=${on}`)).data.length
  t.equal(await wardsOf('surrey', '2027-03-31'), countyWards.data.length, 'wards of the county, then')
  t.equal(await wardsOf('guildford', '2027-04-01'), 0)
  t.equal(
    await wardsOf('east-surrey', '2027-04-01') + await wardsOf('west-surrey', '2027-04-01'), countyWards.data.length
  )
  t.match(await get(app, '/v1/reorganisations'), { data: [{ id: 'surrey-2027', status: 'in-force' }] })
  const dashboards = async (slug: string) => (await call(second, 'GET', `/public/dashboards?slug=${slug}`)).status
  t.same([await dashboards('west-surrey-report-missed-bin'), await dashboards('guildford-report-missed-bin')], [200, 200])
})

t.test('Buckinghamshire 2020: a merger that keeps the name of the county', async (t) => {
  const running = await testApp(t, '2020-03-20T12:00:00Z')
  const { app, clock } = running
  await undoShipped(running, ['E06000060'])
  const services = [BINS]
  const wycombe = await testSource(app, 'wycombe/bartec', { services })
  const chiltern = await testSource(app, 'chiltern/bartec', { services })
  await testSource(app, 'buckinghamshire/libraries', { services: ['renew-library-item'] })
  const made = await reorganise(running, BUCKINGHAMSHIRE)
  t.match(made.begun, [{ gss: 'E06000060', tier: 'unitary', predecessors: { length: 5 } }])
  t.equal((await get(app, '/v1/authorities/buckinghamshire')).gss, 'E10000002', 'the county, for now')
  const figure = (authority: string, value: number, more: object = {}) =>
    observation({ authority, measure: 'collections_made', period: 'month', start_on: '2020-03-01', value, ...more })
  clock.now = Date.parse('2020-04-02T12:00:00Z')
  t.equal((await get(app, '/v1/authorities/buckinghamshire')).gss, 'E06000060', 'the new council, by itself')
  await send(app, 'observations', wycombe, figure('wycombe', 400))
  await send(app, 'observations', chiltern, figure('chiltern', 300))
  for (const [authority, headers, value] of [['wycombe', wycombe, 400], ['chiltern', chiltern, 300]] as const) {
    const { figures } = await get(app, urlOf(`/v1/observations/${authority}/${BINS}/collections_made`, {
      period: 'month', start_on: '2020-03-01'
    }), headers)
    t.match(figures, [{ value }], 'one predecessor’s figure does not replace another’s')
  }
  await send(app, 'events', wycombe, [
    bins('wycombe', '2020-03-30T12:00:00Z', 4), bins('buckinghamshire', '2020-04-01T12:00:00Z', 9)
  ])
  await send(app, 'events', chiltern, [bins('chiltern', '2020-03-30T12:00:00Z', 3)])
  t.match(
    await refusal(app, wycombe, bins('wycombe', '2020-04-01T12:00:00Z', 1)), /^authority-abolished.*buckinghamshire/
  )
  const spring = ['2020-03-01', '2020-04-30'] as const
  t.same((await months(app, 'wycombe', ...spring)).values, [4, null])
  t.same((await months(app, 'E06000060', ...spring)).values, [null, 9])
  const merged = await months(app, 'buckinghamshire', ...spring, { predecessors: 'include' })
  t.same(merged.values, [7, 9])
  t.match(merged.breaks, [{ on: '2020-04-01' }])
})

t.test('Cumbria 2023: played three years late; nobody is given a part of the county', async (t) => {
  const running = await testApp(t, '2026-05-01T12:00:00Z')
  const { app } = running
  await undoShipped(running, ['E06000063', 'E06000064'])
  const services = [BINS, 'renew-library-item']
  const carlisle = await testSource(app, 'carlisle/bartec', { services })
  const county = await testSource(app, 'cumbria/libraries', { services })
  const library = (authority: string, at: string, count: number) => ({
    ...bins(authority, at, count), service: 'renew-library-item'
  })
  await send(app, 'events', carlisle, [bins('carlisle', '2023-03-30T12:00:00Z', 4)])
  await send(app, 'events', county, [library('cumbria', '2023-03-30T12:00:00Z', 50)])
  await send(app, 'events', county, [library('cumbria', '2023-04-02T12:00:00+01:00', 2)])
  const order = { ...CUMBRIA, sources: [{ source: 'cumbria/libraries', to: ['cumberland', 'westmorland-and-furness'] }] }
  const { status, body } = await call(app, 'POST', '/v1/reorganisations', operator, order)
  t.match([status, body.errors], [422, [{
    pointer: '/keep_later_data', detail: /^cumbria has 1 events and 0 figures of days from 2023-04-01 on/
  }]])
  const made = await reorganise(running, { ...order, keep_later_data: true })
  t.match(made, { status: 'in-force', warnings: [/^cumbria has 1 events/] })
  await send(app, 'events', carlisle, [bins('cumberland', '2023-04-01T12:00:00Z', 6)])
  await send(app, 'events', county, [library('cumberland', '2023-04-01T12:00:00Z', 20)])
  const spring = ['2023-03-01', '2023-04-30'] as const
  const both = { predecessors: 'include' }
  t.same((await months(app, 'cumberland', ...spring, both)).values, [4, 6])
  const libraries = await months(app, 'cumberland', ...spring, { ...both, service: 'renew-library-item' })
  t.same(libraries.values, [null, 20], 'never a part of a split one')
  t.same((await months(app, 'cumbria', ...spring, { service: 'renew-library-item' })).values[0], 50)
  t.same((await call(app, 'DELETE', '/v1/reorganisations/cumbria-2023', operator)).status, 409)
  t.ok((await inForce(app, '?on=2022-01-01')).includes('carlisle'))
  t.notOk((await inForce(app)).includes('carlisle'))
})

t.test('a split district: every ward is given to one or the other', async (t) => {
  const running = await testApp(t, '2027-03-20T12:00:00Z')
  const { app, clock } = running
  await put(app, '/v1/authorities/exeter/areas', [
    { code: 'E05099911', name: 'Upper' }, { code: 'E05099912', name: 'Lower' }, { code: 'E05099913', name: 'Middle' }
  ])
  const wards: string[] = (await get(app, '/v1/areas?authority=exeter')).data
    .filter(({ valid_to: to }: { valid_to: string | null }) => to === null).map(({ code }: { code: string }) => code)
  const half = (slug: string) => ({ slug, name: slug, type: 'district', predecessors: ['exeter'] })
  const order = { title: 'Exeter', on: '2027-04-01', end: ['exeter'], begin: [half('upexe'), half('netherexe')] }
  const undecided = await call(app, 'POST', '/v1/reorganisations', operator, order)
  t.match(undecided.body.errors, [{
    pointer: '/wards', detail: /^exeter gives way to upexe and netherexe: say where its wards go.*Not said of E05/
  }])
  const made = await reorganise(running, {
    ...order,
    wards: [
      { from: 'exeter', to: 'upexe' },
      { codes: ['E05099912'], to: 'netherexe' },
      { codes: ['E05099913'], end: true }
    ]
  })
  t.match(made.wards, { carried: wards.length - 1, ended: 1 })
  t.match(made.covers, [{ authority: 'devon', added: ['upexe', 'netherexe'] }])
  clock.now = Date.parse('2027-04-01T12:00:00Z')
  const codes = async (authority: string) =>
    (await get(app, `/v1/areas?authority=${authority}`)).data.map(({ code }: { code: string }) => code)
  t.same(await codes('netherexe'), ['E05099912'])
  t.ok((await codes('upexe')).includes('E05099911'))
  t.notOk((await codes('upexe')).some((code: string) => ['E05099912', 'E05099913'].includes(code)))
})

t.test('administrators of the old govern the new only where the order says so', async (t) => {
  for (const administrators of ['keep', 'carry']) {
    const running = await testApp(t, '2020-03-20T12:00:00Z')
    const { app, clock } = running
    await undoShipped(running, ['E06000060'])
    const wycombe = await administratorOf(app, 'wycombe')
    await reorganise(running, { ...BUCKINGHAMSHIRE, administrators })
    clock.now = Date.parse('2020-04-01T12:00:00Z')
    const { status } = await call(app, 'PUT', '/v1/authorities/E06000060/areas', wycombe, [
      { code: 'E05099921', name: 'New' }
    ])
    t.equal(status, administrators === 'carry' ? 200 : 403, administrators)
  }
})
