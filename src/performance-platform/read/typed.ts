import { isUnknown, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import type { WithheldDays } from '../../disclosure/withheld.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import type { TypedRelation } from '../store/relation.ts'
import { typedDays } from '../store/typed-day.ts'
import { typedServiceDays } from '../store/typed-service-day.ts'
import { anyKpiView } from './any-kpi-view.ts'
import { KPI_VIEWS, SERVICE_KPI_VIEWS, type KpiView } from './kpi-views.ts'

export interface AuthorityService { authority: Authority, service: Service }
type Labels = Record<string, string>

/** Typed data seen as records; `authority` undefined: of all authorities, side by side. */
export interface TypedView {
  authority: Authority | undefined
  service: Service
  /** The name of a data type of transactions, or a KPI. */
  shows: typeof BY_CHANNEL | typeof BY_WARD | typeof BY_AUTHORITY | KpiView
  labels: Labels
}

export const BY_CHANNEL = 'transactions-by-channel'
/**
 * The same for graphs of old front ends, with `Other` for the channel `other`: they take that word for the sum of all
 * that have no line.
 */
export const BY_CHANNEL_IN_GRAPHS = 'transactions-by-channel-in-graphs'
export const BY_WARD = 'transactions-by-ward'
/** A service's own data type: `report-missed-bin/transactions-by-authority`. */
export const BY_AUTHORITY = 'transactions-by-authority'

/** What `<authority>-<service>/<data type>` or `<service>/<data type>` names of typed data, or undefined. */
export function typedView (
  directory: Directory, group: string, type: string, labels: Labels = {}
): TypedView | undefined {
  const ofService = type === BY_AUTHORITY ? BY_AUTHORITY : viewIn(SERVICE_KPI_VIEWS, type)
  const service = serviceAt(directory, group)
  if (ofService !== undefined && service !== undefined) {
    return { authority: undefined, service, shows: ofService, labels }
  }
  if (type === BY_CHANNEL_IN_GRAPHS) {
    const found = authorityServiceOf(directory, group)
    return found && { ...found, shows: BY_CHANNEL, labels: inGraphs(labels) }
  }
  const shows = type === BY_CHANNEL || type === BY_WARD
    ? type
    : viewIn(KPI_VIEWS, type) ?? anyKpiView(directory, type)
  if (shows === undefined) return undefined
  const found = authorityServiceOf(directory, group)
  return found && { ...found, shows, labels }
}

const inGraphs = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries({ other: 'Other', ...labels }).map(([channel, label]) =>
    [channel, label === 'other' ? 'Other' : label]))

const viewIn = (views: Record<string, KpiView>, type: string): KpiView | undefined =>
  Object.hasOwn(views, type) ? views[type] : undefined

/** An authority's transactions as one record a local day and channel. */
export function byChannel (
  { channels }: Directory, { authority, service }: AuthorityService, labels: Labels, leftOut: WithheldDays
): TypedRelation {
  return typedDays({
    leftOut,
    authorityId: authority.id,
    serviceId: service.id,
    type: EVENT_TYPES.transaction,
    dimension: { field: 'channel', labels: new Map(channels.map(({ id, slug }) => [id, labels[slug] ?? slug])) }
  })
}

/** An authority's transactions as one record a local day and ward. */
export function byWard (
  directory: Directory, { authority, service }: AuthorityService, leftOut: WithheldDays
): TypedRelation {
  return typedDays({
    leftOut,
    authorityId: authority.id,
    serviceId: service.id,
    type: EVENT_TYPES.transaction,
    dimension: { field: 'ward', labels: new Map(directory.areasOf(authority).map(({ id, name }) => [id, name])) }
  })
}

/** The fields that distinguish the authorities of `byAuthority`. */
export const AUTHORITY_FIELDS = ['authority', 'authority_name']

/** A service's authorities side by side. */
export function byAuthority (
  { channels }: Directory, service: Service, authorities: readonly Authority[], leftOut: WithheldDays
): TypedRelation {
  return typedServiceDays({
    leftOut,
    serviceId: service.id,
    type: EVENT_TYPES.transaction,
    authorities: new Map(authorities.map(({ id, slug, short_name: name }) => [id, { slug, name }])),
    channels: new Map(channels.map(({ id, slug }) => [id, slug]))
  })
}

/** The service with that slug and no other name: a group may be called as people call a service. */
export function serviceAt (directory: Directory, slug: string): Service | undefined {
  const found = directory.service(slug)
  return isUnknown(found) || found.slug !== slug ? undefined : found
}

/** The authority with that slug and no other name. */
export function authorityAt (directory: Directory, slug: string): Authority | undefined {
  const found = directory.authority(slug)
  return isUnknown(found) || found.slug !== slug ? undefined : found
}

/** Both slugs may hold dashes, so every dash may be the one between them. */
export function authorityServiceOf (directory: Directory, group: string): AuthorityService | undefined {
  for (let dash = group.indexOf('-'); dash > 0; dash = group.indexOf('-', dash + 1)) {
    const service = serviceAt(directory, group.slice(dash + 1))
    const authority = service && directory.authority(group.slice(0, dash))
    if (service !== undefined && authority !== undefined && !isUnknown(authority) &&
      authority.slug === group.slice(0, dash)
    ) return { authority, service }
  }
  return undefined
}
