import t from 'tap'
import { testApp } from '../support/app.ts'
import { operator, put } from '../support/builders.ts'
import { recount } from '../support/recount.ts'
import { londonDay, sendTwoYears } from '../support/two-years.ts'

const KPIS = [
  'digital-take-up',
  'transactions',
  'completion-rate',
  'user-satisfaction-score',
  'user-satisfaction-satisfied',
  'unmapped-channel-rate',
  'avoidable-contact'
]
const MISSED = ['missed-per-100000', 'reported-missed-per-100000']

t.test('every KPI equals an independent recount over two years', async (t) => {
  const { app } = await testApp(t, '2027-01-10T12:00:00Z')
  const sent = await sendTwoYears(app)
  await app.inject({
    method: 'PUT',
    url: '/v1/services/renew-library-item/channels/kiosk/class',
    headers: operator,
    payload: { authority: 'warwickshire', from_on: '2026-02-14', digital_class: 'digital', reason: 'self-scan' }
  })
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url, headers })
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`)
    return answer.json()
  }
  const close = (a: number | null, b: number | null): boolean =>
    a === b || (a !== null && b !== null && Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)))

  const pairs = [...new Set(sent.events.map(({ authority, service }) => `${authority} ${service}`))]
  for (const pair of pairs) {
    const [authority = '', service = ''] = pair.split(' ')
    t.test(pair, async (t) => {
      let compared = 0
      for (const period of ['day', 'week', 'month', 'quarter', 'financial_year']) {
        const range = period === 'day'
          ? 'start_on=2025-10-20&end_on=2025-11-02'
          : 'start_on=2025-01-01&end_on=2026-12-31'
        // Nottingham's counts do not say which contacts were avoidable; see below.
        const kpis = KPIS.filter((kpi) => kpi !== 'avoidable-contact' || pair !== 'nottingham pay-council-tax')
        for (const kpi of [...kpis, ...(service === 'report-missed-bin' ? MISSED : [])]) {
          const { data: [{ values }] } =
            await get(`/v1/kpis/${kpi}/series?authority=${authority}&service=${service}&period=${period}&${range}`)
          for (const got of values) {
            if (got.start_on < '2025-01-01' || got.end_on > '2026-12-31') continue
            const wanted = recount(sent, { authority, service, kpi, startOn: got.start_on, endOn: got.end_on })
            compared++
            if (
              !close(got.value, wanted.value) || !close(got.numerator, wanted.numerator) ||
              !close(got.denominator, wanted.denominator)
            ) {
              t.match(got, wanted, `${kpi} ${period} ${got.start_on}`)
              return
            }
          }
        }
      }
      t.ok(compared >= 900, `${compared} values compared`)
    })
  }

  t.test('by ward, with a break and without figures for wards outside their days', async (t) => {
    const url =
      '/v1/kpis/digital-take-up/series?authority=solihull&service=report-missed-bin&period=month&start_on=2026-03-01&end_on=2026-07-31&group_by=ward'
    const { data, breaks } = await get(url, operator)
    const inPublic = new Map<string, any>((await get(url)).data.map(({ group, values }: any) => [group.ward, values]))
    t.match(breaks, [{ on: '2026-05-07', authority: 'solihull' }])
    t.equal(breaks[0].ended.length, 17)
    for (const { group: { ward }, values } of data) {
      t.same(values.map((value: { break: string | null }) => value.break), [null, null, '2026-05-07', null, null])
      for (const [i, got] of values.entries()) {
        const shown = inPublic.get(ward)?.[i]
        // Nothing is released here; what the public sees of wards once it is: disclosure-kpis.test.ts.
        if (shown !== undefined && shown.reason !== 'area-not-valid') {
          t.match(shown, { value: null, numerator: null, denominator: null, coverage: null, status: 'not-yet' })
        }
        if (got.reason === 'area-not-valid') {
          t.ok(
            ward.startsWith('E0500') ? got.start_on > '2026-05-07' : got.end_on < '2026-05-07',
            `${ward} ${got.start_on}`
          )
          continue
        }
        const wanted = recount(sent, {
          authority: 'solihull',
          service: 'report-missed-bin',
          kpi: 'digital-take-up',
          startOn: got.start_on,
          endOn: got.end_on,
          ward
        })
        t.match(
          got,
          { numerator: wanted.numerator ?? 0, denominator: wanted.denominator ?? 0, value: wanted.value },
          `${ward} ${got.start_on}`
        )
      }
    }
  })

  t.test('cost per transaction, in whole pence, in all channels and by channel', async (t) => {
    const url =
      '/v1/kpis/cost-per-transaction/series?authority=surrey&service=renew-library-item&period=quarter&start_on=2025-01-01&end_on=2026-12-31'
    for (
      const [query, channel] of [['', undefined], ['&group_by=channel', 'web'], ['&group_by=channel', 'paper']] as const
    ) {
      const { data } = await get(url + query)
      const { values } = data.find(({ group }: { group: { channel?: string } }) => group.channel === channel)
      for (const got of values) {
        const quarter = (date: string): boolean => date >= got.start_on && date <= got.end_on
        const cost = sent.figures.filter((figure) =>
          figure.authority === 'surrey' && quarter(figure.start_on) &&
          (channel === undefined || figure.channel === channel)
        )
        const events = sent.events.filter((event) =>
          event.authority === 'surrey' && event.type === 'transaction' && event.outcome === 'completed' &&
          quarter(event.occurred_at.slice(0, 10)) && (channel === undefined || event.channel === channel)
        )
        // the quarter's first and last hour are the same day in UTC and London, but for the summer
        if (got.start_on.includes('-04-') || got.start_on.includes('-07-') || got.start_on.includes('-10-')) continue
        const pence = cost.reduce((sum, { value }) => sum + value, 0)
        const count = events.reduce((sum, event) => sum + event.count, 0)
        t.match(
          got,
          channel === 'paper'
            ? { value: null, reason: 'nothing-reported' }
            : { value: Math.round(pence / count), numerator: pence },
          `${channel} ${got.start_on}`
        )
      }
    }
  })

  t.test('a silent authority is missing, one that does not deliver is not-delivered', async (t) => {
    const url =
      '/v1/kpis/digital-take-up/series?service=report-missed-bin&period=month&start_on=2026-01-01&end_on=2026-02-28&group_by=authority'
    const { data } = await get(`${url}&authority=east-riding-of-yorkshire&authority=surrey&authority=kirklees`)
    t.same(data.map(({ group, values }: any) => [group.authority, values[0].status, values[0].reason]), [
      ['east-riding-of-yorkshire', 'missing', 'nothing-reported'],
      ['kirklees', 'revised', null], // some of its events were corrected
      ['surrey', 'not-delivered', 'not-delivered']
    ])
    const together =
      await get('/v1/kpis/digital-take-up/series?service=report-missed-bin&period=month&start_on=2026-01-01&end_on=2026-01-31&authority=east-riding-of-yorkshire&authority=surrey&authority=kirklees&authority=solihull')
    const [kirklees, solihull] = ['kirklees', 'solihull'].map((authority) =>
      recount(sent, {
        authority, service: 'report-missed-bin', kpi: 'digital-take-up', startOn: '2026-01-01', endOn: '2026-01-31'
      })
    )
    t.match(together.data[0].values[0], {
      numerator: kirklees!.numerator! + solihull!.numerator!,
      denominator: kirklees!.denominator! + solihull!.denominator!
    })
  })

  t.test('what counts do not say is missing', async (t) => {
    const { data: [{ values }] } =
      await get('/v1/kpis/avoidable-contact/series?authority=nottingham&service=pay-council-tax&period=week&start_on=2025-09-22&end_on=2025-10-05')
    t.match(values, [{ value: null, reason: 'nothing-reported' }, { value: 3 * 100 / 26, status: 'revised' }])
  })

  t.test('compares with the period before and with a year earlier', async (t) => {
    const url =
      '/v1/kpis/transactions/series?authority=kirklees&service=report-missed-bin&period=month&start_on=2026-03-01&end_on=2026-03-31'
    const [{ compared: before }] = (await get(`${url}&compare_with=previous`)).data[0].values
    t.match(before, {
      start_on: '2026-02-01',
      end_on: '2026-02-28',
      value:
        recount(sent, {
          authority: 'kirklees',
          service: 'report-missed-bin',
          kpi: 'transactions',
          startOn: '2026-02-01',
          endOn: '2026-02-28'
        }).value
    })
    const [{ compared: earlier, value }] = (await get(`${url}&compare_with=year-earlier`)).data[0].values
    t.match(earlier, { start_on: '2025-03-01', change: value - earlier.value })
  })

  t.test('comparison: one row each, sums for England, ranks and quartiles', async (t) => {
    const url = '/v1/kpis/digital-take-up/comparison?service=report-missed-bin&period=month&start_on=2026-03-15'
    const answer = await get(url)
    t.match(answer, { start_on: '2026-03-01', end_on: '2026-03-31', polarity: 'higher' })
    const wanted = ['kirklees', 'nottingham', 'solihull'].map((authority) => ({
      authority,
      ...recount(sent, {
        authority, service: 'report-missed-bin', kpi: 'digital-take-up', startOn: '2026-03-01', endOn: '2026-03-31'
      })
    }))
      .sort((a, b) => b.value! - a.value!)
    t.match(
      answer.data.slice(0, 3).map(({ authority, value, rank }: any) => ({ authority: authority.slug, value, rank })),
      wanted.map(({ authority, value }, i) => ({ authority, value, rank: i + 1 }))
    )
    t.equal(answer.median, null, 'of three there is none')
    t.ok(answer.data.every(({ quartile }: any) => quartile === null))
    const sum = (side: 'numerator' | 'denominator') => wanted.reduce((total, row) => total + row[side]!, 0)
    const england = answer.nations.find(({ name }: { name: string }) => name === 'England')
    t.match(england, {
      reporting: 3,
      numerator: sum('numerator'),
      denominator: sum('denominator'),
      value: sum('numerator') * 100 / sum('denominator')
    })
    const slugs = answer.data.map(({ authority }: any) => authority.slug)
    t.ok(
      slugs.includes('east-riding-of-yorkshire') && slugs.includes('cardiff') && !slugs.includes('surrey'),
      'silent ones are seen, counties do not collect bins'
    )
    t.match(answer.data.find(({ authority }: any) => authority.slug === 'east-riding-of-yorkshire'), {
      value: null, status: 'missing', rank: null
    })
    t.same(new Set(slugs).size, slugs.length)
    t.same(
      (await get(`${url}&group=type:metropolitan-district`)).data.filter(({ rank }: any) => rank !== null).map((
        { authority }: any
      ) => authority.slug).sort(),
      ['kirklees', 'solihull']
    )
    t.same((await get(`${url}&group=region:West%20Midlands`)).group.reporting, 1)
    t.same((await get(`${url}&group=nearest:solihull`)).data.length, 16)
    t.ok((await get(`${url}&group=population-band:solihull`)).data.length > 5)
    t.equal((await app.inject(`${url}&group=club`)).statusCode, 404)
    await app.inject({
      method: 'PUT',
      url: '/v1/comparator-groups/club',
      headers: operator,
      payload: { title: 'Club', authorities: ['solihull', 'nottingham'] }
    })
    t.match((await get(`${url}&group=club`)).group, { authorities: 2, reporting: 2 })
  })

  t.test('a passenger transport body: what names an authority counts there, the rest for the body, nothing twice', async (t) => {
    const answer =
      await get('/v1/kpis/transactions/comparison?service=renew-older-persons-bus-pass&period=quarter&start_on=2026-01-01')
    const rows = new Map<string, any>(answer.data.map((row: any) => [row.authority.slug, row]))
    const of = (authority: string) =>
      recount(sent, {
        authority,
        service: 'renew-older-persons-bus-pass',
        kpi: 'transactions',
        startOn: '2026-01-01',
        endOn: '2026-03-31'
      }).value!
    t.match(rows.get('solihull'), { value: of('solihull'), provider: 'transport-for-west-midlands' })
    t.match(rows.get('transport-for-west-midlands'), { value: of('transport-for-west-midlands'), provider: null })
    t.notOk(rows.has('birmingham'), 'the body reports for it without its name')
    t.equal(
      answer.nations.find(({ name }: any) => name === 'England').value,
      of('solihull') + of('transport-for-west-midlands') + of('nottinghamshire')
    )
    const card = await get('/v1/authorities/solihull/services/renew-older-persons-bus-pass')
    t.match(card, {
      provision: { delivers: 'via-other-body', provider: 'transport-for-west-midlands' },
      links: { provider: '/v1/authorities/transport-for-west-midlands/services/renew-older-persons-bus-pass' }
    })
  })

  t.test('scorecard and freshness', async (t) => {
    const card = await get('/v1/authorities/nottingham/services/report-missed-bin')
    const missed = card.kpis.find(({ kpi }: any) => kpi === 'missed-per-100000')
    t.match(missed, {
      start_on: '2026-12-01',
      value:
        recount(sent, {
          authority: 'nottingham',
          service: 'report-missed-bin',
          kpi: 'missed-per-100000',
          startOn: '2026-12-01',
          endOn: '2026-12-31'
        }).value
    })
    t.equal(missed.met, missed.value <= 56)
    // What a feed's rhythm is learnt of is what had come when it was: two years, or the first part of them.
    await put(app, '/v1/sources/nottingham/crm/rhythms/report-missed-bin', { rhythm: 'day', allowed_days: 2 })
    const { services } = await get('/v1/authorities/nottingham')
    const bins = services.find(({ service }: any) => service === 'report-missed-bin')
    const newest = sent.events.filter(({ authority, service }) =>
      authority === 'nottingham' && service === 'report-missed-bin'
    ).map(({ occurred_at }) => occurred_at.slice(0, 10)).sort().at(-1)!
    t.ok(Math.abs(Date.parse(bins.newest_day) - Date.parse(newest)) <= 86_400_000, bins.newest_day)
    t.equal(bins.days_late, Math.round((Date.parse('2027-01-10') - Date.parse(bins.newest_day)) / 86_400_000) - 2)
    t.ok(bins.completeness > 0.6 && bins.completeness < 0.9, String(bins.completeness))
    t.match(services.find(({ service }: any) => service === 'renew-older-persons-bus-pass'), {
      newest_day: null, completeness: 0
    })
    t.notOk((await get('/v1/authorities/surrey')).services.some(({ service }: any) => service === 'report-missed-bin'))
  })

  t.test('savings show their arithmetic and keep the two kinds apart', async (t) => {
    await app.inject({
      method: 'PUT',
      url: '/v1/unit-savings/channel-shift',
      headers: operator,
      payload: { service: 'report-missed-bin', from_on: '2020-01-01', pence: 268, source: 'Socitm 2012' }
    })
    const answer = await get('/v1/services/report-missed-bin/savings?period=year&start_on=2026-01-01')
    t.same(answer.data.map(({ authority }: any) => authority), ['kirklees', 'nottingham', 'solihull'])
    const year = (y: number, authority: string, outcomes: string[], channels?: string[]) =>
      sent.events.filter((event) =>
        event.authority === authority && event.service === 'report-missed-bin' && event.type === 'transaction' &&
        londonDay(event.occurred_at).startsWith(String(y)) && outcomes.includes(event.outcome) &&
        (channels === undefined || channels.includes(event.channel))
      )
        .reduce((sum, { count }) => sum + count, 0)
    const digital = ['web', 'assisted-digital', 'direct-debit']
    const everyone = [...digital, 'telephone-agent', 'face-to-face', 'paper', 'kiosk']
    const [shift, failures] = answer.data[1].savings
    const well = ['reported', 'unjustified']
    const expected = year(2025, 'nottingham', well, digital) * year(2026, 'nottingham', well, everyone) /
      year(2025, 'nottingham', well, everyone)
    const moved = Math.round(year(2026, 'nottingham', well, digital) - expected)
    t.match(shift, {
      kind: 'channel-shift', moved, unit_pence: 268, unit_source: 'Socitm 2012', saved_pence: moved * 268
    })
    const collections = (y: number) =>
      sent.figures.filter((figure) =>
        figure.authority === 'nottingham' && figure.measure === 'collections_made' &&
        figure.start_on.startsWith(String(y))
      ).reduce((sum, { value }) => sum + value, 0)
    const avoided = Math
      .round(year(2025, 'nottingham', ['confirmed']) * collections(2026) / collections(2025) -
        year(2026, 'nottingham', ['confirmed']))
    t.match(failures, { kind: 'failure-demand', moved: avoided, unit_pence: 5000, saved_pence: avoided * 5000 })
    t.equal(
      (await app.inject('/v1/services/report-missed-bin/savings?period=year&start_on=2025-01-01&baseline_start_on=2026-01-01'))
        .statusCode,
      400
    )
  })
})
