import type { Directory } from '../catalogue/directory.ts'
import { areOptional } from '../domain/event.ts'
import type { SeriesQuery } from './parse.ts'
import type { SentByAuthority } from './sum.ts'

/**
 * The authorities that a group's values belong to (`ids` in the order of `groupBy`): the authority of the group with
 * those that are added to it, else those asked for that have its ward, or the wards filtered by. Undefined: all the
 * authorities asked for.
 */
export function ownersOf (directory: Directory, query: SeriesQuery, ids: readonly number[]): number[] | undefined {
  const { groupBy, filters, merging } = query
  const authorityId = ids[groupBy.indexOf('authority')]
  if (authorityId !== undefined) return [...merging.membersOf(authorityId)]
  const ward = ids[groupBy.indexOf('ward')]
  const owners = new Set<number>()
  for (const id of ward === undefined ? filters.ward ?? [0] : [ward]) {
    const area = directory.areaById.get(id)
    if (area === undefined) return undefined // the unknown ward may be of any authority
    const asked = directory.holdersOf(area).filter((one) => query.authorities.includes(one))
    for (const one of asked) owners.add(one.id)
    if (asked.length === 0) owners.add(area.authority_id)
  }
  return [...owners]
}

/**
 * Whether wards decide which authority a value belongs to, or outcomes which of them count, so that it matters which
 * authority reported.
 */
export function asksOwners (query: SeriesQuery): boolean {
  const { authorities, groupBy, filters } = query
  return authorities.length > 1 && (groupBy.includes('ward') || filters.ward !== undefined || asksOutcomes(query))
}

/** Whether a question tells outcomes apart that a system may never send. */
export function asksOutcomes ({ groupBy, filters: { outcome }, type }: SeriesQuery): boolean {
  return type !== 'rating' && (groupBy.includes('outcome') || (outcome !== undefined && areOptional(outcome)))
}

/**
 * Those of the authorities that ever send the outcomes of a group (`ids` in the order of `groupBy`): the others have no
 * count of them, not 0.
 */
export function sendersOf (
  query: SeriesQuery, ids: readonly number[], sent: SentByAuthority, authorityIds: readonly number[] | undefined
): readonly number[] | undefined {
  const ofGroup = ids[query.groupBy.indexOf('outcome')]
  const outcomes = ofGroup === undefined ? query.filters.outcome ?? [] : [ofGroup]
  if (!asksOutcomes(query) || !areOptional(outcomes)) return authorityIds
  const all = authorityIds ?? query.authorities.map(({ id }) => id)
  return all.filter((id) => outcomes.some((outcome) => sent.get(id)?.outcomes.has(outcome) === true))
}
