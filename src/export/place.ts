import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Session, Viewer } from '../disclosure/session.ts'
import { publishesAsIs } from '../disclosure/rules.ts'
import { withheldDays } from '../disclosure/withheld.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from '../domain/event.ts'
import type { DateRange } from '../domain/period.ts'
import { countMeasures } from '../observations/count-measures.ts'
import { readExtent } from '../rollups/index.ts'
import { observedExtents } from './store/places.ts'

/** An authority and one of its services. */
export interface Place { authority: Authority, service: Service }

/**
 * The days on which there is anything of a place: by type of event, of events or of observations that may stand for
 * them; and by word of measures.
 */
export interface Extents {
  types: ReadonlyMap<EventType, DateRange>
  measures: ReadonlyMap<string, DateRange>
}

export const allDays = ({ types, measures }: Extents): DateRange[] => [...types.values(), ...measures.values()]

export async function extentsOf (
  { session, directory }: { session: Session, directory: Directory }, { authority, service }: Place
): Promise<Extents> {
  const client = session.pool.within({ authorityIds: [authority.id] })
  const observed = await observedExtents(client, { authorityId: authority.id, serviceId: service.id })
  const types = new Map<EventType, DateRange>()
  for (const type of EVENT_TYPE_NAMES) {
    const sent = await readExtent(client, {
      authorityIds: [authority.id], serviceId: service.id, type: EVENT_TYPES[type]
    })
    const counts = countMeasures(directory, service, type).flatMap(({ measure }) => observed.get(measure.id) ?? [])
    const some = [...counts, sent ?? []].flat()
    if (some.length > 0) types.set(type, union(some))
  }
  const measures = directory.kpis.measures.flatMap(({ id, slug }) => {
    const days = observed.get(id)
    return days === undefined ? [] : [[slug, days] as const]
  })
  return { types, measures: new Map(measures) }
}

export const union = (ranges: readonly DateRange[]): DateRange => ({
  start: Math.min(...ranges.map(({ start }) => start)), end: Math.max(...ranges.map(({ end }) => end))
})

/** Whether somebody sees everything of a place as it is: nothing suppressed, rounded or not published yet. */
export function seesWhole (viewer: Viewer, directory: Directory, { authority, service }: Place): boolean {
  return publishesAsIs(directory, viewer, authority.id, service.id, 'authority') &&
    withheldDays(viewer, directory, service.id)(authority.id).length === 0
}
