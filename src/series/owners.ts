import type { Directory } from '../catalogue/directory.ts'
import type { SeriesQuery } from './parse.ts'

/**
 * The authorities that a group's values belong to (`ids` in the order of `groupBy`): the authority of the group, else
 * that of its ward, or those of the wards filtered by. Undefined: all the authorities asked for.
 */
export function ownersOf (
  directory: Directory, { groupBy, filters }: SeriesQuery, ids: readonly number[]
): number[] | undefined {
  const authorityId = ids[groupBy.indexOf('authority')]
  if (authorityId !== undefined) return [authorityId]
  const ward = ids[groupBy.indexOf('ward')]
  const wards = ward === undefined ? filters.ward ?? [0] : [ward]
  const owners = wards.flatMap((id) => directory.areaById.get(id)?.authority_id ?? [])
  return owners.length < wards.length ? undefined : [...new Set(owners)] // the unknown ward may be of any authority
}

/** Whether wards decide which authority a value belongs to, so that it matters which authority reported. */
export function asksOwners ({ authorities, groupBy, filters }: SeriesQuery): boolean {
  return authorities.length > 1 && (groupBy.includes('ward') || filters.ward !== undefined)
}
