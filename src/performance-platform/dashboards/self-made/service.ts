import type { Authority, Service } from '../../../catalogue/directory.ts'
import type { Dashboard, Module } from '../document/schema.ts'
import { EVENT_TYPES } from '../../../domain/event.ts'
import { BY_DIGITAL_CLASS, BY_STAGE } from '../../read/kpi-views.ts'
import { BY_AUTHORITY } from '../../read/typed.ts'
import type { NewestOfType } from '../../store/newest-days.ts'
import { COMPLETION_INFO } from './completion.ts'
import {
  COMPLETED_OF_STARTED, countTable, DIGITAL_OF_ALL, lines, shareByAuthority, sourceOf, type Periods
} from './modules.ts'
import type { ReadSource } from './read-source.ts'
import { recentPeriodsOf, WHOLE_WEEKS } from './recent-periods.ts'
import { slugOf } from './service-page.ts'

/** What a list says of a service's page, and its top. */
export function serviceHeadOf (service: Service): Omit<Dashboard, 'modules'> {
  return {
    slug: service.slug,
    'page-type': 'dashboard',
    // Not among the services: the front end adds up all of those, and its authorities' pages are there.
    'dashboard-type': 'other',
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
  const { transaction, journey } = EVENT_TYPES
  const periods = (weeks?: number) => recentPeriodsOf(newest, transaction, now, weeks)
  const page = { service, read }
  const modules = await Promise.all([
    volumes(page, periods()),
    shares(page, periods(), TAKE_UP),
    shares(page, recentPeriodsOf(newest, journey, now) ?? WHOLE_WEEKS, COMPLETION),
    lastWeek(page, periods(1))
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

async function volumes ({ service, read }: ServicePage, periods: Periods | undefined): Promise<Module[]> {
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
    info: ['Data source: the authorities', 'Shows the number of transactions in all channels.'],
    periods,
    source,
    groups: names.map((name) => ({ id: name, label: name })),
    of: 'authorities'
  })]
}

const TAKE_UP = {
  slug: 'digital-take-up',
  title: 'Digital take-up',
  type: BY_DIGITAL_CLASS,
  field: 'digital_class',
  of: DIGITAL_OF_ALL,
  about: 'Digital take-up is transactions completed through digital channels as a percentage of those in all channels.'
}
const COMPLETION = {
  slug: 'completion-rate',
  title: 'Completion rate',
  type: BY_STAGE,
  field: 'stage',
  of: COMPLETED_OF_STARTED,
  about: COMPLETION_INFO
}

async function shares (
  { service, read }: ServicePage, periods: Periods | undefined, { type, field, about, ...share }: typeof TAKE_UP
): Promise<Module[]> {
  if (periods === undefined) return []
  // Asked flat, this type of module shows dashes.
  const source = sourceOf(service.slug, type, periods, {
    collect: ['count:sum'], group_by: ['authority_name', field], flatten: false
  })
  if ((await read(source)).length === 0) return []
  return [shareByAuthority({
    ...share, info: ['Data source: the authorities', about, `Shows the last ${periods.period}.`], periods, source
  })]
}

async function lastWeek ({ service, read }: ServicePage, periods: Periods | undefined): Promise<Module[]> {
  if (periods?.period !== 'week') return []
  const source = sourceOf(service.slug, BY_AUTHORITY, periods, {
    collect: ['count:sum'], group_by: ['authority_name'], sort_by: 'authority_name:ascending', flatten: false
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
