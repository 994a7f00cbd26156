import type { Authority, Service } from '../../../catalogue/directory.ts'
import type { Dashboard, Module } from '../document/schema.ts'
import { EVENT_TYPES } from '../../../domain/event.ts'
import { BY_DIGITAL_CLASS } from '../../read/kpi-views.ts'
import { BY_AUTHORITY } from '../../read/typed.ts'
import type { NewestOfType } from '../../store/newest-days.ts'
import { slugOf } from './authority-service.ts'
import { countTable, DIGITAL_OF_ALL, lines, sourceOf } from './modules.ts'
import type { ReadSource } from './read-source.ts'
import { recentPeriods, type RecentPeriods } from './recent-periods.ts'

/** More lines cannot be distinguished; the tables have every authority. */
const MOST_LINES = 10

/** What a list says of a service's page, and its top. */
export function serviceHeadOf (service: Service): Omit<Dashboard, 'modules'> {
  return {
    slug: service.slug,
    'page-type': 'dashboard',
    'dashboard-type': 'service-group',
    published: true,
    strapline: 'Dashboard',
    title: service.title,
    description: `How people use “${service.title}”, by authority, from figures that their systems send.`,
    service: { title: service.title, abbr: service.title, slug: service.slug }
  }
}

/** A service's page: the authorities that deliver it and have data, side by side. */
export async function serviceDashboard (
  { service, authorities, newest, read, now }: {
    service: Service, authorities: Authority[], newest: NewestOfType[], read: ReadSource, now: number
  }
): Promise<Dashboard> {
  const ofTransactions = newest.filter(({ type }) => type === EVENT_TYPES.transaction)
  const periods = (weeks?: number) =>
    recentPeriods(
      { beforeToday: latest(ofTransactions, 'beforeToday'), beforeMonday: latest(ofTransactions, 'beforeMonday') },
      now,
      weeks
    )
  const page = { service, read }
  const modules = await Promise.all([
    volumes(page, periods()), takeUp(page, periods()), lastWeek(page, periods(1))
  ])
  return {
    ...serviceHeadOf(service),
    relatedPages: {
      other: authorities.map((authority) => ({
        title: `${authority.short_name}: ${service.title}`,
        url: `/performance/${slugOf({ authority, service })}`
      }))
    },
    modules: modules.flat()
  }
}

interface ServicePage { service: Service, read: ReadSource }

async function volumes ({ service, read }: ServicePage, periods: RecentPeriods | undefined): Promise<Module[]> {
  if (periods === undefined) return []
  const source = sourceOf(service.slug, BY_AUTHORITY, periods, {
    collect: ['count:sum'], group_by: ['authority_name'], flatten: false
  })
  const names = (await read(source)).toSorted((a, b) => Number(b['count:sum']) - Number(a['count:sum'])).map((row) =>
    String(row['authority_name'])
  )
  if (names.length === 0) return []
  return [lines({
    slug: 'volumes',
    title: 'Transactions by authority',
    description: names.length > MOST_LINES
      ? `The ${MOST_LINES} authorities with most transactions:`
      : 'Transactions by',
    info: ['Data source: the authorities', 'Shows the number of transactions in all channels.'],
    periods,
    source,
    groups: names.slice(0, MOST_LINES).map((name) => ({ id: name, label: name }))
  })]
}

async function takeUp ({ service, read }: ServicePage, periods: RecentPeriods | undefined): Promise<Module[]> {
  if (periods === undefined) return []
  // Asked flat, this type of module shows dashes.
  const source = sourceOf(service.slug, BY_DIGITAL_CLASS, periods, {
    collect: ['count:sum'], group_by: ['authority_name', 'digital_class'], flatten: false
  })
  if ((await read(source)).length === 0) return []
  return [{
    slug: 'digital-take-up',
    'module-type': 'completion_table',
    title: 'Digital take-up by authority',
    info: [
      'Data source: the authorities',
      'Digital take-up is transactions completed through digital channels as a percentage of those in all channels.'
    ],
    'numerator-matcher': DIGITAL_OF_ALL.numerator,
    'denominator-matcher': DIGITAL_OF_ALL.denominator,
    'matching-attribute': DIGITAL_OF_ALL.attribute,
    'value-attribute': 'count:sum',
    'axis-period': periods.period,
    category: 'authority_name',
    'sort-by': 'completion',
    'sort-order': 'descending',
    axes: {
      x: { label: 'Authority', key: 'authority_name', format: 'sentence' },
      y: [{ label: 'Digital take-up', key: 'completion', format: 'percent' }]
    },
    'data-source': source
  }]
}

async function lastWeek ({ service, read }: ServicePage, periods: RecentPeriods | undefined): Promise<Module[]> {
  if (periods?.period !== 'week') return []
  const source = sourceOf(service.slug, BY_AUTHORITY, periods, {
    collect: ['count:sum'], group_by: ['authority_name'], sort_by: 'authority_name:ascending', flatten: true
  })
  const rows = await read(source)
  if (rows.length === 0) return []
  return [countTable({
    slug: 'by-authority',
    title: 'Last week by authority',
    info: ['Data source: the authorities'],
    source,
    rows,
    key: 'authority_name',
    label: 'Authority'
  })]
}

function latest (newest: NewestOfType[], column: 'beforeToday' | 'beforeMonday'): string | null {
  return newest.map((one) => one[column]).reduce((a, b) => a === null || (b !== null && b > a) ? b : a, null)
}
