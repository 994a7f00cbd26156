import type { Kysely } from 'kysely'
import { idsAsked } from '../../catalogue/asked.ts'
import type { Authority, Directory, Service } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { everyModule, pageAt, splitPath } from './document/page.ts'
import { withoutHidden } from './document/visible.ts'
import type { Dashboard } from './document/schema.ts'
import type { Session } from '../../disclosure/session.ts'
import { isPublished } from '../../domain/publication.ts'
import { mayRead, mayReadDashboard } from '../may-read.ts'
import { authorityServiceOf, serviceAt } from '../read/typed.ts'
import { readDashboard, readDashboards } from '../store/dashboards.ts'
import { readHoldings, type Holding } from '../../rollups/index.ts'
import { readNewestOfTypes } from '../store/newest-days.ts'
import type { Tables } from '../../postgres/tables.ts'
import { authorityServiceDashboard, headOf } from './self-made/authority-service.ts'
import { sourceReader } from './self-made/read-source.ts'
import { serviceDashboard, serviceHeadOf } from './self-made/service.ts'
import { todayOf } from './self-made/recent-periods.ts'

const SLUG = /^[\w-]{1,200}$/

export interface PublicServices { db: Kysely<Tables>, session: Session, catalogue: Catalogue, clock: () => number }

/** What a path leads to: all of a dashboard, a module or a tab of it; undefined where it leads nowhere. */
export async function findPage (services: PublicServices, path: string): Promise<Dashboard | undefined> {
  const { slug, segments } = splitPath(path)
  if (!SLUG.test(slug)) return undefined
  const written = await readDashboard(services.db, slug)
  const dashboard = written === undefined ? await makeDashboard(services, slug) : visiblePage(services, written)
  return dashboard && pageAt(dashboard, segments)
}

type Written = Awaited<ReturnType<typeof readDashboards>>[number]

/** A written page as its reader may see it; undefined where there is none for them. */
function visiblePage (
  { session: { viewer }, catalogue: { directory }, clock }: PublicServices, written: Written
): Dashboard | undefined {
  const now = clock()
  if (!mayReadDashboard(written, viewer, now)) return undefined
  const page = { ...written.body as unknown as Dashboard, published: isPublished(written, now) }
  return withoutHidden(page, ({ 'data-group': group, 'data-type': type }) => {
    const set = directory.dataSet(group, type)
    return set !== undefined && !mayRead(directory, set, { viewer, secret: undefined, now })
  })
}

async function makeDashboard (
  { session, catalogue: { directory }, clock }: PublicServices, slug: string
): Promise<Dashboard | undefined> {
  const now = clock()
  const pair = authorityServiceOf(directory, slug)
  const service = pair?.service ?? serviceAt(directory, slug)
  if (service === undefined) return undefined
  // Its records may be of any year, so whoever reported is there, of whatever time.
  const everyone = pair === undefined ? directory.everyAuthority : [pair.authority]
  const authorityIds = everyone.map(({ id }) => id)
  const newest = await readNewestOfTypes(session.pool.within({ authorityIds }), {
    authorityIds,
    serviceId: service.id,
    ...todayOf(now)
  })
  if (newest.length === 0) return undefined
  const about = { newest, read: sourceReader(session, directory, now), now }
  if (pair !== undefined) return await authorityServiceDashboard({ ...about, directory, pair })
  const reporting = new Set(newest.map(({ authorityId: id }) => id))
  return await serviceDashboard({
    ...about, service, authorities: everyone.filter(({ id }) => reporting.has(id))
  })
}

type Head = Omit<Dashboard, 'modules'> & { modules?: Dashboard['modules'] }

/** A dashboard of the list; `dataOf`: whose typed data it shows, of all authorities where none is named. */
export interface Listed { head: Head, dataOf: { authority: Authority | undefined, service: Service } | undefined }

/** Every published dashboard, written or self-made, by title; and those that only some see, for whoever does. */
export async function listDashboards (
  { db, session: { pool, viewer }, catalogue: { directory }, clock }: PublicServices
): Promise<Listed[]> {
  const everyone = pool.within({ authorityIds: idsAsked(directory) })
  const [written, holdings] = await Promise.all([readDashboards(db), readHoldings(everyone)])
  const slugs = new Set(written.map(({ slug }) => slug))
  const now = clock()
  const published = written.filter((one) => mayReadDashboard(one, viewer, now)).map(({ body }) =>
    body as unknown as Dashboard
  )
  return [
    ...published.map((head) => ({ head, dataOf: dataOfWritten(directory, head) })),
    ...selfMade(directory, holdings).filter(({ head }) => !slugs.has(head.slug))
  ].sort((a, b) => compare(a.head.title, b.head.title) || compare(a.head.slug, b.head.slug))
}

function selfMade (directory: Directory, holdings: Holding[]): Listed[] {
  const pairs = holdings.flatMap(({ authorityId, serviceId }) => {
    const [authority, service] = [directory.authorityById.get(authorityId), directory.serviceById.get(serviceId)]
    return authority === undefined || service === undefined ? [] : [{ authority, service }]
  })
  return [
    ...pairs.map((pair) => ({ head: headOf(pair), dataOf: pair })),
    ...[...new Set(pairs.map(({ service }) => service))].map((service) => ({
      head: serviceHeadOf(service), dataOf: { authority: undefined, service }
    }))
  ]
}

// Somebody may have written a dashboard in the place, or of the data, of one that makes itself.
function dataOfWritten (directory: Directory, { slug, modules }: Dashboard): Listed['dataOf'] {
  const groups = [...everyModule(modules)].flatMap(({ module }) => module['data-source']?.['data-group'] ?? [])
  const pair = [slug, ...groups].map((name) => authorityServiceOf(directory, name)).find((one) => one !== undefined)
  const service = serviceAt(directory, slug)
  return pair ?? (service && { authority: undefined, service })
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
