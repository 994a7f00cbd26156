import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp } from '../support/app.ts'
import { administratorOf, bearer, call, get, issueToken, kpiUrl, operator, put, release, send, testSource, type Headers } from '../support/builders.ts'
import { counting, documented, quietDays } from '../support/kpi-details.ts'

const [LIGHTS, TAX, BINS] = ['street-lighting-reporting', 'pay-council-tax', 'report-missed-bin']
const MAY = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const [MENDED, COLLECTED] = ['mended-within-5-days', 'collected-by-direct-debit']
const FIVE_DAYS = 432_000
const WARDS = ['E05001286', 'E05001287']

const at = (day: string, more: object = {}) => ({ occurred_at: `2014-${day}T12:00:00Z`, channel: 'web', outcome: 'completed', ...more })

/** Sends events of one service and authority, with an event of count 0 a day for May: all of it is reported. */
async function sends (app: App, authority: string, service: string, events: object[]): Promise<Headers> {
  const headers = await testSource(app, `${authority}/crm`, { services: [LIGHTS, TAX, BINS] })
  await send(app, 'events', headers, [...quietDays('2014-05-01', '2014-05-31', {}), ...events].map((one, i) =>
    ({ id: `e${i}`, authority, service, ...one })))
  return headers
}

const values = async (app: App, kpi: string, parameters: object, headers: Headers = {}) =>
  (await get(app, kpiUrl(kpi, { ...MAY, ...parameters }), headers)).data.map(({ group, values: [first] }: any) =>
    ({ group, ...first }))
const value = async (app: App, kpi: string, parameters: object, headers: Headers = {}) =>
  (await values(app, kpi, parameters, headers))[0]

const MENDS = [
  at('05-02', { id: 'a', duration_seconds: 86_400 }),
  at('05-12', { id: 'b', duration_seconds: FIVE_DAYS }),
  at('05-19', { id: 'c', outcome: 'confirmed', duration_seconds: FIVE_DAYS + 1 }),
  at('05-27', { id: 'd' }),
  at('05-27', { id: 'e', outcome: 'failed', duration_seconds: 60 }),
  at('05-30', { id: 'f', duration_seconds: 172_800, count: 2, channel: 'telephone-agent' })
]

