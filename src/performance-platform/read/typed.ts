import { isUnknown, type Authority, type Directory, type Service } from '../../catalogue/directory.ts'
import { EVENT_TYPES, OUTCOMES } from '../../domain/event.ts'
import { PERIOD_OF_CODE } from '../../domain/observation.ts'
import type { RecordRelation } from '../store/relation.ts'
import { typedCosts } from '../store/typed-cost.ts'
import { typedDays } from '../store/typed-day.ts'
import { typedFigures } from '../store/typed-figure-day.ts'
import { typedServiceDays } from '../store/typed-service-day.ts'

export interface Subject { authority: Authority, service: Service }
type Labels = Record<string, string>
type View = (subject: Subject, directory: Directory, labels: Labels) => RecordRelation

const ENDED = [OUTCOMES.completed, OUTCOMES.reported, OUTCOMES.confirmed, OUTCOMES.unjustified]
const RATINGS = [1, 2, 3, 4, 5] as const
const ALL_RATINGS = [{ outcomes: RATINGS.map((rating) => OUTCOMES[rating]) }]
/** From this day on a journey that ends in "not eligible" came to its end, by the Service Manual's definition. */
const INELIGIBLE_COMPLETES = '2015-08-13'

const BY_WARD = 'transactions-by-ward'

/** The data types under which typed data shows as records. */
const VIEWS: Record<string, View> = {
  'transactions-by-channel': ({ authority, service }, { channels }, labels) =>
    typedDays({
      authorityId: authority.id,
      serviceId: service.id,
      type: EVENT_TYPES.transaction,
      dimension: { field: 'channel', labels: new Map(channels.map(({ id, slug }) => [id, labels[slug] ?? slug])) }
    }),
  [BY_WARD]: ({ authority, service }, directory) =>
    typedDays({
      authorityId: authority.id,
      serviceId: service.id,
      type: EVENT_TYPES.transaction,
      dimension: { field: 'ward', labels: new Map(directory.areasOf(authority).map(({ id, name }) => [id, name])) }
    }),
  // GOV.UK Service Manual: digital over digital and non-digital; what was not recorded, and what no resident began, is
  // neither.
  'digital-takeup': ({ authority, service }, { channels }) => {
    const within = (...classes: string[]) => [{
      outcomes: ENDED, channelIds: channels.filter((one) => classes.includes(one.digital_class)).map(({ id }) => id)
    }]
    return typedFigures({
      authorityId: authority.id,
      serviceId: service.id,
      type: EVENT_TYPES.transaction,
      counts: {
        digital: within('digital', 'digital-passive'), total: within('digital', 'digital-passive', 'non-digital')
      },
      share: { field: 'rate', weights: { digital: 1 }, of: 'total', times: 1 }
    })
  },
  'completion-rate': ({ authority, service }) =>
    typedFigures({
      authorityId: authority.id,
      serviceId: service.id,
      type: EVENT_TYPES.journey,
      counts: {
        completed: [{ outcomes: [OUTCOMES.completed] }, {
          outcomes: [OUTCOMES.ineligible], since: INELIGIBLE_COMPLETES
        }],
        started: [{ outcomes: [OUTCOMES.started] }]
      },
      share: { field: 'rate', weights: { completed: 1 }, of: 'started', times: 1 }
    }),
  // The mean rating less 1, over 4.
  'user-satisfaction-score': ({ authority, service }) =>
    typedFigures({
      authorityId: authority.id,
      serviceId: service.id,
      type: EVENT_TYPES.rating,
      counts: {
        ...Object.fromEntries(RATINGS.map((rating) => [`rating_${rating}`, [{ outcomes: [OUTCOMES[rating]] }]])),
        total: ALL_RATINGS,
        num_responses: ALL_RATINGS
      },
      share: { field: 'score', weights: { rating_2: 1, rating_3: 2, rating_4: 3, rating_5: 4 }, of: 'total', times: 4 }
    }),
  'cost-per-transaction': ({ authority, service }, { channels, kpis }, labels) =>
    typedCosts({
      authorityId: authority.id,
      serviceId: service.id,
      measureId: kpis.measures.find(({ slug }) => slug === 'total_cost_pence')?.id ?? 0,
      type: EVENT_TYPES.transaction,
      outcomes: ENDED,
      channels: new Map([[0, 'all'], ...channels.map(({ id, slug }): [number, string] => [id, labels[slug] ?? slug])]),
      periods: PERIOD_OF_CODE
    })
}

/** A service's own data type: `report-missed-bin/transactions-by-authority`. */
export const BY_AUTHORITY = 'transactions-by-authority'

/** A service's authorities side by side, all but those left out. */
export function byAuthority (
  directory: Directory, slug: string, leftOut: readonly Authority[] = []
): RecordRelation | undefined {
  const service = directory.service(slug)
  return isUnknown(service)
    ? undefined
    : typedServiceDays({
      serviceId: service.id,
      type: EVENT_TYPES.transaction,
      authorities:
        new Map(directory.authorities.filter((one) => !leftOut.includes(one)).map((
          { id, slug, short_name: name }
        ) => [id, { slug, name }])),
      channels: new Map(directory.channels.map(({ id, slug }) => [id, slug]))
    })
}

/** The typed series that `<authority>-<service>/<data type>` names, or undefined. */
export function typedView (
  directory: Directory, group: string, type: string, labels: Labels = {}
): RecordRelation | undefined {
  if (type === BY_AUTHORITY) return byAuthority(directory, group)
  const view = Object.hasOwn(VIEWS, type) ? VIEWS[type] : undefined
  const subject = view && subjectOf(directory, group)
  return subject && view(subject, directory, labels)
}

/** What typed data are about; `authority` undefined: all of them, side by side. */
export interface TypedSubject { authority: Authority | undefined, service: Service, byWard: boolean }

/** Undefined for an address at which there are no typed data. */
export function typedSubject (directory: Directory, group: string, type: string): TypedSubject | undefined {
  if (type === BY_AUTHORITY) {
    const service = directory.service(group)
    return isUnknown(service) ? undefined : { authority: undefined, service, byWard: false }
  }
  const subject = subjectOf(directory, group)
  return subject && { ...subject, byWard: type === BY_WARD }
}

/** Both slugs may hold dashes, so every dash may be the one between them. */
export function subjectOf (directory: Directory, group: string): Subject | undefined {
  for (let dash = group.indexOf('-'); dash > 0; dash = group.indexOf('-', dash + 1)) {
    const [authority, service] = [directory.authority(group.slice(0, dash)), directory.service(group.slice(dash + 1))]
    if (!isUnknown(authority) && !isUnknown(service) && authority.slug === group.slice(0, dash)) {
      return { authority, service }
    }
  }
  return undefined
}
