import t from 'tap'
import { testApp, type TestApp } from '../support/app.ts'
import {
  call, event, get, operator, personAs, put, send, testSource, urlOf, type Headers
} from '../support/builders.ts'
import { askSeries, MISSING, SUPPRESSED, told, type Asked, type Told } from '../support/told-values.ts'

type App = TestApp['app']
const WARD = 'E05001286'
// Weeks from Monday 5 May 2014; the test's today is Tuesday 10 June 2014.
const MAY = { period: 'week', start_on: '2014-05-05', end_on: '2014-05-25' }
const MONTH = { period: 'month', start_on: '2014-05-01', end_on: '2014-05-31' }
const on = (id: string, day: string, more: object): ReturnType<typeof event> =>
  event(id, { occurred_at: `2014-05-${day}T10:00:00Z`, ...more })
const because = (reason: string | null, more: object = {}) => ({ attributes: { reason, ...more } })
const ok = (...values: number[]): Told[] => values.map((value) => [value, value === 0 ? 'zero' : 'ok'])

/** In the first week 2 not presented, 1 contaminated, 4 unsaid; in the second 3 for roadworks and 2 unsaid. */
async function may (t: Parameters<typeof testApp>[0]): Promise<{ app: App, source: Headers }> {
  const { app } = await testApp(t)
  const source = await testSource(app)
  await send(app, 'events', source, [
    on('1', '06', { count: 2, ...because('not-presented'), ward: WARD, street: 45203501 }),
    on('2', '07', { channel: 'telephone-agent', ...because('contaminated') }),
    on('3', '08', { count: 4, ward: WARD, street: 45203501 }),
    on('4', '13', { count: 3, ...because('roadworks', { container: 'glass' }), street: 45203502 }),
    on('5', '14', because(null)),
    on('6', '14', { channel: 'paper', attributes: { assisted: true } })
  ])
  return { app, source }
}

t.test('by reason: words in the order of their declaration, what was not given last', async (t) => {
  const { app, source } = await may(t)
  const byReason = { ...MAY, group_by: 'attribute:reason' }
  const answer = await askSeries(app, byReason)
  t.same(told(answer), [
    ['not-presented', ...ok(2, 0), MISSING],
    ['contaminated', ...ok(1, 0), MISSING],
    ['roadworks', ...ok(0, 3), MISSING],
    ['unknown', ...ok(4, 2), MISSING]
  ])
  t.same(answer.data[0].group, { 'attribute:reason': 'not-presented' })
  t.match(answer, { measure: 'count', statistic: 'sum', unit: 'count' })
  t.same(told(await askSeries(app, { ...byReason, group_by: ['attribute:reason', 'channel'] })), [
    ['not-presented web', ...ok(2, 0), MISSING],
    ['contaminated telephone-agent', ...ok(1, 0), MISSING],
    ['roadworks web', ...ok(0, 3), MISSING],
    ['unknown paper', ...ok(0, 1), MISSING],
    ['unknown web', ...ok(4, 1), MISSING]
  ])
  t.same(told(await askSeries(app, { ...byReason, group_by: ['channel', 'attribute:reason'], measure: 'events' })), [
    ['paper unknown', ...ok(0, 1), MISSING],
    ['telephone-agent contaminated', ...ok(1, 0), MISSING],
    ['web not-presented', ...ok(1, 0), MISSING],
    ['web roadworks', ...ok(0, 1), MISSING],
    ['web unknown', ...ok(1, 1), MISSING]
  ])
  t.same(told(await askSeries(app, { ...byReason, top: 2 })), [
    ['unknown', ...ok(4, 2), MISSING], ['roadworks', ...ok(0, 3), MISSING]
  ])
  t.same(told(await askSeries(app, { ...byReason, group_by: 'attribute:assisted' })), [
    ['true', ...ok(0, 1), MISSING], ['unknown', ...ok(7, 4), MISSING]
  ])
  const csv = await app.inject(urlOf('/v1/series', {
    authority: 'solihull', service: 'report-missed-bin', ...byReason, format: 'csv'
  }))
  t.match(csv.body, 'attribute:reason,start_on,end_on,value,status,status_symbol,coverage,break,basis,notes\r\nnot-presented,2014-05-05,2014-05-11,2,ok,,')

  await send(app, 'events', source, on('2', '07', { ...because('roadworks'), revision: 2 }))
  await call(app, 'DELETE', '/v1/events/4', source)
  t.same(told(await askSeries(app, byReason)), [
    ['not-presented', [2, 'revised'], [0, 'revised'], MISSING],
    ['roadworks', [1, 'revised'], [0, 'revised'], MISSING],
    ['unknown', [4, 'revised'], [2, 'revised'], MISSING]
  ], 'corrected and voided')
})

