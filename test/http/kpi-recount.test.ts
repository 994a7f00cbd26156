import t from 'tap'
import { testApp } from '../support/app.ts'
import { recount } from '../support/recount.ts'
import { operator, sendTwoYears } from '../support/two-years.ts'

const KPIS = ['digital-take-up', 'transactions', 'completion-rate', 'user-satisfaction-score', 'user-satisfaction-satisfied', 'unmapped-channel-rate', 'avoidable-contact']
const MISSED = ['missed-per-100000', 'reported-missed-per-100000']

t.test('every KPI equals an independent recount over two years', async (t) => {
  const { app } = await testApp(t, '2027-01-10T12:00:00Z')
  const sent = await sendTwoYears(app)
  await app.inject({ method: 'PUT', url: '/v1/services/renew-library-item/channels/kiosk/class', headers: operator, payload: { authority: 'warwickshire', from_on: '2026-02-14', digital_class: 'digital', reason: 'self-scan' } })
  const get = async (url: string) => {
    const answer = await app.inject(url)
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.body}`)
    return answer.json()
  }
  const close = (a: number | null, b: number | null): boolean => a === b || (a !== null && b !== null && Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b)))

  const pairs = [...new Set(sent.events.map(({ authority, service }) => `${authority} ${service}`))]
  for (const pair of pairs) {
    const [authority = '', service = ''] = pair.split(' ')
    t.test(pair, async (t) => {
      let compared = 0
      for (const period of ['day', 'week', 'month', 'quarter', 'financial_year']) {
        const range = period === 'day' ? 'start_on=2025-10-20&end_on=2025-11-02' : 'start_on=2025-01-01&end_on=2026-12-31'
        // Nottingham's counts do not say which contacts were avoidable; see below.
        const kpis = KPIS.filter((kpi) => kpi !== 'avoidable-contact' || pair !== 'nottingham pay-council-tax')
        for (const kpi of [...kpis, ...(service === 'report-missed-bin' ? MISSED : [])]) {
          const { data: [{ values }] } = await get(`/v1/kpis/${kpi}/series?authority=${authority}&service=${service}&period=${period}&${range}`)
          for (const got of values) {
            if (got.start_on < '2025-01-01' || got.end_on > '2026-12-31') continue
            const wanted = recount(sent, { authority, service, kpi, startOn: got.start_on, endOn: got.end_on })
            compared++
            if (!close(got.value, wanted.value) || !close(got.numerator, wanted.numerator) || !close(got.denominator, wanted.denominator)) {
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
    const { data, breaks } = await get('/v1/kpis/digital-take-up/series?authority=solihull&service=report-missed-bin&period=month&start_on=2026-03-01&end_on=2026-07-31&group_by=ward')
    t.match(breaks, [{ on: '2026-05-07', authority: 'solihull' }])
    t.equal(breaks[0].ended.length, 17)
    for (const { group: { ward }, values } of data) {
      t.same(values.map((value: { break: string | null }) => value.break), [null, null, '2026-05-07', null, null])
      for (const got of values) {
        if (got.reason === 'area-not-valid') {
          t.ok(ward.startsWith('E0') ? got.start_on > '2026-05-07' : got.end_on < '2026-05-07', `${ward} ${got.start_on}`)
          continue
        }
        const wanted = recount(sent, { authority: 'solihull', service: 'report-missed-bin', kpi: 'digital-take-up', startOn: got.start_on, endOn: got.end_on, ward })
        t.match(got, { numerator: wanted.numerator ?? 0, denominator: wanted.denominator ?? 0, value: wanted.value }, `${ward} ${got.start_on}`)
      }
    }
  })

  t.test('cost per transaction, in whole pence, in all channels and by channel', async (t) => {
    const url = '/v1/kpis/cost-per-transaction/series?authority=surrey&service=renew-library-item&period=quarter&start_on=2025-01-01&end_on=2026-12-31'
    for (const [query, channel] of [['', undefined], ['&group_by=channel', 'web'], ['&group_by=channel', 'paper']] as const) {
      const { data } = await get(url + query)
      const { values } = data.find(({ group }: { group: { channel?: string } }) => group.channel === channel)
      for (const got of values) {
        const quarter = (date: string): boolean => date >= got.start_on && date <= got.end_on
        const cost = sent.figures.filter((figure) => figure.authority === 'surrey' && quarter(figure.start_on) && (channel === undefined || figure.channel === channel))
        const events = sent.events.filter((event) => event.authority === 'surrey' && event.type === 'transaction' && event.outcome === 'completed' &&
          quarter(event.occurred_at.slice(0, 10)) && (channel === undefined || event.channel === channel))
        // the quarter's first and last hour are the same day in UTC and London, but for the summer
        if (got.start_on.includes('-04-') || got.start_on.includes('-07-') || got.start_on.includes('-10-')) continue
        const pence = cost.reduce((sum, { value }) => sum + value, 0)
        const count = events.reduce((sum, event) => sum + event.count, 0)
        t.match(got, channel === 'paper' ? { value: null, reason: 'nothing-reported' } : { value: Math.round(pence / count), numerator: pence }, `${channel} ${got.start_on}`)
      }
    }
  })

  t.test('a silent authority is missing, one that does not deliver is not-delivered', async (t) => {
    const url = '/v1/kpis/digital-take-up/series?service=report-missed-bin&period=month&start_on=2026-01-01&end_on=2026-02-28&group_by=authority'
    const { data } = await get(`${url}&authority=east-riding-of-yorkshire&authority=surrey&authority=kirklees`)
    t.same(data.map(({ group, values }: any) => [group.authority, values[0].status, values[0].reason]), [
      ['east-riding-of-yorkshire', 'missing', 'nothing-reported'], ['kirklees', 'ok', null], ['surrey', 'not-delivered', 'not-delivered']
    ])
    const together = await get('/v1/kpis/digital-take-up/series?service=report-missed-bin&period=month&start_on=2026-01-01&end_on=2026-01-31&authority=east-riding-of-yorkshire&authority=surrey&authority=kirklees&authority=solihull')
    const [kirklees, solihull] = ['kirklees', 'solihull'].map((authority) => recount(sent, { authority, service: 'report-missed-bin', kpi: 'digital-take-up', startOn: '2026-01-01', endOn: '2026-01-31' }))
    t.match(together.data[0].values[0], { numerator: kirklees!.numerator! + solihull!.numerator!, denominator: kirklees!.denominator! + solihull!.denominator! })
  })

  t.test('what counts do not say is missing', async (t) => {
    const { data: [{ values }] } = await get('/v1/kpis/avoidable-contact/series?authority=nottingham&service=pay-council-tax&period=week&start_on=2025-09-22&end_on=2025-10-05')
    t.match(values, [{ value: null, reason: 'nothing-reported' }, { status: 'ok' }])
  })

  t.test('compares with the period before and with a year earlier', async (t) => {
    const url = '/v1/kpis/transactions/series?authority=kirklees&service=report-missed-bin&period=month&start_on=2026-03-01&end_on=2026-03-31'
    const [{ compared: before }] = (await get(`${url}&compare_with=previous`)).data[0].values
    t.match(before, { start_on: '2026-02-01', end_on: '2026-02-28', value: recount(sent, { authority: 'kirklees', service: 'report-missed-bin', kpi: 'transactions', startOn: '2026-02-01', endOn: '2026-02-28' }).value })
    const [{ compared: earlier, value }] = (await get(`${url}&compare_with=year-earlier`)).data[0].values
    t.match(earlier, { start_on: '2025-03-01', change: value - earlier.value })
  })
})
