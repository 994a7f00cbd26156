import type { Authority, Directory } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import { POPULATION_YEAR } from '../domain/kpi/population.ts'
import { ProblemError } from '../errors.ts'

/** Population bands, in residents: from, up to but not including the next. */
export const POPULATION_BANDS = [0, 100_000, 200_000, 300_000, 500_000] as const
/** By what authorities are near: the title of a model, with its source and date, or `population`. */
export interface GroupBasis { model: string, source: string | null, date: string | null }

const NEAREST = 'nearest:'
/** How many neighbours `nearest:` takes at most, beside the authority itself. */
const NEIGHBOURS = 15

/**
 * The authorities of a comparator group, of those given: `all`, `type:county`, `region:West Midlands`, `nation:Wales`,
 * `population-band:200000` (the band in which that number lies) or `population-band:solihull` (the band of an
 * authority), `nearest:solihull` (its 15 nearest by the loaded model of neighbours, by population without one or where
 * it leaves the authority out, and itself), or the slug of a named group. Throws `ProblemError` (unknown-group) for any
 * other.
 */
export function inGroup (
  directory: Directory, group: string, authorities: readonly Authority[]
): { members: Authority[], basis: GroupBasis | null } {
  if (group.startsWith(NEAREST)) {
    const centre = known(directory.authority(group.slice(NEAREST.length)), 'unknown-authority', 'authority')
    return nearestTo(directory, centre, authorities)
  }
  return { members: membersOf(directory, group, authorities), basis: null }
}

function membersOf (directory: Directory, group: string, authorities: readonly Authority[]): Authority[] {
  const colon = group.indexOf(':')
  const [kind, value] = colon === -1 ? [group, ''] : [group.slice(0, colon), group.slice(colon + 1)]
  switch (kind) {
    case 'all':
      return [...authorities]
    case 'type':
    case 'region':
    case 'nation':
      return some(group, directory.everyAuthority, authorities, (authority) =>
        authority[kind]?.toLowerCase() === value.toLowerCase())
    case 'population-band':
      return inBand(directory, group, value, authorities)
    default: {
      const named = directory.kpis.groups.get(group)
      if (named === undefined) throw unknownGroup(group)
      return authorities.filter(({ id }) => named.authorities.includes(id))
    }
  }
}

function some (
  group: string, all: readonly Authority[], authorities: readonly Authority[], fits: (authority: Authority) => boolean
): Authority[] {
  if (!all.some(fits)) throw unknownGroup(group)
  return authorities.filter(fits)
}

function inBand (directory: Directory, group: string, value: string, authorities: readonly Authority[]): Authority[] {
  const population = /^\d+$/.test(value)
    ? Number(value)
    : known(directory.authority(value), 'unknown-authority', 'authority').population
  if (population === null) throw unknownGroup(group)
  const from = POPULATION_BANDS.findLast((bound) => bound <= population) ?? 0
  const to = POPULATION_BANDS.find((bound) => bound > population) ?? Infinity
  return authorities.filter((authority) =>
    authority.population !== null && authority.population >= from && authority.population < to
  )
}

function nearestTo (
  { kpis: { neighbours } }: Directory, centre: Authority, authorities: readonly Authority[]
): { members: Authority[], basis: GroupBasis } {
  const ranked = neighbours.of(centre.id)
  if (neighbours.model === undefined || ranked === undefined) {
    return {
      members: nearestByPopulation(centre, authorities),
      basis: { model: 'population', source: `Residents, mid-${POPULATION_YEAR}`, date: null }
    }
  }
  const { title: model, source, published_on: date } = neighbours.model
  const there = new Set(authorities.map(({ id }) => id))
  const nearest = new Set(ranked.filter(({ id }) => there.has(id)).slice(0, NEIGHBOURS).map(({ id }) => id))
  return {
    members: authorities.filter((authority) => authority === centre || nearest.has(authority.id)),
    basis: { model, source, date }
  }
}

function nearestByPopulation (centre: Authority, authorities: readonly Authority[]): Authority[] {
  const population = centre.population ?? 0
  const distance = (authority: Authority): number => Math.abs((authority.population ?? Infinity) - population)
  const others = authorities.filter((authority) => authority !== centre && authority.population !== null)
    .toSorted((a, b) => distance(a) - distance(b) || (a.slug < b.slug ? -1 : 1)).slice(0, NEIGHBOURS)
  return authorities.filter((authority) => authority === centre || others.includes(authority))
}

function unknownGroup (group: string): ProblemError {
  return new ProblemError(
    'unknown-group',
    `There is no comparator group ${group}; use all, type:, region:, nation:, population-band:, ` +
      'nearest:<authority> or a word from /v1/comparator-groups.'
  )
}
