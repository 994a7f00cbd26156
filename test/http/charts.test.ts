import { brotliDecompressSync } from 'node:zlib'
import t from 'tap'
import type { App } from '../../src/app.ts'
import { testApp, testSource } from '../support/app.ts'
import { bearer, call, event, get, issueToken, operator, put, release, send, urlOf, type Headers } from '../support/builders.ts'
import { A_YEAR_LATER, sendRealWeek } from '../support/real-week.ts'
import { all, inherited, readSvg, textsOf, type SvgElement } from '../support/svg.ts'

type Parameters = Record<string, string | number | string[]>

const OF_BINS = { authority: 'solihull', service: 'report-missed-bin' }
const series = (parameters: Parameters = {}): string => urlOf('/v1/series.svg', { ...OF_BINS, ...parameters })
const kpi = (name: string, parameters: Parameters = {}): string =>
  urlOf(`/v1/kpis/${name}/series.svg`, { ...OF_BINS, ...parameters })
const comparison = (name: string, parameters: Parameters = {}): string =>
  urlOf(`/v1/kpis/${name}/comparison.svg`, { service: 'report-missed-bin', ...parameters })

async function drawn (app: App, url: string, headers: Headers = {}): Promise<SvgElement> {
  const answer = await app.inject({ url, headers })
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`)
  return readSvg(answer.body)
}
const shown = async (app: App, url: string, headers: Headers = {}): Promise<string> =>
  textsOf(await drawn(app, url, headers)).join(' ')
const hatchesOf = (svg: SvgElement): string[] => [...new Set(all(svg, 'rect').flatMap((rect) =>
  /^url\(#chart-\w+?-(.*)\)$/.exec(inherited(rect, 'fill') ?? '')?.[1] ?? []))].sort()
const on = (day: string, count: number, more: object = {}) =>
  event(`${day}-${count}-${JSON.stringify(more)}`.replaceAll(/[^\w-]/g, ''), { occurred_at: `${day}T12:00:00Z`, count, ...more })

const WEEKS = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-22' }

t.test('charts of counts and KPIs', async (t) => {
  const { app } = await testApp(t, '2014-07-10T12:00:00Z')
  const headers = await testSource(app)
  await send(app, 'events', headers, [
    on('2014-05-27', 31), on('2014-05-28', 12, { channel: 'telephone-agent' }), on('2014-06-17', 7), on('2014-06-18', 2, { outcome: 'failed' })
  ])

  t.test('the figures of the JSON, with what they are, of whom, from whom, under which licence and of which day', async (t) => {
    const svg = await drawn(app, series(WEEKS))
    const texts = textsOf(svg)
    const { data } = await get(app, series(WEEKS).replace('.svg', ''))
    const values = data[0].values.map(({ value }: { value: number | null }) => value)
    t.same(values, [43, null, null, 9])
    for (const value of ['43', '9']) t.ok(texts.includes(value), value)
    t.equal(svg.querySelector('title')?.textContent, 'Report a missed bin: transactions, Solihull Metropolitan Borough Council')
    t.match(svg.querySelector('desc')?.textContent, /43 in week of 26 May to 1 June 2014.*Periods without a value: 2 missing/)
    t.same(hatchesOf(svg), ['missing'])
    const text = texts.join(' ')
    t.match(text, /By week from Monday, 26 May to 22 June 2014/)
    t.match(text, /Source: Solihull Metropolitan Borough Council, through the Local Performance Platform\. Figures as published on 10 July 2014\./)
    t.match(text, /Open Government Licence v3\.0: https:\/\/www\.nationalarchives/)
    t.match(text, /Contains authority data by mySociety/)
  })

  t.test('groups by their names, and filters in words', async (t) => {
    const byChannel = await shown(app, series({ ...WEEKS, group_by: 'channel' }))
    t.match(byChannel, /transactions by channel/)
    for (const name of ['Website or app', 'Telephone, human operator']) t.match(byChannel, name)
    t.match(await shown(app, series({ ...WEEKS, filter_by: ['channel:telephone-agent', 'outcome:completed'] })),
      /22 June 2014, only Telephone, human operator, only Completed/)
    t.match(await shown(app, series({ ...WEEKS, outcome: 'failed' })), /only Failed/)
    t.match(await shown(app, series({ ...WEEKS, group_by: 'channel', top: 1 })), /the 1 largest/)
    const several = await shown(app, series({ ...WEEKS, authority: ['solihull', 'leeds'], group_by: 'authority' }))
    t.match(several, /transactions by authority, Solihull and Leeds/)
    const many = ['solihull', 'leeds', 'kirklees', 'nottingham']
    t.match(await shown(app, series({ ...WEEKS, authority: many })), /transactions, 4 authorities/)
  })

  t.test('as a picture for any page: types, caches, other origins', async (t) => {
    const url = series(WEEKS)
    const first = await app.inject({ url, headers: { origin: 'https://www.solihull.gov.uk' } })
    t.match(first.headers, {
      'content-type': 'image/svg+xml',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      vary: /Accept/,
      link: /^<\/v1\/series\?authority=solihull&service=report-missed-bin&period=week&start_on=2014-05-26&end_on=2014-06-22>; rel="alternate"; type="application\/json", <https:.*>; rel="license"$/
    })
    const etag = String(first.headers.etag)
    t.match(await app.inject({ url, headers: { 'if-none-match': etag } }), { statusCode: 304, body: '' })
    const head = await app.inject({ method: 'HEAD', url })
    t.match(head, { statusCode: 200, body: '', headers: { etag, 'content-length': first.headers['content-length'] } })
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'br' } })
    t.equal(packed.headers['content-encoding'], 'br')
    t.equal(brotliDecompressSync(packed.rawPayload).toString(), first.body)
    const image = await app.inject({ url, headers: { accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8' } })
    t.equal(image.statusCode, 200, 'as a browser asks for an <img>')
    t.match((await app.inject({ url, headers: { accept: 'application/json' } })).json(), {
      status: 406, detail: /This is served as image\/svg\+xml/
    })
    await send(app, 'events', headers, on('2014-06-03', 5))
    const later = await app.inject({ url, headers: { 'if-none-match': etag } })
    t.equal(later.statusCode, 200, 'what was sent is drawn at once')
    t.same(textsOf(readSvg(later.body)).filter((text) => ['43', '5', '9'].includes(text)).length, 3)
  })

  t.test('sizes have bounds', async (t) => {
    const svg = await drawn(app, series({ ...WEEKS, width: 320, height: 900 }))
    t.match([svg.getAttribute('width'), svg.getAttribute('height'), svg.getAttribute('viewBox')], ['320', '900', '0 0 320 900'])
    for (const wrong of [{ width: 319 }, { width: 1601 }, { height: 100 }, { height: 2000 }, { format: 'csv' }, { colour: 'red' }]) {
      t.match(await call(app, 'GET', series({ ...WEEKS, ...wrong })), { status: 400 }, JSON.stringify(wrong))
    }
  })

  t.test('more than a chart has room for is refused, with what to do', async (t) => {
    const year = { period: 'day', start_on: '2013-01-01', end_on: '2013-12-31' }
    t.equal((await call(app, 'GET', series(year))).status, 200)
    const days = { ...year, end_on: '2014-06-30' }
    t.match(await call(app, 'GET', series(days)), { status: 400, body: { code: 'invalid-request', detail: /546: ask for longer/ } })
    t.match(await call(app, 'GET', kpi('digital-take-up', days)), { status: 400, body: { detail: /546: ask for longer/ } })
    const authority = (await get(app, '/v1/authorities?limit=13')).data.slice(0, 13).map(({ slug }: { slug: string }) => slug)
    const wide = { ...WEEKS, authority, group_by: 'authority' }
    t.match(await call(app, 'GET', series(wide)), { status: 400, body: { detail: /13: ask for the largest \(top=6\)/ } })
    t.match(await call(app, 'GET', kpi('digital-take-up', wide)), { status: 400, body: { detail: /13: name fewer authorities/ } })
    t.match(await call(app, 'GET', series({ service: 'report-missed-bim' })), { status: 404 })
    t.match(await call(app, 'GET', kpi('no-such', WEEKS)), { status: 404 })
    t.match(await call(app, 'GET', comparison('no-such')), { status: 404 })
  })

  t.test('a KPI, with its target and what it is compared with', async (t) => {
    const months = { period: 'month', start_on: '2014-04-01', end_on: '2014-06-30' }
    await put(app, '/v1/targets/digital-take-up/solihull/all/2014-05-01', { at_least: 80, source: 'Cabinet' })
    const { data } = await get(app, kpi('digital-take-up', months).replace('.svg', ''))
    t.match(data[0].values, [{ value: null }, { value: 3100 / 43 }, {}])
    const text = await shown(app, kpi('digital-take-up', months))
    t.match(text, /Digital take-up, Report a missed bin: Solihull Metropolitan/)
    t.match(text, /72\.1%/)
    t.match(text, /Target: at least 80%/)
    const compared = await shown(app, kpi('digital-take-up', { ...months, compare_with: 'previous' }))
    for (const words of [/These periods/, /The period before/, /compared with the period before/]) t.match(compared, words)
    const both = { ...months, authority: ['solihull', 'leeds'], group_by: 'authority' }
    const apart = await shown(app, kpi('digital-take-up', both))
    t.match(apart, /Targets differ and are not drawn\./)
    t.notMatch(apart, /Target:/)
    t.match(await shown(app, kpi('digital-take-up', { ...months, group_by: 'channel' })), /by channel/)
  })

  t.test('notes of a council are lines with letters', async (t) => {
    await put(app, '/v1/annotations', {
      id: 'strike', authority: 'solihull', start_on: '2014-06-03', end_on: '2014-06-06', note: 'Crews on strike'
    })
    await put(app, '/v1/annotations', { id: 'before', authority: 'solihull', start_on: '2014-05-01', end_on: '2014-05-30', note: 'New rounds' })
    const text = await shown(app, series(WEEKS))
    t.match(text, /26 May 2014: New rounds \(since 1 May 2014\) \(until 30 May 2014\)/)
    t.match(text, /3 June 2014: Crews on strike \(until 6 June 2014\)/)
    t.match(await shown(app, kpi('digital-take-up', { ...WEEKS, authority: ['solihull', 'leeds'] })), /Solihull: Crews on strike/)
  })

  t.test('who reads more than everybody is told so in the picture', async (t) => {
    t.match(await shown(app, series(WEEKS), operator), /As read with a token on 10 July 2014: may hold figures that are not published/)
    const answer = await app.inject({ url: series(WEEKS), headers: operator })
    t.match(answer.headers['cache-control'], /^private/)
  })
})

t.test('authorities side by side', async (t) => {
  const { app } = await testApp(t, '2014-07-10T12:00:00Z')
  const digital = { solihull: 60, leeds: 45, kirklees: 80, nottingham: 20, warwickshire: 3 }
  for (const [authority, web] of Object.entries(digital)) {
    const headers = await testSource(app, `${authority}/crm`, { services: ['renew-library-item'] })
    const more = { authority, service: 'renew-library-item' }
    // Reports a week apart account for all of June.
    await send(app, 'events', headers, ['01', '08', '15', '22', '29', '30'].flatMap((date) => [
      on(`2014-06-${date}`, web, more), on(`2014-06-${date}`, 100 - web, { ...more, channel: 'telephone-agent' })
    ]))
  }
  const asked = { service: 'renew-library-item', start_on: '2014-06-01' }
  const text = await shown(app, comparison('digital-take-up', asked))
  t.match(text, /Digital take-up, Renew a library item: authorities compared June 2014, all authorities/)
  t.match(text, /Without a value, which is not 0: Nothing was reported/)
  t.match(text, /All of the group together: 41\.6% \(5 of \d+ authorities have a value\)/)
  const svg = await drawn(app, comparison('digital-take-up', asked))
  t.same(textsOf(svg).filter((one) => /^\d+\. /.test(one)), [
    '1. Kirklees', '2. Solihull', '3. Leeds', '4. Nottingham', '5. Warwickshire'
  ])
  const { median } = await get(app, comparison('digital-take-up', asked).replace('.svg', ''))
  t.equal(median, 45)
  t.match(text, /Median 45%.*Lower quartile 20%, upper quartile 60%/)
  const first = await shown(app, comparison('digital-take-up', { ...asked, top: 2 }))
  t.match(first, /1\. Kirklees.*2\. Solihull/)
  t.notMatch(first, /Leeds/)
  t.match(first, /3 more have a value and are not drawn/)
  const answer = await app.inject(comparison('digital-take-up', { ...asked, top: 2, width: 320 }))
  t.match(answer.headers['link'], /^<\/v1\/kpis\/digital-take-up\/comparison\?service=renew-library-item&start_on=2014-06-01>; rel="alternate"/)
  t.match(await shown(app, comparison('digital-take-up', { ...asked, group: 'nearest:solihull' })), /Solihull and its nearest by population/)
  t.match(await shown(app, comparison('digital-take-up', { ...asked, group: 'type:county' })), /type county/)
  await put(app, '/v1/targets/digital-take-up/all/all/2014-05-01', { at_least: 70, source: 'Cabinet' })
  t.match(await shown(app, comparison('digital-take-up', asked)), /Target: at least 70%/)
  t.notMatch(await shown(app, comparison('digital-take-up', asked)), /target of their own/)
  await put(app, '/v1/targets/digital-take-up/leeds/all/2014-05-01', { at_least: 50, source: 'Cabinet' })
  t.match(await shown(app, comparison('digital-take-up', asked)), /Some authorities have a target of their own/)
  t.match(await call(app, 'GET', comparison('digital-take-up', { ...asked, top: 61 })), { status: 400 })
  t.match(await call(app, 'GET', comparison('digital-take-up', { ...asked, height: 500 })), { status: 400 })
})

t.test('what is suppressed or not released is hatched, and its figure is nowhere in the file', async (t) => {
  const { app } = await testApp(t, A_YEAR_LATER)
  const { headers, codeOf } = await sendRealWeek(app, { later: true })
  const week = { period: 'week', start_on: '2014-05-26', end_on: '2014-06-01' }
  const knowle = series({ ...week, filter_by: `ward:${codeOf.get('Knowle') ?? ''}` })
  t.same(hatchesOf(await drawn(app, knowle)), ['not-yet'])
  await release(app)
  const svg = await drawn(app, knowle)
  t.same(hatchesOf(svg), ['suppressed'])
  t.match(textsOf(svg).join(' '), /Suppressed: too small to publish\. Not 0\..*/)
  t.match(svg.querySelector('desc')?.textContent, /no values\. Periods without a value: 1 suppressed/)
  t.match(textsOf(svg).join(' '), /only Knowle/)
  const own = await issueToken(app, 'sources/solihull/bartec', { scopes: ['unsuppressed'] })
  const live = await get(app, knowle.replace('.svg', ''), bearer(own.token))
  const { value } = live.data[0].values[0]
  t.ok(value > 0)
  t.same(hatchesOf(await drawn(app, knowle, bearer(own.token))), [], 'the council itself sees it')
  t.same(hatchesOf(await drawn(app, knowle, headers)), ['suppressed'], 'a token without the scope does not')
  const byWard = await call(app, 'GET', series({ ...week, group_by: 'ward' }))
  t.match(byWard, { status: 400, body: { detail: /ask for the largest/ } })
  const top = await shown(app, series({ ...week, group_by: 'ward', top: 6 }))
  t.match(top, /Chelmsley Wood/, 'wards by their names')
})

t.test('names with what has a meaning in XML', async (t) => {
  const { app } = await testApp(t, '2014-07-10T12:00:00Z')
  const name = 'Solihull <b onload="x">& \'Co\'</b>'
  const known = await get(app, '/v1/authorities/solihull', operator)
  await put(app, '/v1/authorities/solihull', {
    name, short_name: 'Sol & <i>', gss: known.gss, type: known.type, tier: known.tier, nation: known.nation, region: known.region
  })
  const svg = await drawn(app, series(WEEKS))
  t.equal(svg.querySelector('title')?.textContent, `Report a missed bin: transactions, ${name}`)
  t.same(all(svg, 'b, i'), [])
  t.match(await shown(app, series({ ...WEEKS, authority: ['solihull', 'leeds'], group_by: 'authority' })), /Sol & <i>/)
})

t.test('drawings wait as costly answers do, and are refused as they are', async (t) => {
  const limits = { atOnce: 1, ofClient: 1, waitingOfClient: 0, waiting: 0, waitMs: 600_000 }
  const { app } = await testApp(t, '2014-07-10T12:00:00Z', { gateLimits: limits })
  const answers = await Promise.all([320, 400, 500].map(async (width) => await app.inject(series({ ...WEEKS, width }))))
  const refused = answers.filter(({ statusCode }) => statusCode === 503)
  t.equal(refused.length, 2)
  t.match(refused[0]?.json(), { code: 'unavailable' })
  t.ok(Number(refused[0]?.headers['retry-after']) > 0)
  t.equal((await app.inject(series({ ...WEEKS, width: 500 }))).statusCode, 200)
})

t.test('a merger is a line with a note', async (t) => {
  const { app } = await testApp(t, '2023-07-10T12:00:00Z')
  const months = { period: 'month', start_on: '2023-02-01', end_on: '2023-05-31', predecessors: 'include' }
  const text = await shown(app, series({ ...months, authority: 'north-yorkshire' }))
  t.match(text, /1 April 2023: North Yorkshire merged: before this day its figures are those of .* and \d+ more/)
  t.notMatch(await shown(app, series({ ...months, authority: 'solihull' })), /merged/)
})
