import { PERIODS, type Period, type Service } from './service.ts'

/** One request for a page: the service to ask, what the query says, and how links keep it. */
export interface Visit {
  api: Service
  path: string
  query: URLSearchParams
  period: Period
  last: number
  /** An address of this front end that keeps what the query says, but for what is changed. */
  to: (path: string, changes?: Record<string, string>) => string
}

/** A page without its frame. `body` is HTML. */
export interface Page { title: string, body: string, status?: number, attribution?: string }

export function visitOf (api: Service, { pathname: path, searchParams }: URL): Visit {
  const kept = ['service', 'kpi', 'group', 'period', 'last']
  const query = new URLSearchParams(kept.flatMap((name): Array<[string, string]> => {
    const value = searchParams.get(name)
    return value === null || value === '' ? [] : [[name, value]]
  }))
  const period = query.get('period') ?? ''
  const last = Number(query.get('last') ?? 12)
  return {
    api,
    path,
    query,
    period: Object.hasOwn(PERIODS, period) ? period as Period : 'month',
    last: Number.isInteger(last) && last >= 2 && last <= 60 ? last : 12,
    to: (path, changes = {}) => {
      const kept = new URLSearchParams({ ...Object.fromEntries(query), ...changes })
      return kept.size === 0 ? path : `${path}?${kept.toString()}`
    }
  }
}

/** The address of an authority, or of one of its services. */
export const pathOf = (authority: string, service?: string): string =>
  `/authorities/${encodeURIComponent(authority)}${service === undefined ? '' : `/services/${encodeURIComponent(service)}`}`
