import { createClient, dataOf, type Schemas } from '../../src/client/index.ts'

export { Refused, Unreachable } from '../../src/client/index.ts'

export const PERIODS = { week: 'Week', month: 'Month', financial_quarter: 'Quarter', financial_year: 'Year' } as const
export type Period = keyof typeof PERIODS
export type Status = Schemas['KpiValue']['status']
export type KpiSeries = Schemas['KpiSeries']
export type Comparison = Schemas['Comparison']
export type Feed = Schemas['Feed']
export type SavingLine = Schemas['SavingLine']

export interface SeriesQuestion {
  authority: string[], service: string, period: Period, duration: number, group_by?: Array<'channel' | 'ward'>
}

/** All that this front end asks of the service, with the types of its contract. */
export type Service = ReturnType<typeof openService>

const PATIENCE_MS = 60_000

export function openService (url: string) {
  const patient = async (request: Request) => await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) })
  const client = createClient({ url, fetch: patient })
  return {
    /** Every feed; the answer has a thousand at a time. */
    feeds: async () => {
      const feeds: Feed[] = []
      for (let cursor: string | undefined; ;) {
        const query = { limit: 1000, ...(cursor !== undefined && { cursor }) }
        const { data, links } = await dataOf(client.GET('/v1/feeds', { params: { query } }))
        feeds.push(...data)
        cursor = new URL(links['next'] ?? '', url).searchParams.get('cursor') ?? undefined
        if (cursor === undefined) return feeds
      }
    },
    authorityNames: async () => {
      const { data } = await dataOf(client.GET('/v1/authorities', { params: { query: { fields: ['slug', 'name'] } } }))
      return new Map(data.map(({ slug, name }) => [slug, name]))
    },
    serviceTitles: async () => {
      const { data } = await dataOf(client.GET('/v1/services', { params: { query: { fields: ['slug', 'title'] } } }))
      return new Map(data.map(({ slug, title }) => [slug, title]))
    },
    channelLabels: async () =>
      new Map((await dataOf(client.GET('/v1/channels'))).data.map(({ slug, label }) => [slug, label])),
    wardNames: async (authority: string) => {
      const { data } = await dataOf(client.GET('/v1/areas', { params: { query: { authority, limit: 1000 } } }))
      return new Map(data.map(({ code, name }) => [code, name]))
    },
    kpiTitles: async () => new Map((await dataOf(client.GET('/v1/kpis'))).data.map(({ kpi, title }) => [kpi, title])),
    authority: async (authority: string) =>
      await dataOf(client.GET('/v1/authorities/{authority}', { params: { path: { authority } } })),
    scorecard: async (authority: string, service: string) =>
      await dataOf(client.GET('/v1/authorities/{authority}/services/{service}', {
        params: { path: { authority, service } }
      })),
    kpiSeries: async (kpi: string, query: SeriesQuestion) =>
      await dataOf(client.GET('/v1/kpis/{kpi}/series', { params: { path: { kpi }, query } })),
    comparison: async (kpi: string, query: { service: string, period: Period, group?: string }) =>
      await dataOf(client.GET('/v1/kpis/{kpi}/comparison', { params: { path: { kpi }, query } })),
    savings: async (service: string, period: Period) =>
      await dataOf(client.GET('/v1/services/{service}/savings', { params: { path: { service }, query: { period } } })),
    savingsOf: async (authority: string, service: string, period: Period) =>
      await dataOf(client.GET('/v1/authorities/{authority}/services/{service}/savings', {
        params: { path: { authority, service }, query: { period } }
      }))
  }
}
