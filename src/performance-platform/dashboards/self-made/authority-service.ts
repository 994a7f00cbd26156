import type { Dashboard, Module } from '../document/schema.ts'
import type { AuthorityService } from '../../read/typed.ts'
import { availabilityModules } from './availability.ts'
import { channelModules } from './by-channel.ts'
import { wardModules } from './by-ward.ts'
import { completionModules } from './completion.ts'
import { costModules } from './costs.ts'
import { satisfactionModules } from './satisfaction.ts'
import { slugOf, type AuthorityServicePage } from './service-page.ts'

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
  const { authority, service } = page.pair
  return {
    ...headOf(page.pair),
    relatedPages: {
      other: [
        { title: `${service.title}: all authorities`, url: `/performance/${service.slug}` },
        { title: `${authority.short_name}: all services`, url: `/performance/${authority.slug}` }
      ]
    },
    modules: await modulesOf(page)
  }
}

/** A module for each thing there is data for. */
export async function modulesOf (page: AuthorityServicePage): Promise<Module[]> {
  return (await Promise.all([
    channelModules(page),
    completionModules(page),
    satisfactionModules(page),
    costModules(page),
    wardModules(page),
    availabilityModules(page)
  ])).flat()
}
