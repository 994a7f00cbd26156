import type { Kysely } from 'kysely'
import { idsAsked } from '../../catalogue/asked.ts'
import type { Authority, Directory, Service } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { everyModule, pageAt, splitPath } from './document/page.ts'
import { withoutHidden } from './document/visible.ts'
import type { Dashboard, DataSource } from './document/schema.ts'
import { publishesAsIs } from '../../disclosure/rules.ts'
import type { Session } from '../../disclosure/session.ts'
import { withheldDays } from '../../disclosure/withheld.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import { isPublished } from '../../domain/publication.ts'
import { mayRead, mayReadDashboard } from '../may-read.ts'
import { authorityAt, authorityServiceOf, BY_CHANNEL, serviceAt, type AuthorityService } from '../read/typed.ts'
import { readDashboard, readDashboards } from '../store/dashboards.ts'
import { readHoldings, type Holding } from '../../rollups/index.ts'
import { readNewestOfTypes } from '../store/newest-days.ts'
import type { Tables } from '../../postgres/tables.ts'
import { authorityDashboard, authorityHeadOf } from './self-made/authority.ts'
import { authorityServiceDashboard, headOf, modulesOf } from './self-made/authority-service.ts'
import { sourceReader } from './self-made/read-source.ts'
import { serviceDashboard, serviceHeadOf } from './self-made/service.ts'
import { slugOf, type AuthorityServicePage } from './self-made/service-page.ts'
import { todayOf } from './self-made/recent-periods.ts'

const SLUG = /^[\w-]{1,200}$/

export interface PublicServices { db: Kysely<Tables>, session: Session, catalogue: Catalogue, clock: () => number }

/** A page: all of a dashboard, a module or a tab of it; undefined where its path leads nowhere. */
export type Page = Dashboard | undefined

/**
 * Finds what a path leads to: in a written dashboard, which costs little, or in one that has to make itself.
 * `ofSeveral`: of all authorities, or of all services of one, which costs most.
 */
export async function findPage (
  services: Omit<PublicServices, 'session'> & { session: Pick<Session, 'viewer'> }, path: string
): Promise<{ written: Page } | { selfMade: (services: PublicServices) => Promise<Page>, ofSeveral: boolean }> {
  const { slug, segments } = splitPath(path)
  if (!SLUG.test(slug)) return { written: undefined }
  const written = await readDashboard(services.db, slug)
  const partOf = (dashboard: Page): Page => dashboard && pageAt(dashboard, segments)
  if (written !== undefined) return { written: partOf(visiblePage(services, written)) }
  const { directory } = services.catalogue
  const ofSeveral = authorityServiceOf(directory, slug) === undefined
  const isPlace = serviceAt(directory, slug) !== undefined || authorityAt(directory, slug) !== undefined
  if (ofSeveral && !isPlace) return { written: undefined }
  return { selfMade: async (services) => partOf(await makeDashboard(services, slug)), ofSeveral }
}

type Written = Awaited<ReturnType<typeof readDashboards>>[number]

/** A written page as its reader may see it; undefined where there is none for them. */
function visiblePage (
  { session: { viewer }, catalogue: { directory }, clock }: Parameters<typeof findPage>[0], written: Written
): Page {
  const now = clock()
  if (!mayReadDashboard(written, viewer, now)) return undefined
  const page = { ...written.body as unknown as Dashboard, published: isPublished(written, now) }
  return withoutHidden(page, ({ 'data-group': group, 'data-type': type }) => {
    const set = directory.dataSet(group, type)
    return set !== undefined && !mayRead(directory, set, { viewer, secret: undefined, now })
  })
}

async function makeDashboard (services: PublicServices, slug: string): Promise<Dashboard | undefined> {
  const { catalogue: { directory }, clock } = services
  const pair = authorityServiceOf(directory, slug)
  if (pair !== undefined) {
    const [page] = await pagesOf(services, [pair.authority], [pair.service])
    return page && await authorityServiceDashboard(page)
  }
  const service = serviceAt(directory, slug)
  if (service !== undefined) {
    // Its records may be of any year, so whoever reported is there, of whatever time.
    const pages = await pagesOf(services, directory.everyAuthority, [service])
    return pages.length === 0 ? undefined : await dashboardOfService(services, service, pages, clock())
  }
  const authority = authorityAt(directory, slug)
  const pages = authority === undefined ? [] : await pagesOf(services, [authority], directory.services)
  return authority === undefined || pages.length === 0 ? undefined : await authorityDashboard(authority, pages)
}

async function dashboardOfService (
  { session, catalogue: { directory } }: PublicServices, service: Service, pages: readonly AuthorityServicePage[],
  now: number
): Promise<Dashboard> {
  return await serviceDashboard({
    service,
    authorities: pages.map(({ pair }) => pair.authority),
    newest: pages.flatMap(({ newest }) => newest),
    read: sourceReader(session, directory, now),
    now
  })
}

/** What pages are made from, of those that have any events; in the order of the services, then the authorities. */
async function pagesOf (
  { session, catalogue: { directory }, clock }: PublicServices, authorities: readonly Authority[],
  ofServices: readonly Service[]
): Promise<AuthorityServicePage[]> {
  const now = clock()
  const authorityIds = authorities.map(({ id }) => id)
  const newest = await readNewestOfTypes(session.pool.within({ authorityIds }), {
    authorityIds, serviceIds: ofServices.map(({ id }) => id), ...todayOf(now)
  })
  const found = Map.groupBy(newest, ({ authorityId, serviceId }) => `${authorityId} ${serviceId}`)
  const read = sourceReader(session, directory, now)
  return ofServices.flatMap((service) => authorities.flatMap((authority) => {
    const own = found.get(`${authority.id} ${service.id}`)
    return own === undefined ? [] : [{ pair: { authority, service }, directory, newest: own, read, now }]
  }))
}

