import type { Directory } from '../../../catalogue/directory.ts'
import { DAY_MS, HOUR_MS } from '../../../domain/calendar.ts'
import type { Dashboard, Module } from '../document/schema.ts'
import { EVENT_TYPES } from '../../../domain/event.ts'
import type { AuthorityService } from '../../read/typed.ts'
import { BY_DIGITAL_CLASS } from '../../read/kpi-views.ts'
import type { NewestOfType } from '../../store/newest-days.ts'
import { ChannelNames } from './channels.ts'
import { countTable, DIGITAL_OF_ALL, lines, share, sourceOf } from './modules.ts'
import type { ReadSource } from './read-source.ts'
import { recentPeriods } from './recent-periods.ts'

/** What the modules of a page are made from. */
interface AuthorityServicePage {
  pair: AuthorityService
  directory: Directory
  newest: NewestOfType[]
  read: ReadSource
  now: number
}

/** The group of an authority's service in the data API, and the address of its dashboard. */
export const slugOf = ({ authority, service }: AuthorityService): string => `${authority.slug}-${service.slug}`

/** What a list says of the dashboard, and the top of its page. */
export function headOf ({ authority, service }: AuthorityService): Omit<Dashboard, 'modules'> {
  return {
    slug: slugOf({ authority, service }),
    'page-type': 'dashboard',
    'dashboard-type': 'transaction',
    published: true,
    strapline: 'Dashboard',
    title: `${authority.short_name}: ${service.title}`,
    description: `How people use “${service.title}” of ${authority.name}, from figures that its systems send.`,
    department: { title: authority.name, abbr: authority.short_name },
    service: { title: service.title, abbr: service.title, slug: service.slug }
  }
}

/** The dashboard of one authority's service, with a module for each thing there is data for. */
export async function authorityServiceDashboard (page: AuthorityServicePage): Promise<Dashboard> {
  const modules = await Promise.all([
    channelModules(page), satisfactionModules(page), wardModules(page), availabilityModules(page)
  ])
  const { service } = page.pair
  return {
    ...headOf(page.pair),
    relatedPages: { other: [{ title: `${service.title}: all authorities`, url: `/performance/${service.slug}` }] },
    modules: modules.flat()
  }
}

const sent = ({ authority }: AuthorityService): string => `Data source: ${authority.name}`
const TAKE_UP_INFO =
  'Digital take-up is transactions completed through digital channels as a percentage of those in all channels. ' +
    'Transactions whose channel was not recorded are left out.'

async function channelModules ({ pair, directory, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.transaction, now)
  if (periods === undefined) return []
  const group = slugOf(pair)
  const source = sourceOf(group, 'transactions-by-channel', periods, {
    collect: ['count:sum'], group_by: ['channel'], flatten: false
  })
  const rows = await read(source)
  if (rows.length === 0) return []
  const names = new ChannelNames(directory, directory.dataSet(group, 'transactions-by-channel'))
  const seen = rows.toSorted((a, b) => Number(b['count:sum']) - Number(a['count:sum'])).map((row) =>
    String(row['channel'])
  )
  const byClass = sourceOf(group, BY_DIGITAL_CLASS, periods, {
    collect: ['count:sum'], group_by: ['digital_class'], flatten: true
  })
  return [
    lines({
      slug: 'volumes',
      title: 'Transactions by channel',
      description: 'Transactions by',
      info: [sent(pair), 'Shows the number of transactions, broken down by channel.'],
      periods,
      source,
      groups: seen.map((id) => ({ id, label: names.label(id) }))
    }),
    ...((await read(byClass)).length > 0
      ? [
          share({
            slug: 'digital-take-up',
            title: 'Digital take-up',
            info: [sent(pair), TAKE_UP_INFO],
            periods,
            source: byClass,
            ...DIGITAL_OF_ALL
          })
        ]
      : [])
  ]
}

async function wardModules ({ pair, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.transaction, now, 1)
  if (periods?.period !== 'week') return []
  const source = sourceOf(slugOf(pair), 'transactions-by-ward', periods, {
    collect: ['count:sum'], group_by: ['ward'], sort_by: 'ward:ascending', flatten: true
  })
  const rows = await read(source)
  if (!rows.some((row) => row['ward'] !== 'unknown' && row['count:sum'] !== null)) return []
  return [
    countTable({
      slug: 'by-ward',
      title: 'Transactions by ward',
      info: [sent(pair), 'Shows the last week with figures.'],
      source,
      rows,
      key: 'ward',
      label: 'Ward'
    })
  ]
}

// Typed ratings first, then those that an old sender keeps in a data set of its own; both in the fields of the old
// platform.
const RATED = ['user-satisfaction-score', 'customer-satisfaction']
const RATINGS = ['rating_1:sum', 'rating_2:sum', 'rating_3:sum', 'rating_4:sum', 'rating_5:sum', 'total:sum']

async function satisfactionModules ({ pair, read }: AuthorityServicePage): Promise<Module[]> {
  for (const type of RATED) {
    const source = {
      'data-group': slugOf(pair),
      'data-type': type,
      'query-params': { period: 'day' as const, duration: 30, collect: RATINGS, flatten: true }
    }
    if (!(await read(source)).some((row) => Number(row['total:sum']) > 0)) continue
    return [{
      slug: 'user-satisfaction',
      'module-type': 'user_satisfaction_graph',
      title: 'User satisfaction',
      info: [sent(pair), 'Ratings from 1 to 5 after a transaction; their mean is shown as a percentage.'],
      'value-attribute': 'rating',
      'axis-period': 'day',
      'data-source': source
    }]
  }
  return []
}

const MONITORED = ['downtime:sum', 'uptime:sum', 'unmonitored:sum', 'avgresponse:mean']

async function availabilityModules ({ pair, read }: AuthorityServicePage): Promise<Module[]> {
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

function recentPeriodsOf (newest: NewestOfType[], type: number, now: number, weeks?: number) {
  const found = newest.find((one) => one.type === type)
  return found && recentPeriods(found, now, weeks)
}
