import type { App } from '../../src/app.ts'
import { parse } from 'yaml'
import { formatDay, parseDay } from '../../src/domain/calendar.ts'
import { put, release, send, testSource, urlOf, type Headers } from './builders.ts'

export const BINS = 'report-missed-bin'
export const EMBARGOED = 'solihull'
export const OTHERS = ['kirklees', 'leeds', 'dudley', 'birmingham']
/** The embargoed days; the clock stands in September. */
export const [EMBARGO_FROM, EMBARGO_TO] = ['2014-06-01', '2014-06-30']
export const PUBLISH_AT = '2014-09-20T09:30:00+01:00'
export const NOW = '2014-09-10T12:00:00Z'

const WARDS = ['E05001286', 'E05001287', 'E05001288']
const [FROM, TO] = [parseDay('2014-04-01') ?? 0, parseDay('2014-08-31') ?? 0]

/** What a world has in June of what the embargo hides: everything that an event or a figure can say. */
export interface Hidden {
  count: (day: number) => number
  channel: (day: number) => string
  outcome: (day: number) => string
  rating: (day: number) => string
  collections: number
  cost: number
  note: string
}

/** An ordinary June. */
export const PLAIN: Hidden = {
  count: () => 6,
  channel: () => 'web',
  outcome: () => 'reported',
  rating: () => '5',
  collections: 390_000,
  cost: 800_000,
  note: ''
}

/** The councils of a world: all send bins every day for five months; Solihull's June is as `hidden` says. */
export async function tellWorld (app: App, hidden: Hidden): Promise<Headers> {
  const [from, to] = [parseDay(EMBARGO_FROM) ?? 0, parseDay(EMBARGO_TO) ?? 0]
  let own: Headers = {}
  for (const [n, authority] of [EMBARGOED, ...OTHERS].entries()) {
    const headers = await testSource(app, `${authority}/world`, { services: [BINS] })
    if (authority === EMBARGOED) own = headers
    const rows: object[] = []
    for (let day = FROM; day <= TO; day++) {
      const isHidden = authority === EMBARGOED && day >= from && day <= to
      const common = { authority, service: BINS, occurred_at: `${formatDay(day)}T12:00:00Z` }
      rows.push({
        ...common,
        id: `t${day}`,
        channel: isHidden ? hidden.channel(day) : day % 3 === 0 ? 'web' : 'telephone-agent',
        outcome: isHidden ? hidden.outcome(day) : day % 2 === 0 ? 'reported' : 'confirmed',
        count: isHidden ? hidden.count(day) : 5 + (day + n) % 7,
        ...(authority === EMBARGOED && { ward: WARDS[day % 3], street: 45_203_501 + day % 2 })
      }, {
        ...common,
        id: `r${day}`,
        type: 'rating',
        channel: 'web',
        outcome: isHidden ? hidden.rating(day) : String(1 + day % 5)
      })
    }
    await send(app, 'events', headers, rows)
    const figures = ['04', '05', '06', '07', '08'].flatMap((month) => {
      const isHidden = authority === EMBARGOED && month === '06'
      const common = { authority, service: BINS, period: 'month', start_on: `2014-${month}-01` }
      return [
        {
          ...common,
          measure: 'collections_made',
          value: isHidden ? hidden.collections : 400_000 + n,
          ...(isHidden && hidden.note !== '' && { note: hidden.note })
        },
        { ...common, measure: 'total_cost_pence', value: isHidden ? hidden.cost : 900_000 + n }
      ]
    })
    await send(app, 'observations', headers, figures)
  }
  await put(app, `/v1/publication-rules/${EMBARGOED}/${BINS}/${EMBARGO_FROM}`, {
    to_on: EMBARGO_TO, audience: 'authority', publish_at: PUBLISH_AT
  })
  await release(app)
  return own
}

interface Document { paths: Record<string, Record<string, unknown>> }

/** Every address that can be read, from the contract, with names of the world; and questions about its figures. */
export async function addressesOf (app: App): Promise<string[]> {
  const { paths } = parse((await app.inject('/openapi.yaml')).body) as Document
  const names: Record<string, string> = {
    authority: EMBARGOED,
    service: BINS,
    kpi: 'digital-take-up',
    level: 'ward',
    code: 'not-found',
    channel: 'web',
    from_on: EMBARGO_FROM,
    group: `${EMBARGOED}-${BINS}`,
    type: 'transactions-by-channel',
    slug: 'club',
    kind: 'channel-shift',
    id: '1'
  }
  const plain = Object.entries(paths).filter(([, methods]) => Object.hasOwn(methods, 'get'))
    .map(([path]) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? name))
  return [...new Set([...plain, ...questions()])]
}

