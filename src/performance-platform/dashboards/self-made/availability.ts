import { DAY_MS, HOUR_MS } from '../../../domain/calendar.ts'
import type { Module } from '../document/schema.ts'
import { slugOf, type AuthorityServicePage } from './service-page.ts'

const MONITORED = ['downtime:sum', 'uptime:sum', 'unmonitored:sum', 'avgresponse:mean']

/** Whether the service could be reached, where an old sender watches it. */
export async function availabilityModules ({ pair, read }: AuthorityServicePage): Promise<Module[]> {
  const tab = async (slug: string, title: string, period: 'day' | 'hour', duration: number): Promise<Module[]> => {
    const source = {
      'data-group': slugOf(pair),
      'data-type': 'monitoring',
      'query-params': { period, duration, collect: MONITORED, flatten: true }
    }
    if ((await read(source)).length === 0) return []
    const x = period === 'day'
      ? { label: 'Date', key: '_timestamp', format: 'date' }
      : { label: 'Time', key: '_timestamp', format: 'time' }
    return [{ slug, title, 'module-type': 'availability', description: '', axes: { x }, 'data-source': source }]
  }
  const tabs = [
    ...await tab('30-days', '30 days', 'day', 30), ...await tab('24-hours', '24 hours', 'hour', DAY_MS / HOUR_MS)
  ]
  if (tabs.length === 0) return []
  return [{
    slug: 'service-availability',
    'module-type': 'tab',
    title: 'Service availability',
    info: ['Uptime measures the percentage of time that the service was observed to be available.'],
    tabs
  }]
}