t.test('mended within 5 days: a share of what says how long it took', async (t) => {
  const { app } = await testApp(t)
  await put(app, `/v1/kpis/${MENDED}`, documented(MENDED))
  const headers = await sends(app, 'solihull', LIGHTS, MENDS)
  const lights = { service: LIGHTS }

  t.match(await value(app, MENDED, lights), { numerator: 4, denominator: 5, value: 80, status: 'ok', coverage: 1, met: false })
  t.match(await values(app, MENDED, { ...lights, group_by: 'channel' }), [
    { group: { channel: 'telephone-agent' }, numerator: 2, denominator: 2, value: 100 },
    { group: { channel: 'unknown' }, denominator: 0, value: null, reason: 'denominator-zero' },
    { group: { channel: 'web' }, numerator: 2, denominator: 3 }
  ])

  t.test('by week and by the month before, in which none said it', async (t) => {
    t.match(await value(app, MENDED, { ...lights, period: 'week', start_on: '2014-05-12', end_on: '2014-05-18' }), { numerator: 1, denominator: 1 })
    await send(app, 'events', headers, at('04-10', { id: 'april', authority: 'solihull', service: LIGHTS }))
    t.match(await value(app, MENDED, { ...lights, compare_with: 'previous' }), {
      value: 80, compared: { numerator: 0, denominator: 0, value: null, reason: 'denominator-zero', change: null }
    })
    t.match(await value(app, MENDED, { ...lights, start_on: '2014-03-01', end_on: '2014-03-31' }), {
      value: null, reason: 'nothing-reported', coverage: 0
    }, 'nothing was reported at all')
  })

  t.test('who never says how long it took has no value, and 0 once it did elsewhen', async (t) => {
    const count = 'mended-in-time'
    await put(app, `/v1/kpis/${count}`, counting(documented(MENDED)['numerator'] as object[]))
    const kirklees = await sends(app, 'kirklees', LIGHTS, [at('05-02', { id: 'k' }), at('05-02', { id: 'l', outcome: 'failed', duration_seconds: 9 })])
    const of = { ...lights, authority: 'kirklees' }
    t.match(await value(app, MENDED, of), { numerator: null, denominator: null, value: null, status: 'missing', reason: 'nothing-reported' })
    t.match(await value(app, count, of), { value: null, reason: 'nothing-reported' }, 'a duration of another outcome says nothing')
    t.match(await value(app, count, { ...lights, authority: ['solihull', 'kirklees'] }), { value: 4, coverage: 0.5, status: 'partial' })
    await send(app, 'events', kirklees, at('03-02', { id: 'm', authority: 'kirklees', service: LIGHTS, duration_seconds: FIVE_DAYS * 2 }))
    t.match(await value(app, count, of), { value: 0, status: 'zero', reason: null })
    t.match(await value(app, MENDED, of), { numerator: 0, denominator: 0, reason: 'denominator-zero' })
    t.match(await value(app, count, { ...lights, authority: ['solihull', 'kirklees'] }), { value: 4, coverage: 1, status: 'ok' })
  })

  t.test('compared, and on the scorecard', async (t) => {
    await sends(app, 'leeds', LIGHTS, [at('05-02', { duration_seconds: 1, count: 40 }), at('05-03', { duration_seconds: FIVE_DAYS * 3, count: 60 })])
    await sends(app, 'dudley', LIGHTS, [at('05-02', { duration_seconds: 1, count: 50 })])
    const { data, group } = await get(app, `/v1/kpis/${MENDED}/comparison?service=${LIGHTS}&period=month&start_on=2014-05-01`)
    const rows = data.filter(({ numerator }: any) => numerator !== null)
    t.match(rows.map((row: any) => [row.authority.slug, row.value, row.rank]), [
      ['dudley', 100, 1], ['leeds', 40, 2], ['solihull', 80, null], ['kirklees', null, null]
    ], 'of five mends there is no rank')
    t.match(group, { reporting: 3, numerator: 94, denominator: 155 })
    const card = await get(app, `/v1/authorities/leeds/services/${LIGHTS}?period=month`)
    t.match(card.kpis.find(({ kpi }: any) => kpi === MENDED), { start_on: '2014-05-01', value: 40 })
  })

  t.test('an event is corrected, and one is voided', async (t) => {
    await send(app, 'events', headers, { ...MENDS[1], id: 'b', authority: 'solihull', service: LIGHTS, duration_seconds: 500_000, revision: 2 })
    t.match(await value(app, MENDED, lights), { numerator: 3, denominator: 5, value: 60, status: 'revised' })
    t.equal((await call(app, 'DELETE', '/v1/events/f', headers)).status, 200)
    t.match(await value(app, MENDED, lights), { numerator: 1, denominator: 3, status: 'revised' })
    await send(app, 'events', headers, { ...at('05-12', { id: 'b', revision: 3 }), authority: 'solihull', service: LIGHTS })
    t.match(await value(app, MENDED, lights), { numerator: 1, denominator: 2 }, 'it no longer says how long it took')
  })
})

