import { brokenOn } from '../catalogue/breaks.ts'
import { workedOut, type Gate, type Published } from '../disclosure/gate.ts'
import { exact } from '../domain/exact.ts'
import type { DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { Status } from '../domain/status.ts'
import { addReleased } from '../releases/reader.ts'
import type { Released, ReleasedPlace, Weights } from '../releases/released-counts.ts'
import { ownersOf } from './owners.ts'
import { dimensionsOf } from './dimensions.ts'
import type { SeriesPlan } from './plan.ts'
import type { Dimension } from './sum-query.ts'
import { SERIES_VALUE, type SeriesValue } from './values.ts'

/** The groups of a question as far as their figures come from releases: by ward or street, for the public. */
export class ReleasedGroups {
  readonly #gate: Gate
  readonly #plan: SeriesPlan

  constructor (gate: Gate, plan: SeriesPlan) {
    this.#gate = gate
    this.#plan = plan
  }

  /** Every group that may have anything: a row that is left out would say that it is 0. */
  keys (): Set<string> {
    const { query: { groupBy, filters, merging } } = this.#plan
    const keys = new Set<string>()
    for (const authority of this.#plan.released) {
      for (const { ward, street = 0 } of this.#placesOf(authority, {})) {
        for (const [outcome, channel] of this.#groupsOf(authority)) {
          if (filters.channel?.includes(channel) === false || filters.outcome?.includes(outcome) === false) continue
          for (const group of merging.groupsOf(authority)) {
            const ids: Partial<Record<Dimension, number>> = { authority: group, ward, street, channel, outcome }
            keys.add(groupBy.map((dimension) => ids[dimension]).join(' '))
          }
        }
      }
    }
    return keys
  }

  /** The authorities with releases that a group's figures belong to. */
  ownersOf (ids: readonly number[]): number[] {
    const { directory, query, released } = this.#plan
    const owners = ownersOf(directory, query, ids)
    return owners === undefined ? released : released.filter((id) => owners.includes(id))
  }

  /** Whether live figures of other authorities belong to the group as well. */
  concernsOthers (ids: readonly number[]): boolean {
    const { directory, query, sums } = this.#plan
    const owners = ownersOf(directory, query, ids)
    return owners === undefined ? sums.authorityIds.length > 0 : sums.authorityIds.some((id) => owners.includes(id))
  }

  values (
    ids: readonly number[], owners: readonly number[], expected: readonly boolean[]
  ): Array<Published<SeriesValue>> {
    const { query, breaks, sums: { type } } = this.#plan
    const asked = this.#asked(ids)
    const weights = this.#weights(asked)
    const isExpected = (period: number): boolean => expected[period] === true
    // Where nothing is expected and nothing was ever released, nothing is to come.
    const isReleased = owners.some((id) => this.#gate.released(type, id).length > 0)
    const places = owners.map((id) => [id, this.#placesOf(id, asked)] as const)
    return query.periods.map((range, period) => {
      const counts = places.map(([id, some]) => this.#gate.count(type, id, some, range, weights))
      const coverage = () => meanOf(owners.map((id) => this.#gate.coverage(type, id, range)))
      const value = workedOut(counts, (some) => ({
        ...toValue(range, isReleased || isExpected(period) ? addReleased(some) : NOTHING, isExpected(period), coverage),
        ...(breaks.length > 0 && { brokenOn: brokenOn(breaks, range, owners[0]) })
      }))
      return this.#gate.round(value, owners, SERIES_VALUE)
    })
  }

  /** What a group is filtered by: its own ids, else the filters of the question. */
  #asked (ids: readonly number[]): Partial<Record<Dimension, readonly number[]>> {
    const { query: { groupBy, filters } } = this.#plan
    return { ...filters, ...Object.fromEntries(groupBy.map((dimension, i) => [dimension, [ids[i] ?? 0]])) }
  }

  #weights ({ outcome, channel }: Partial<Record<Dimension, readonly number[]>>): Weights {
    return (ofOutcome, ofChannel) =>
      outcome?.includes(ofOutcome) === false || channel?.includes(ofChannel) === false ? 0 : 1
  }

  #placesOf (
    authorityId: number, { ward, street }: Partial<Record<Dimension, readonly number[]>>
  ): ReleasedPlace[] {
    const { directory, query, sums } = this.#plan
    const wards = ward ?? query.filters.ward
    const years = this.#gate.released(sums.type, authorityId)
    const isIn = (of: number): boolean => wards?.includes(of) !== false
    if (!dimensionsOf(query).includes('street')) {
      const own = new Set(years.flatMap((year) => year.wards))
      // A ward without anything released yet is asked for as well.
      for (const id of wards ?? []) {
        if (id === 0 || directory.hasArea(authorityId, id)) own.add(id)
      }
      return [...own].filter(isIn).map((id) => ({ ward: id }))
    }
    const streets = street ?? query.filters.street
    const ofAuthority = this.#streets(authorityId)
    const places = streets === undefined
      ? [...ofAuthority.values()].flat()
      : [...new Set(streets)].flatMap((one) => ofAuthority.get(one) ?? [])
    return places.filter((place) => isIn(place.ward))
  }

  // Looked up once for all groups: each of thousands of streets is one.
  readonly #streets = remembered((authorityId: number): Map<number, Array<Required<ReleasedPlace>>> => {
    const found = this.#gate.released(this.#plan.sums.type, authorityId).flatMap((year) => year.streets())
    const places = new Map(found.map((place) => [`${place.ward} ${place.street}`, place]))
    return Map.groupBy(places.values(), (place) => place.street)
  })

  /** The outcomes and channels that the authority's own figures have, each pair once. */
  #groupsOf (authorityId: number): Array<[outcome: number, channel: number]> {
    const pairs = this.#gate.released(this.#plan.sums.type, authorityId).flatMap(({ shape }) => shape.groups)
    return [...new Map(pairs.map(([outcome, channel]): [string, [number, number]] =>
      [`${outcome} ${channel}`, [outcome, channel]])).values()]
  }
}

const NOTHING: Released = { status: 'nothing' }

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)

function toValue (range: DateRange, released: Released, isExpected: boolean, coverage: () => number): SeriesValue {
  if (released.status === 'nothing') return { range, value: null, status: isExpected ? 'missing' : 'not-delivered' }
  if (released.status !== 'released') return { range, value: null, status: released.status }
  const status: Status = released.revised ? 'revised' : released.value === 0 ? 'zero' : 'ok'
  const { basis } = released
  const value = exact(released.value)
  return { range, value, status, coverage: coverage(), ...(basis !== 'events' && { counted: { basis, notes: [] } }) }
}