t.test('filters: some words, not given, and one other dimension', async (t) => {
  const { app } = await may(t)
  const only = async (...words: string[]) =>
    told(await askSeries(app, { ...MAY, filter_by: words.map((word) => `attribute:reason:${word}`) }))
  t.same(await only('not-presented'), [['', ...ok(2, 0), MISSING]])
  t.same(await only('not-presented', 'roadworks'), [['', ...ok(2, 3), MISSING]])
  t.same(await only('unknown'), [['', ...ok(4, 2), MISSING]])
  t.same(await only('unknown', 'contaminated'), [['', ...ok(5, 2), MISSING]])
  t.same(await only('gate-locked'), [['', ...ok(0, 0), MISSING]], 'a reason that was never sent')
  const filtered = { ...MAY, filter_by: 'attribute:reason:not-presented' }
  t.same(told(await askSeries(app, { ...filtered, group_by: 'channel' })), [['web', ...ok(2, 0), MISSING]])
  t.same(told(await askSeries(app, { ...filtered, group_by: 'attribute:reason' })), [
    ['not-presented', ...ok(2, 0), MISSING]
  ])
  t.same(told(await askSeries(app, {
    ...MAY, group_by: 'attribute:reason', filter_by: ['attribute:reason:unknown', 'channel:web']
  })), [['unknown', ...ok(4, 1), MISSING]])
  t.same(told(await askSeries(app, { ...MAY, group_by: 'attribute:reason', filter_by: 'channel:paper' })), [
    ['unknown', ...ok(0, 1), MISSING]
  ])
})

t.test('ended words are still there, numbers are in the order of their size', async (t) => {
  const { app, source } = await may(t)
  const AT = '/v1/attributes/report-missed-bin'
  await put(app, `${AT}/bins`, { title: 'Bins at the place', type: 'integer', minimum: 1, maximum: 40 })
  await put(app, `${AT}/reason`, { title: 'Why', type: 'words', words: ['roadworks', 'unknown', 'contaminated'] })
  await send(app, 'events', source, [
    on('7', '20', { attributes: { bins: 10, reason: 'unknown' } }), on('8', '20', { attributes: { bins: 9 } })
  ])
  const third = { ...MAY, start_on: '2014-05-19' }
  t.same(told(await askSeries(app, { ...MAY, group_by: 'attribute:bins' })), [
    ['9', ...ok(0, 0, 1)], ['10', ...ok(0, 0, 1)], ['unknown', ...ok(7, 5, 0)]
  ])
  t.same(told(await askSeries(app, { ...third, filter_by: 'attribute:bins:10' })), [['', ...ok(1)]])
  t.same(told(await askSeries(app, { ...MAY, group_by: 'attribute:reason' })).map(([name]) => name), [
    'roadworks', 'contaminated', 'not-presented', 'unknown'
  ])
  t.same(told(await askSeries(app, { ...third, filter_by: 'attribute:reason:unknown' })), [['', ...ok(2)]], 'a word for it')
  t.same(told(await askSeries(app, { ...MAY, filter_by: 'attribute:reason:not-presented' })), [['', ...ok(2, 0, 0)]])
})

t.test('several authorities: who never sends an attribute has no count of it, which is not 0', async (t) => {
  const { app } = await may(t)
  const kirklees = await testSource(app, 'kirklees/crm')
  await send(app, 'events', kirklees, [
    on('1', '06', { authority: 'kirklees', count: 10 }), on('2', '13', { authority: 'kirklees', count: 20 })
  ])
  const both = { ...MAY, authority: ['solihull', 'kirklees'] }
  const filter_by = 'attribute:reason:not-presented'
  t.same(told(await askSeries(app, { ...both, group_by: 'authority', filter_by })), [
    ['kirklees', MISSING, MISSING, MISSING], ['solihull', ...ok(2, 0), MISSING]
  ])
  t.same(told(await askSeries(app, { ...both, filter_by })), [['', ...ok(2, 0), MISSING]])
  t.same(told(await askSeries(app, { ...both, group_by: ['authority', 'attribute:reason'], filter_by: 'attribute:reason:unknown' })), [
    ['kirklees unknown', ...ok(10, 20), MISSING], ['solihull unknown', ...ok(4, 2), MISSING]
  ])
  t.same(told(await askSeries(app, { ...both, group_by: 'attribute:reason' })).at(-1), ['unknown', ...ok(14, 22), MISSING])
  const second = { ...MAY, start_on: '2014-05-12', end_on: '2014-05-18' }
  t.same(told(await askSeries(app, { ...second, filter_by })), [['', ...ok(0)]], 'sent another week: 0')
})

