import { brokenOn } from '../catalogue/breaks.ts'
import type { Directory } from '../catalogue/directory.ts'
import type { Areas } from '../disclosure/event-plans.ts'
import type { Gate, Published, Sources } from '../disclosure/gate.ts'
import { largestOf } from '../domain/largest.ts'
import { remembered } from '../domain/remembered.ts'
import { listedGroups } from './listed-groups.ts'
import { compareGroups } from './names.ts'
import { ownersOf, sendersOf } from './owners.ts'
import { checkSize, type SeriesPlan } from './plan.ts'
import type { SeriesQuery } from './parse.ts'
import type { Found } from './read.ts'
import type { Sum } from './sum.ts'
import { fill, SERIES_VALUE, type SeriesValue } from './values.ts'

/** A group's values, one for each period, as the viewer may see them; ids in the order of the question's `groupBy`. */
export interface PublishedGroup { ids: number[], values: Array<Published<SeriesValue>> }

/** The groups to show, in no set order, or the `top` largest, largest first. Throws `ProblemError` for too many. */
export function publish (gate: Gate, plan: SeriesPlan, found: Found): PublishedGroup[] {
  const { directory, query: { groupBy, top }, query } = plan
  const groups = Map.groupBy(found.sums, (sum) => groupBy.map((dimension) => sum[dimension]).join(' '))
  const make = remembered(groupMaker(gate, plan, found, groups))
  const listed = (keys: readonly string[]): string[] => listedGroups(gate, plan, keys, found.breakdowns)
  if (top === undefined) {
    const keys = listed([...new Set([...plan.expected, ...groups.keys()])])
    checkSize(keys.length, query)
    return keys.map(make)
  }
  checkSize(Math.min(top, groups.size), query)
  // Count suppressed values as nothing, or the order of the groups would give them away.
  const margin = gate.roundTo(plan.gate.authorityIds)
  const largest = (keys: readonly string[]): PublishedGroup[] =>
    largestOf(keys, top, {
      make,
      atMost: (key) => (groups.get(key) ?? []).reduce((sum, { count }) => sum + count + margin, 0),
      sumOf: total,
      compare: compareGroups(directory, groupBy)
    })
  const shown = largest([...groups.keys()])
  const least = shown[top - 1]
  // Look for suppressed areas only where less than `top` have anything to show.
  return least !== undefined && total(least) > 0 ? shown : largest(listed([...groups.keys()]))
}

const total = ({ values }: PublishedGroup): number => values.reduce((sum, { value }) => sum + (value ?? 0), 0)

const NOTHING: Sources = { owners: [], events: [], observations: [] }

/** Makes a group by its key. */
function groupMaker (
  gate: Gate, plan: SeriesPlan, { reported, sent, coverage }: Found, groups: ReadonlyMap<string, Sum[]>
): (key: string) => PublishedGroup {
  const { directory, query, breaks, breakdown, gate: { authorityIds }, sums: { type } } = plan
  const { groupBy, filters } = query
  const isDelivered = remembered((authorityId: number | undefined) => delivers(directory, query, authorityId))
  // Share the values of silent groups: of hundreds of authorities most may be silent.
  const silence = remembered((delivered: boolean) =>
    fill(query, [], () => false, delivered).map((value) => gate.publish(value, NOTHING, SERIES_VALUE))
  )
  return (key) => {
    const ids = key === '' ? [] : key.split(' ').map(Number)
    const owners = ownersOf(directory, query, ids)
    const delivered = (owners ?? [undefined]).some(isDelivered)
    const senders = sendersOf(query, ids, sent, owners)
    const sums = groups.get(key)
    if (sums === undefined && !reported.ever(senders) && breaks.length === 0) return { ids, values: silence(delivered) }
    const delivering = (owners ?? authorityIds).filter(isDelivered)
    const byPeriod: Sum[] = []
    for (const sum of sums ?? []) byPeriod[sum.period] = sum
    const authorityId = ids[groupBy.indexOf('authority')]
    const concerned = authorityId === undefined ? authorityIds : [authorityId]
    const areas = areasOf(ids[groupBy.indexOf('ward')], ids[groupBy.indexOf('street')], filters)
    const values = fill(query, byPeriod, (period) => reported.in(period, senders), delivered).map((value, period) => {
      const { range } = value
      const figure = {
        ...value,
        ...(value.value !== null && { coverage: coverage.of(delivering, period) }),
        ...(breaks.length > 0 && { brokenOn: brokenOn(breaks, range, owners?.[0]) })
      }
      return gate.publish(figure, {
        owners: owners ?? authorityIds,
        events: [{ type, authorityIds: concerned, areas, range, breakdown }],
        observations: byPeriod[period]?.observed?.sources ?? []
      }, SERIES_VALUE)
    })
    return { ids, values }
  }
}

function areasOf (ward: number | undefined, street: number | undefined, filters: SeriesQuery['filters']): Areas {
  const wards = ward === undefined ? filters.ward : [ward]
  const streets = street === undefined ? filters.street : [street]
  return { ...(wards && { wards }), ...(streets && { streets }) }
}

function delivers (
  directory: Directory, { authorities, service }: SeriesQuery, authorityId: number | undefined
): boolean {
  const one = authorityId === undefined ? undefined : directory.authorityById.get(authorityId)
  const concerned = one === undefined ? authorities : [one]
  return concerned.some((authority) => directory.provision(authority, service).delivers !== 'no')
}
