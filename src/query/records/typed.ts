import { isUnknown, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { EVENT_TYPES } from '../../domain/event.ts'
import type { RecordRelation } from '../../store/records/relation.ts'
import { typedDays } from '../../store/records/typed-day.ts'
import { typedServiceDays } from '../../store/records/typed-service-day.ts'

export interface Subject { authority: Authority, service: Service }
type Labels = Record<string, string>
type View = (subject: Subject, directory: Directory, labels: Labels) => RecordRelation

/** The data types under which typed data shows as records. */
const VIEWS: Record<string, View> = {
  'transactions-by-channel': ({ authority, service }, { channels }, labels) => typedDays({
    authorityId: authority.id,
    serviceId: service.id,
    type: EVENT_TYPES.transaction,
    dimension: { field: 'channel', labels: new Map(channels.map(({ id, slug }) => [id, labels[slug] ?? slug])) }
  }),
  'transactions-by-ward': ({ authority, service }, directory) => typedDays({
    authorityId: authority.id,
    serviceId: service.id,
    type: EVENT_TYPES.transaction,
    dimension: { field: 'ward', labels: new Map(directory.areasOf(authority).map(({ id, name }) => [id, name])) }
  })
}

/** A service's own data type: `report-missed-bin/transactions-by-authority`. */
export const BY_AUTHORITY = 'transactions-by-authority'

function byAuthority (directory: Directory, slug: string): RecordRelation | undefined {
  const service = directory.service(slug)
  return isUnknown(service)
    ? undefined
    : typedServiceDays({
      serviceId: service.id,
      type: EVENT_TYPES.transaction,
      authorities: new Map(directory.authorities.map(({ id, slug, short_name: name }) => [id, { slug, name }])),
      channels: new Map(directory.channels.map(({ id, slug }) => [id, slug]))
    })
}

/** The typed series that `<authority>-<service>/<data type>` names, or undefined. */
export function typedView (directory: Directory, group: string, type: string, labels: Labels = {}): RecordRelation | undefined {
  if (type === BY_AUTHORITY) return byAuthority(directory, group)
  const view = Object.hasOwn(VIEWS, type) ? VIEWS[type] : undefined
  const subject = view && subjectOf(directory, group)
  return subject && view(subject, directory, labels)
}

/** Authority and service of typed data by ward; undefined for all other data. */
export function wardSubject (directory: Directory, group: string, type: string): Subject | undefined {
  return type === 'transactions-by-ward' ? subjectOf(directory, group) : undefined
}

/** Both slugs may hold dashes, so every dash may be the one between them. */
export function subjectOf (directory: Directory, group: string): Subject | undefined {
  for (let dash = group.indexOf('-'); dash > 0; dash = group.indexOf('-', dash + 1)) {
    const [authority, service] = [directory.authority(group.slice(0, dash)), directory.service(group.slice(dash + 1))]
    if (!isUnknown(authority) && !isUnknown(service) && authority.slug === group.slice(0, dash)) return { authority, service }
  }
  return undefined
}