t.test('figures that stand for events have no attributes', async (t) => {
  const { app } = await may(t)
  const declare = async (from_on: string, basis: string) =>
    await put(app, '/v1/authorities/solihull/services/report-missed-bin/authoritative', { type: 'transaction', from_on, basis })
  await declare('2014-05-01', 'counts')
  await declare('2014-05-14', 'events')
  t.same(told(await askSeries(app, { ...MAY, group_by: 'attribute:reason' })), [])
  t.same(told(await askSeries(app, { ...MAY, measure: 'events' })), [['', MISSING, MISSING, MISSING]], 'the second in part')
  t.same(told(await askSeries(app, { ...MAY, start_on: '2014-05-14', group_by: 'attribute:reason' })), [
    ['unknown', ...ok(2), MISSING]
  ])
})

t.test('by ward and street: live for those who see everything, for the public nothing at all', async (t) => {
  const { app } = await may(t)
  const byStreet = { ...MONTH, group_by: ['attribute:reason', 'street'] }
  t.same(told(await askSeries(app, byStreet, operator)), [
    ['not-presented 45203501', ...ok(2)], ['contaminated unknown', ...ok(1)], ['roadworks 45203502', ...ok(3)],
    ['unknown 45203501', ...ok(4)], ['unknown unknown', ...ok(2)]
  ], 'why are the same streets missed')
  const one = { ...MONTH, group_by: 'attribute:reason', filter_by: `ward:${WARD}` }
  t.same(told(await askSeries(app, one, operator)), [['not-presented', ...ok(2)], ['unknown', ...ok(4)]])
  const { status, body } = await call(app, 'GET', urlOf('/v1/series', {
    authority: 'solihull', service: 'report-missed-bin', ...byStreet
  }))
  t.match([status, body.code, body.detail], [403, 'forbidden', /not even a list of groups/])
  const listed = told(await askSeries(app, one))
  t.ok(listed.length > 30 && listed.every(([, value]) => value?.[1] === 'suppressed'), 'every word that there is')
  const byWard = told(await askSeries(app, { ...MONTH, group_by: 'ward', filter_by: 'attribute:reason:roadworks' }))
  t.ok(byWard.length > 10 && byWard.every(([, value]) => value?.[1] === 'suppressed'), 'and every ward')
  t.same(told(await askSeries(app, { ...MONTH, filter_by: ['street:45203501', 'attribute:reason:unknown'] })), [
    ['', SUPPRESSED]
  ])
})

t.test('where a rule is about whole authorities, their details are suppressed whole', async (t) => {
  const { app, source } = await may(t)
  const kirklees = await testSource(app, 'kirklees/crm')
  await send(app, 'events', kirklees, on('1', '06', { authority: 'kirklees', count: 10, ...because('roadworks') }))
  const both = { ...MAY, authority: ['solihull', 'kirklees'] }
  const byReason = { ...MAY, group_by: 'attribute:reason' }
  for (const rule of [{ threshold: 3 }, { threshold: null, round_to: 5 }]) {
    await put(app, '/v1/disclosure-rules/solihull/all/authority', rule)
    const listed = told(await askSeries(app, byReason))
    t.equal(listed.length, 35, 'every word and unknown')
    t.ok(listed.every(([, ...values]) => values.every(([value, status]) => value === null && status === 'suppressed')))
    t.same(told(await askSeries(app, { ...both, group_by: 'authority', filter_by: 'attribute:reason:roadworks' })), [
      ['kirklees', ...ok(10), MISSING, MISSING], ['solihull', SUPPRESSED, SUPPRESSED, SUPPRESSED]
    ])
    t.same(told(await askSeries(app, { ...both, measure: 'events' })), [['', SUPPRESSED, SUPPRESSED, SUPPRESSED]], 'nor a sum')
    t.same(told(await askSeries(app, { ...both, measure: 'events', group_by: ['authority', 'channel'] })).filter(([name]) =>
      name.startsWith('kirklees')), [['kirklees web', ...ok(1), MISSING, MISSING]])
    t.same(told(await askSeries(app, byReason, operator))[0], ['not-presented', ...ok(2, 0), MISSING])
  }
  await put(app, '/v1/attributes/report-missed-bin/bins', { title: 'Bins', type: 'integer', minimum: 1, maximum: 40 })
  const { status } = await call(app, 'GET', urlOf('/v1/series', {
    authority: 'solihull', service: 'report-missed-bin', ...MAY, group_by: 'attribute:bins'
  }))
  t.equal(status, 403, 'numbers cannot be listed')
  await send(app, 'events', source, on('9', '21', {}))
  t.ok(told(await askSeries(app, byReason)).every(([, , , third]) => third?.[1] === 'suppressed'), 'nor that anything came')
})