t.test('collected by direct debit: pence', async (t) => {
  const { app } = await testApp(t)
  await put(app, `/v1/kpis/${COLLECTED}`, documented(COLLECTED))
  const paid = (day: string, pence: number | undefined, more: object = {}) =>
    at(day, { channel: 'direct-debit', ...(pence !== undefined && { amount_pence: pence }), ...more })
  const headers = await sends(app, 'solihull', TAX, [
    paid('05-01', 12_050), paid('05-02', 9_950, { count: 3 }), paid('05-20', -2000), paid('05-21', undefined),
    paid('05-21', 777, { outcome: 'failed' }), paid('05-22', 5000, { channel: 'web' }), paid('04-22', 5000, { channel: 'web' })
  ])
  const tax = { service: TAX }
  t.match(await value(app, COLLECTED, tax), { numerator: 20_000, denominator: null, value: 20_000, status: 'ok' }, 'counts multiply nothing')
  await send(app, 'events', headers, { ...at('04-20', { id: 'none' }), authority: 'solihull', service: TAX })
  t.match(await value(app, COLLECTED, { ...tax, start_on: '2014-04-01', end_on: '2014-04-30' }), { value: 0 }, 'amounts by web alone')
  await sends(app, 'kirklees', TAX, [paid('05-02', 3)])
  t.match(await value(app, COLLECTED, { ...tax, authority: ['solihull', 'kirklees'] }), { value: 20_003 })

  t.test('over payments: what one comes to, and what share of all the money', async (t) => {
    const payment = { events: 'transaction', outcomes: { completed: 1 } }
    await put(app, '/v1/kpis/mean-payment', {
      ...documented(COLLECTED), numerator: [{ ...payment, sum: 'amount_pence' }], denominator: [payment]
    })
    // 12050 + 9950 - 2000 + 5000 over 1 + 3 + 1 + 1 + 1
    t.match(await value(app, 'mean-payment', tax), { numerator: 25_000, denominator: 7, value: 3571 })
    await put(app, '/v1/kpis/share-by-direct-debit', {
      ...documented(COLLECTED),
      unit: 'percent',
      scale: 100,
      denominator: [{ ...payment, sum: 'amount_pence' }]
    })
    t.match(await value(app, 'share-by-direct-debit', tax), { numerator: 20_000, denominator: 25_000, value: 80 })
  })

  t.test('counts of the operator’s own measure stand for it', async (t) => {
    await put(app, '/v1/measures/collected_pence', { title: 'Collected', unit: 'pence', kind: 'flow', polarity: 'none', by_channel: true, description: 'What came in.' })
    const definition = documented(COLLECTED)
    await put(app, `/v1/kpis/${COLLECTED}`, {
      ...definition, effective_from: '2014-04-01', numerator: [{ ...definition['numerator'][0], counts: { collected_pence: 1 } }]
    })
    const leeds = await testSource(app, 'leeds/crm', { services: [TAX] })
    const figure = (channel: string, value: number) =>
      ({ authority: 'leeds', service: TAX, measure: 'collected_pence', period: 'month', start_on: '2014-05-01', channel, value })
    await send(app, 'observations', leeds, [figure('direct-debit', 900), figure('web', 50)])
    t.match(await value(app, COLLECTED, { ...tax, authority: 'leeds' }), { value: 900, coverage: 1 })
  })
})

