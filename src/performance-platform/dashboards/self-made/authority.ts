import type { Authority } from '../../../catalogue/directory.ts'
import type { Dashboard, Module } from '../document/schema.ts'
import { modulesOf } from './authority-service.ts'
import { slugOf, type AuthorityServicePage } from './service-page.ts'

/** What a list says of an authority's page, and its top. */
export function authorityHeadOf (authority: Authority): Omit<Dashboard, 'modules'> {
  return {
    slug: authority.slug,
    'page-type': 'dashboard',
    // Not among the services, where its figures would be added to those of its services' own pages.
    'dashboard-type': 'department',
    published: true,
    strapline: 'Dashboard',
    title: authority.name,
    description: `How people use the services of ${authority.name}, from figures that its systems send.`,
    department: { title: authority.name, abbr: authority.short_name }
  }
}

/** An authority's page: a section for each service that has data, with the modules of that service's own page. */
export async function authorityDashboard (
  authority: Authority, pages: readonly AuthorityServicePage[]
): Promise<Dashboard> {
  const sections: Module[] = []
  const shown: AuthorityServicePage[] = []
  for (const page of pages) { // one after the other: each reads a dozen data sets at once
    const modules = await modulesOf(page)
    if (modules.length === 0) continue
    const { service } = page.pair
    sections.push({ slug: service.slug, 'module-type': 'section', title: service.title, modules })
    shown.push(page)
  }
  return {
    ...authorityHeadOf(authority),
    relatedPages: {
      other: shown.map(({ pair }) => ({ title: pair.service.title, url: `/performance/${slugOf(pair)}` }))
    },
    modules: sections
  }
}