t.test('a private attribute, days that are not published, and a sandbox', async (t) => {
  const { app, source } = await may(t)
  const path = '/v1/publication-rules/solihull/all/2014-05-12'
  await put(app, path, { audience: 'authority', to_on: '2014-05-18' })
  t.same(told(await askSeries(app, { ...MAY, group_by: 'attribute:reason' })), [
    ['not-presented', ...ok(2), [null, 'not-yet'], MISSING],
    ['contaminated', ...ok(1), [null, 'not-yet'], MISSING],
    ['unknown', ...ok(4), [null, 'not-yet'], MISSING]
  ], 'and no roadworks')
  const second = { ...MAY, start_on: '2014-05-05', end_on: '2014-05-11' }
  t.same(told(await askSeries(app, { ...second, filter_by: 'attribute:container:glass' })), [['', MISSING]],
    'nor that a container was ever sent')
  t.same(told(await askSeries(app, { ...second, filter_by: 'attribute:container:glass' }, source)), [['', ...ok(0)]])
  await call(app, 'DELETE', path, operator)

  const reason = await get(app, '/v1/attributes/report-missed-bin/reason', operator)
  const { title, words } = reason
  await put(app, '/v1/attributes/report-missed-bin/reason', { title, type: 'words', words, published: false })
  const asked = { authority: 'solihull', service: 'report-missed-bin', ...MAY, group_by: 'attribute:reason' }
  const statusFor = async (headers: Headers) => (await call(app, 'GET', urlOf('/v1/series', asked), headers)).status
  const reader = await personAs(app, { role: 'reader', authorities: ['solihull'], scopes: ['unsuppressed'] })
  t.same([await statusFor({}), await statusFor(operator), await statusFor(reader)], [403, 200, 200])

  const sandbox = {
    authorization: `Bearer ${(await call(app, 'POST', '/v1/sources/solihull/bartec/tokens', operator, {
    sandbox: true
  })).body.token}`
  }
  await send(app, 'events', sandbox, on('1', '06', { count: 9, ...because('damaged') }))
  t.same(told(await askSeries(app, asked, sandbox)), [['damaged', ...ok(9), MISSING, MISSING]], 'its own')
})

t.test('what cannot be asked is refused in a sentence', async (t) => {
  const { app } = await testApp(t)
  for (const [asked, detail] of [
    [{ group_by: 'attribute:reasons' }, /has no attribute reasons; it has .*reason/],
    [{ filter_by: 'attribute:reason:not-there' }, /reason has no value not-there; it has not-presented/],
    [{ filter_by: 'attribute:assisted:yes' }, /assisted has no value yes; it has true and false, or unknown/],
    [{ filter_by: 'attribute:reason' }, /filter_by=attribute:reason is not understood; use attribute:<name>:<value>/],
    [{ group_by: 'attribute:reason:roadworks' }, /group_by=attribute:reason:roadworks is not understood/],
    [{ group_by: 'attribute:reason', filter_by: 'attribute:assisted:true' }, /one attribute at a time: reason or assisted/],
    [{ group_by: ['attribute:reason', 'ward'], filter_by: 'channel:web' }, /not by channel and place together/],
    [{ group_by: ['attribute:reason', 'ward'] }, /by ward are kept by month/]
  ] as Array<[Asked, RegExp]>) {
    const { status, body } = await call(app, 'GET', urlOf('/v1/series', {
      authority: 'solihull', service: 'report-missed-bin', ...MAY, ...asked
    }))
    t.equal(status, 400)
    t.match(body.detail, detail)
  }
})