t.test('attributes: of a service that declares them', async (t) => {
  const { app, clock } = await testApp(t)
  const report = { events: 'transaction', outcomes: { reported: 1, confirmed: 1 } }
  const not = { name: 'reason', values: ['not-presented', 'too-heavy'] }
  await put(app, '/v1/kpis/not-presented', counting(
    [{ ...report, attribute: not }], [report], { unit: 'percent', scale: 100 }
  ))
  await put(app, '/v1/kpis/reasons-given', counting([{ ...report, attribute: { name: 'reason' } }]))
  await put(app, '/v1/kpis/slow-and-heavy', counting([{ ...report, attribute: not, within_seconds: 60 }]))
  await put(app, '/v1/kpis/heavy-timed', counting([{ ...report, attribute: not, timed: true }]))
  await put(app, '/v1/kpis/helped', counting([{ ...report, attribute: { name: 'assisted', values: [true] } }]))
  const missed = (day: string, reason: string | null, more: object = {}) =>
    at(day, { outcome: 'reported', attributes: { reason }, ward: WARDS[0], street: 45_203_501, ...more })
  const headers = await sends(app, 'solihull', BINS, [
    missed('05-02', 'not-presented', { count: 3, duration_seconds: 60 }),
    missed('05-03', 'too-heavy', { ward: WARDS[1], street: 45_203_502, channel: 'telephone-agent', duration_seconds: 61 }),
    missed('05-04', 'contaminated', { count: 4, attributes: { reason: 'contaminated', assisted: true } }),
    missed('05-05', null, { count: 12 })
  ])

  t.test('whole, by channel, with durations', async (t) => {
    t.match(await value(app, 'not-presented', {}), { numerator: 4, denominator: 20, value: 20, status: 'ok' })
    t.match(await values(app, 'not-presented', { group_by: 'channel' }), [
      { group: { channel: 'telephone-agent' }, value: 100 }, { group: { channel: 'unknown' } }, { group: { channel: 'web' }, numerator: 3, denominator: 19 }
    ])
    t.match(await value(app, 'reasons-given', {}), { value: 8 }, 'any of its words')
    t.match(await value(app, 'slow-and-heavy', {}), { value: 3 })
    t.match(await value(app, 'heavy-timed', {}), { value: 4 })
    t.match(await value(app, 'helped', {}), { value: 4 })
  })

  t.test('by ward and street: by month, for those who see all', async (t) => {
    const see = bearer((await issueToken(app, 'sources/solihull/crm', { scopes: ['unsuppressed'] })).token)
    const wards = (await values(app, 'not-presented', { group_by: 'ward' }, see)).filter(({ numerator }: any) => numerator > 0)
    t.match(wards, [
      { group: { ward: WARDS[0] }, numerator: 3, denominator: 19 }, { group: { ward: WARDS[1] }, value: 100 }
    ])
    const streets = await values(app, 'not-presented', { group_by: 'street', top: 1 }, see)
    t.match(streets, [{ group: { street: '45203501' }, numerator: 3, denominator: 19 }])
    t.match(await values(app, 'heavy-timed', { group_by: 'street', ward: WARDS[1] }, see), [{ group: { street: '45203502' }, value: 1 }])
    const refused = async (kpi: string, parameters: object) => {
      const { status, body } = await call(app, 'GET', kpiUrl(kpi, { ...MAY, ...parameters }), see)
      return [status, body.detail]
    }
    t.match(await refused('not-presented', { group_by: 'ward', period: 'week' }), [400, /by ward are kept by month/])
    t.match(await refused('slow-and-heavy', { group_by: 'ward' }), [400, /bound of durations is not kept by ward/])
    await put(app, '/v1/kpis/heavy-by-web', counting([{ ...report, attribute: not, channels: ['web'] }]))
    t.match(await value(app, 'heavy-by-web', {}), { value: 3 })
    t.match(await refused('heavy-by-web', { group_by: 'ward' }), [400, /without channel/])
    t.match(await refused('heavy-by-web', { group_by: 'street' }), [400, /without channel/])
  })

  t.test('the public gets none of them by ward or street', async (t) => {
    const today = clock.now
    clock.now = Date.parse('2015-06-10T12:00:00Z')
    await release(app)
    t.ok((await values(app, 'transactions', { group_by: 'ward' })).some(({ status }: any) => status !== 'suppressed'), 'released')
    const wards = await values(app, 'not-presented', { group_by: 'ward' })
    t.ok(wards.length > 10)
    for (const ward of wards) t.match(ward, { value: null, numerator: null, denominator: null, status: 'suppressed', reason: 'disclosure-control' })
    t.match(await value(app, 'not-presented', {}), { value: 20 })
    clock.now = today
  })

  t.test('where an authority has a rule for itself, none at all', async (t) => {
    const rule = '/v1/disclosure-rules/solihull/all/authority'
    const asked = async (as: Headers = {}) => (await value(app, 'not-presented', {}, as)).status
    await put(app, rule, { threshold: 5 })
    t.equal(await asked(), 'suppressed')
    t.equal(await asked(operator), 'ok')
    t.match(await value(app, 'not-presented', { service: TAX }), { status: 'missing', reason: 'attribute-not-declared' })
    await put(app, rule, { threshold: null, round_to: 5 })
    t.equal(await asked(), 'suppressed')
    t.match(await value(app, 'reported-missed-per-100000', {}), { numerator: 20 }, 'what asks for no details is only rounded')
    t.equal((await call(app, 'DELETE', rule, operator)).status, 204)
    t.equal(await asked(), 'ok')
  })

  t.test('days that are not published', async (t) => {
    await sends(app, 'kirklees', BINS, [missed('05-02', 'not-presented', { ward: undefined, street: undefined, authority: 'kirklees' })])
    const of = { authority: 'kirklees' }
    await send(app, 'events', headers, missed('06-02', null, { id: 'june', authority: 'solihull', service: BINS }))
    const june = { start_on: '2014-06-01', end_on: '2014-06-30' }
    t.match(await value(app, 'reasons-given', { ...of, ...june }), { value: null, reason: 'nothing-reported', coverage: 0 })
    t.match(await value(app, 'reasons-given', june), { value: 0 }, 'who sent reasons in May')
    await put(app, `/v1/publication-rules/kirklees/${BINS}/2014-05-01`, { to_on: '2014-05-31', audience: 'authority' })
    t.match(await value(app, 'reasons-given', of), { value: null, status: 'not-yet', reason: 'not-published' })
    t.match(await value(app, 'reasons-given', of, await administratorOf(app, 'kirklees')), { value: 1 })
    const kirklees = bearer((await issueToken(app, 'sources/kirklees/crm')).token)
    await send(app, 'events', kirklees, { ...missed('06-02', null, { id: 'j', authority: 'kirklees', service: BINS, ward: null, street: undefined }) })
    t.match(await value(app, 'reasons-given', { ...of, ...june }), { value: null, reason: 'nothing-reported' }, 'May does not tell that it sends reasons')
  })

  t.test('an attribute of some days, or not for the public', async (t) => {
    const reason = `/v1/attributes/${BINS}/reason`
    const asked = async (parameters: object = {}, as: Headers = {}) => {
      const { value: found, reason: why, status } = await value(app, 'reasons-given', parameters, as)
      return [found, why, status]
    }
    await put(app, reason, { published: false })
    t.same(await asked(), [null, 'disclosure-control', 'suppressed'])
    t.same(await asked({}, operator), [8, null, 'ok'])
    await put(app, reason, { published: true, valid_from: '2014-05-02' })
    t.same(await asked(), [null, 'attribute-not-declared', 'missing'], 'on 1 May none could have one')
    await put(app, reason, { valid_from: '2014-05-01', valid_to: '2014-05-30' })
    t.same(await asked(), [null, 'attribute-not-declared', 'missing'])
    await put(app, reason, { valid_to: '2014-05-31' })
    t.same(await asked(), [8, null, 'ok'])
    t.same(await asked({ start_on: '2014-06-01', end_on: '2014-06-30' }), [null, 'attribute-not-declared', 'missing'], 'no more, which is not 0')
  })

  t.test('another service has no value, and says why', async (t) => {
    await send(app, 'events', headers, at('05-02', { id: 'tax', authority: 'solihull', service: TAX }))
    t.match(await value(app, 'not-presented', { service: TAX }), { value: null, status: 'missing', reason: 'attribute-not-declared' })
    t.match(await value(app, 'helped', { service: TAX, start_on: '2014-05-01' }), { reason: 'nothing-reported' }, 'every service declares it')
    t.equal((await call(app, 'DELETE', `/v1/attributes/${BINS}/reason`, operator)).status, 204)
    t.match(await value(app, 'not-presented', {}), { value: 20 }, 'stored events keep what was declared')
  })
})