type Head = Omit<Dashboard, 'modules'> & { modules?: Dashboard['modules'] }

/** A dashboard of the list; `dataOf`: whose typed data it shows, of all authorities where none is named. */
export interface Listed { head: Head, dataOf: { authority: Authority | undefined, service: Service } | undefined }

/** Every published dashboard that has a module, written or self-made, by title; and those that only some see. */
export async function listDashboards (services: PublicServices): Promise<Listed[]> {
  const { db, session: { pool }, catalogue: { directory } } = services
  const everyone = pool.within({ authorityIds: idsAsked(directory) })
  const [written, holdings] = await Promise.all([readDashboards(db), readHoldings(everyone)])
  const slugs = new Set(written.map(({ slug }) => slug))
  const published = written.flatMap((one) => visiblePage(services, one) ?? [])
    .filter(({ modules }) => modules.length > 0)
  return [
    ...published.map((head) => ({ head, dataOf: dataOfWritten(directory, head) })),
    ...(await selfMade(services, holdings)).filter(({ head }) => !slugs.has(head.slug))
  ].sort((a, b) => compare(a.head.title, b.head.title) || compare(a.head.slug, b.head.slug))
}

async function selfMade (services: PublicServices, holdings: Holding[]): Promise<Listed[]> {
  const { catalogue: { directory }, clock } = services
  const of = <T extends { id: number }>(ids: number[], byId: ReadonlyMap<number, T>): T[] =>
    [...new Set(ids)].flatMap((id) => byId.get(id) ?? [])
  const pages = await pagesOf(
    services,
    of(holdings.map(({ authorityId }) => authorityId), directory.authorityById),
    of(holdings.map(({ serviceId }) => serviceId), directory.serviceById)
  )
  const certain = new Set(pages.filter((page) => certainlyShows(services, page)))
  const shown = await filterSome(pages, async (page) => certain.has(page) || (await modulesOf(page)).length > 0)
  const byService = [...Map.groupBy(pages, ({ pair }) => pair.service)]
  const ofServices = await filterSome(byService, async ([service, own]) =>
    own.some((page) => certain.has(page)) ||
      (await dashboardOfService(services, service, own, clock())).modules.length > 0)
  return [
    ...shown.map(({ pair }) => ({ head: headOf(pair), dataOf: pair })),
    ...ofServices.map(([service]) => ({ head: serviceHeadOf(service), dataOf: { authority: undefined, service } })),
    ...new Set(shown.map(({ pair }) => pair.authority)).values().map((authority) =>
      ({ head: authorityHeadOf(authority), dataOf: undefined }))
  ]
}

/** Whether a page has a module without a look at its data: transactions by channel, which everybody may see. */
function certainlyShows (
  { session: { viewer }, catalogue: { directory } }: PublicServices, { pair, newest }: AuthorityServicePage
): boolean {
  const { authority, service } = pair
  return newest.some(({ type, beforeToday }) => type === EVENT_TYPES.transaction && beforeToday !== null) &&
    publishesAsIs(directory, viewer, authority.id, service.id, 'authority') &&
    withheldDays(viewer, directory, service.id)(authority.id).length === 0 &&
    directory.dataSet(slugOf(pair), BY_CHANNEL) === undefined
}

/** Each look reads a dozen data sets. */
const LOOKS_AT_ONCE = 4

async function filterSome<T> (all: readonly T[], isWanted: (one: T) => Promise<boolean>): Promise<T[]> {
  const wanted = new Set<T>()
  const waiting = all.values()
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, async () => {
    for (const one of waiting) if (await isWanted(one)) wanted.add(one)
  }))
  return all.filter((one) => wanted.has(one))
}

// Somebody may have written a dashboard in the place, or of the data, of one that makes itself.
function dataOfWritten (directory: Directory, { slug, modules }: Dashboard): Listed['dataOf'] {
  const sources = [...everyModule(modules)].flatMap(({ module }) => module['data-source'] ?? [])
  const groups = sources.map(({ 'data-group': group }) => group)
  const pair = [slug, ...groups].map((name) => authorityServiceOf(directory, name)).find((one) => one !== undefined) ??
    sources.map((source) => countedIn(directory, source)).find((one) => one !== undefined)
  const service = serviceAt(directory, slug)
  return pair ?? (service && { authority: undefined, service })
}

// The records of a data set that is mapped stand for transactions of an authority's service.
function countedIn (
  directory: Directory, { 'data-group': group, 'data-type': type }: DataSource
): AuthorityService | undefined {
  const { mapping = null, authority_id: authorityId, service_id: serviceId } = directory.dataSet(group, type) ?? {}
  const authority = directory.authorityById.get(authorityId ?? 0)
  const service = directory.serviceById.get(serviceId ?? 0)
  return mapping === null || authority === undefined || service === undefined ? undefined : { authority, service }
}

/**
 * What the list of dashboards says of one, in the form that front ends filter: texts where they take them for granted.
 */
export function toListItem (head: Head): Record<string, unknown> {
  const item: Record<string, unknown> = { slug: head.slug, title: head.title, 'dashboard-type': head['dashboard-type'] }
  for (const key of ['department', 'agency', 'service'] as const) {
    const organisation = head[key]
    if (organisation) item[key] = { ...organisation, abbr: organisation.abbr ?? organisation.title }
  }
  return item
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
