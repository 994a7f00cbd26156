import type { Directory } from '../catalogue/directory.ts'
import type { SeriesQuery } from './parse.ts'

/**
 * Whose a group's values are (`ids` in the order of `groupBy`): the authority's that it names, else those of its ward
 * or of the wards filtered by. undefined: of all the authorities asked for.
 */
export function ownersOf (
  directory: Directory, { groupBy, filters }: SeriesQuery, ids: readonly number[]
): number[] | undefined {
  const authorityId = ids[groupBy.indexOf('authority')]
  if (authorityId !== undefined) return [authorityId]
  const ward = ids[groupBy.indexOf('ward')]
  const wards = ward === undefined ? filters.ward ?? [0] : [ward]
  const owners = wards.flatMap((id) => directory.areaById.get(id)?.authority_id ?? [])
  return owners.length < wards.length ? undefined : [...new Set(owners)] // what has no ward may be anybody's
}

/** Whether wards say whose a value is, so that it matters which authority reported. */
export function asksOwners ({ authorities, groupBy, filters }: SeriesQuery): boolean {
  return authorities.length > 1 && (groupBy.includes('ward') || filters.ward !== undefined)
}
