import { brokenOn } from '../catalogue/breaks.ts'
import type { Authority, Directory } from '../catalogue/directory.ts'
import { APART } from '../catalogue/merging.ts'
import { workedOut, type Gate, type Published, type Sources } from '../disclosure/gate.ts'
import { largestOf } from '../domain/largest.ts'
import { wholeRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { mapInSlices } from '../domain/slices.ts'
import { addUpAuthorities } from './add-up.ts'
import { checkSize } from './check-size.ts'
import { compareGroups } from './names.ts'
import { placeOf } from './coverage.ts'
import { ownersOf, sendersOf } from './owners.ts'
import type { SeriesPlan } from './plan.ts'
import type { SeriesQuery } from './parse.ts'
import { ReleasedGroups } from './released-groups.ts'
import type { Found } from './read.ts'
import type { Sum } from './sum.ts'
import { addValues, fill, kindOf, type SeriesValue } from './values.ts'

/** A group's values, one for each period, as the viewer may see them; ids in the order of the question's `groupBy`. */
export interface PublishedGroup { ids: number[], values: Array<Published<SeriesValue>> }

/** The groups to show, in no set order, or the `top` largest, largest first. Throws `ProblemError` for too many. */
export async function publish (gate: Gate, plan: SeriesPlan, found: Found): Promise<PublishedGroup[]> {
  const { directory, query: { groupBy, top }, query } = plan
  const sums = inGroups(query, notWithheld(gate, plan, found.sums))
  const groups = Map.groupBy(sums, (sum) => groupBy.map((dimension) => sum[dimension]).join(' '))
  const released = new ReleasedGroups(gate, plan)
  const make = remembered(groupMaker(gate, plan, found, groups, released))
  const keys = [...new Set([
    ...top === undefined ? plan.expected : [], ...groups.keys(), ...released.keys(), ...plan.closedGroups
  ])]
  checkSize(top === undefined ? keys.length : Math.min(top, keys.length), query)
  if (top === undefined) return await mapInSlices(keys, make)
  // What is withheld counts as nothing, or the order of the groups would give it away.
  const margin = gate.roundTo(plan.gate.authorityIds)
  return await largestOf(keys, top, {
    make,
    atMost: (key) => plan.released.length > 0
      ? Number.MAX_VALUE // what was released is looked up, and is not known before
      : (groups.get(key) ?? []).reduce((sum, { count }) => sum + count + margin, 0),
    sumOf: total,
    compare: compareGroups(directory, query)
  })
}

// Of means and shares there is no sum: of amounts add up the pence, of durations how many there are.
const total = ({ values }: PublishedGroup): number =>
  values.reduce((sum, { value, statistics }) => sum + (statistics?.sum ?? statistics?.count ?? value ?? 0), 0)

const NOTHING: Sources = { owners: [], range: { start: 0, end: 0 }, events: [], observations: [] }

/** The sums without those of days that are not published yet: they would tell which groups there are. */
function notWithheld (gate: Gate, { directory, query, gate: { authorityIds } }: SeriesPlan, sums: Sum[]): Sum[] {
  const { groupBy, periods } = query
  if (!authorityIds.some((id) => gate.withholds(id, wholeRange(periods)))) return sums
  return sums.filter((sum) => {
    const range = periods[sum.period]
    const owners = ownersOf(directory, query, groupBy.map((dimension) => sum[dimension] ?? 0)) ?? authorityIds
    return range !== undefined && !owners.some((id) => gate.withholds(id, range))
  })
}

/** Makes a group by its key: of live sums, of what was released, or of both for authorities of both kinds. */
function groupMaker (
  gate: Gate,
  plan: SeriesPlan,
  { reported, counted, isRevised, sent, senders: ofDetails, coverage }: Found,
  groups: ReadonlyMap<string, Sum[]>,
  released: ReleasedGroups
): (key: string) => PublishedGroup {
  const { directory, query, breaks, breakdown, sums: { type, authorityIds } } = plan
  const { groupBy } = query
  const closed = new Set(plan.closed)
  const kind = kindOf(query)
  const ofPeriods = remembered((authority: Authority) =>
    query.periods.map((range) => directory.expects(authority, query.service, range))
  )
  // In which periods anything is expected of any of the authorities (all, if left out).
  const expected = (ids: readonly number[] | undefined): boolean[] => {
    const concerned = ids === undefined ? query.authorities : authoritiesWith(directory, ids)
    const some = concerned.map(ofPeriods)
    return query.periods.map((_, period) => some.some((one) => one[period]))
  }
  const expectedOf = remembered((ids: string) =>
    expected(ids === '' ? undefined : ids.split(' ').map(Number))
  )
  // Share the values of silent groups: of hundreds of authorities most may be silent.
  const silence = remembered((delivered: string) =>
    fill(query, [], () => false, () => false, (period) => delivered[period] === '1')
      .map((value) => gate.publish(value, NOTHING, kind))
  )
  const live = (ids: number[], key: string): Array<Published<SeriesValue>> => {
    const owners = ownersOf(directory, query, ids)
    const isExpected = expectedOf((owners ?? []).join(' '))
    const all = owners ?? plan.gate.authorityIds
    const ofOutcomes = sendersOf(query, ids, sent, owners)
    const senders = ofDetails === undefined ? ofOutcomes : ofDetails.of(query, ids, ofOutcomes ?? all)
    const sums = groups.get(key)
    const isSilent = sums === undefined && !reported.ever(senders) && breaks.length === 0
    const isClosed = closed.size > 0 && all.some((id) => closed.has(id))
    if (isSilent && !isClosed && !all.some((id) => gate.withholds(id, wholeRange(query.periods)))) {
      return silence(isExpected.map(Number).join(''))
    }
    const concernedBy = authoritiesWith(directory, owners ?? authorityIds)
    const byPeriod: Sum[] = []
    for (const sum of sums ?? []) byPeriod[sum.period] = sum
    const authorityId = ids[groupBy.indexOf('authority')]
    const concerned = authorityId === undefined
      ? authorityIds
      : query.merging.membersOf(authorityId).filter((id) => authorityIds.includes(id))
    return fill(
      query,
      byPeriod,
      (period) => reported.in(period, senders),
      (period) => isRevised(period, owners ?? authorityIds),
      (period) => isExpected[period] === true
    ).map((value, period) => {
      const { range } = value
      const figure = {
        ...value,
        ...(value.value !== null && {
          coverage: coverage.of(concernedBy, period, (one) => ofPeriods(one)[period] === true)
        }),
        ...(breaks.length > 0 && { brokenOn: brokenOn(breaks, range, owners?.[0]) })
      }
      return gate.publish(figure, {
        owners: all,
        range,
        events: concerned.flatMap((id) =>
          (counted?.get(placeOf(id, period))?.events ?? [range]).map((days) =>
            ({ type, authorityIds: [id], range: days, breakdown })
          )
        ),
        observations: byPeriod[period]?.observed?.sources ?? [],
        details: plan.reads === 'details'
      }, kind)
    })
  }
  return (key) => {
    const ids = key === '' ? [] : key.split(' ').map(Number)
    const owners = released.ownersOf(ids)
    if (owners.length === 0) return { ids, values: live(ids, key) }
    const fromReleases = released.values(ids, owners, expectedOf(owners.join(' ')))
    if (!released.concernsOthers(ids)) return { ids, values: fromReleases }
    const values = live(ids, key).map((value, period) => {
      const other = fromReleases[period]
      return other === undefined ? value : workedOut([value, other], ([a, b]) => addValues(a ?? value, b ?? value))
    })
    return { ids, values }
  }
}

const authoritiesWith = (directory: Directory, ids: readonly number[]): Authority[] =>
  ids.flatMap((id) => directory.authorityById.get(id) ?? [])

/** Sums by authority are those of the groups that it is in. */
function inGroups ({ groupBy, merging }: SeriesQuery, sums: readonly Sum[]): readonly Sum[] {
  if (merging === APART || !groupBy.includes('authority')) return sums
  return addUpAuthorities(
    groupBy,
    sums.flatMap((sum) => merging.groupsOf(sum.authority ?? 0).map((authority) => ({ ...sum, authority })))
  )
}