function questions (): string[] {
  const years = { start_on: '2014-04-01', end_on: '2014-08-31' }
  const whose = [[EMBARGOED], [EMBARGOED, ...OTHERS]]
  const kpis = ['digital-take-up', 'transactions', 'user-satisfaction-score', 'cost-per-transaction',
    'missed-per-100000', 'reported-missed-per-100000', 'completion-rate', 'avoidable-contact']
  const periods = ['day', 'week', 'month', 'quarter', 'financial_quarter', 'financial_year']
  const all: string[] = []
  for (const authority of whose) {
    for (const period of periods) {
      for (const group of [[], ['authority'], ['channel'], ['outcome'], ['authority', 'channel'], ['ward']]) {
        all.push(urlOf('/v1/series', { service: BINS, authority, period, ...years, group_by: group }))
      }
      all.push(urlOf('/v1/series', { service: BINS, authority, period, ...years, type: 'rating', group_by: 'outcome' }))
      all.push(urlOf('/v1/series', { service: BINS, authority, period, ...years, outcome: 'confirmed' }))
      for (const kpi of period === 'day' ? kpis.slice(0, 2) : kpis) {
        const asked = { service: BINS, authority, period, ...years }
        all.push(urlOf(`/v1/kpis/${kpi}/series`, { ...asked, compare_with: 'previous' }))
        all.push(urlOf(`/v1/kpis/${kpi}/series`, { ...asked, group_by: ['authority', 'channel'] }))
      }
    }
    for (const group of ['street', 'ward', 'channel']) {
      all.push(urlOf('/v1/series', {
        service: BINS, authority, period: 'month', ...years, group_by: group, top: 3, format: 'csv'
      }))
      all.push(urlOf('/v1/kpis/transactions/series', { service: BINS, authority, period: 'month', ...years, group_by: group }))
    }
    all.push(urlOf('/v1/series', { service: BINS, authority, period: 'month', ...years, group_by: ['ward', 'outcome'] }))
  }
  for (const kpi of kpis) {
    for (const period of ['week', 'month', 'financial_year']) {
      all.push(urlOf(`/v1/kpis/${kpi}/comparison`, { service: BINS, period, start_on: '2014-06-10' }))
    }
  }
  for (const path of [`services/${BINS}`, `authorities/${EMBARGOED}/services/${BINS}`]) {
    all.push(`/v1/${path}/savings?period=month&start_on=2014-07-01`, `/v1/${path}/savings?period=month&start_on=2014-06-01`)
  }
  const own = `/data/${EMBARGOED}-${BINS}`
  const old: Array<[string, string[]]> = [
    [`${own}/transactions-by-channel`, ['count:sum', 'count:mean', 'count:set']],
    [`${own}/transactions-by-ward`, ['count:sum']],
    [`${own}/digital-takeup`, ['rate:mean', 'total:sum']],
    [`${own}/user-satisfaction-score`, ['score:mean']],
    [`${own}/cost-per-transaction`, ['cost_per_transaction:mean', 'total_cost:sum']],
    [`${own}/transactions-by-digital-class`, ['count:sum']],
    [`${own}/completion-rate`, ['rate:mean']],
    [`/data/${BINS}/transactions-by-authority`, ['count:sum']]
  ]
  const spans = 'start_at=2014-03-31T00:00:00Z&end_at=2014-09-01T00:00:00Z'
  for (const [url, collected] of old) {
    all.push(url, `${url}?format=csv`, `${url}?sort_by=count:descending&limit=5`)
    for (const collect of collected) {
      for (const period of ['week', 'quarter', 'year']) {
        all.push(`${url}?period=${period}&${spans}&collect=${collect}`, `${url}?period=${period}&duration=9&collect=${collect}`)
      }
      all.push(`${url}?period=month&start_at=2014-04-01T00:00:00Z&end_at=2014-08-01T00:00:00Z&collect=${collect}`)
      for (const field of ['channel', 'authority']) {
        all.push(`${url}?group_by=${field}&collect=${collect}`, `${url}?group_by=${field}&collect=${collect}&${spans}`)
        all.push(`${url}?period=week&${spans}&group_by=${field}&collect=${collect}&sort_by=_count:descending&limit=2`)
      }
    }
    all.push(`${url}?group_by=channel&filter_by=authority:kirklees`, `${url}?period=week&${spans}&filter_by=channel:web`)
  }
  // Of every authority that delivers the service: few days, since each is worked out for all of them.
  for (const period of ['week', 'month']) {
    all.push(`/data/${BINS}/transactions-by-digital-class?period=${period}&start_at=2014-06-02T00:00:00Z` +
      '&end_at=2014-06-16T00:00:00Z&group_by=authority&collect=count:sum')
  }
  all.push('/data/service-aggregates/latest-dataset-values?sort_by=number_of_transactions:descending', '/_status/data-sets',
    '/public/dashboards', `/public/dashboards?slug=${EMBARGOED}-${BINS}`, `/public/dashboards?slug=${BINS}`)
  return all
}
