import { overlaps, type DateRange } from '../domain/period.ts'
import type { Authority, Directory } from './directory.ts'
import { withGrace } from './wards.ts'
import { APART, type Merging } from './merging.ts'

/**
 * A day before which figures cannot be compared with those from it on. `wards`: wards of an authority change, by their
 * codes. `authority`: it took the place of others (`ended`, slugs), whose figures are added to its own before that day;
 * `leftOut`: predecessors that were split, which are not.
 */
export interface Break {
  on: number
  authority: Authority
  reason: 'wards' | 'authority'
  ended: string[]
  begun: string[]
  leftOut: string[]
}

/** The days within a range on which authorities took the place of those that a question adds to them. */
export function mergersIn (
  directory: Directory,
  { named, merging }: { named: readonly Authority[], merging: Merging },
  range: DateRange
): Break[] {
  if (merging === APART) return []
  return named.flatMap((authority): Break[] => {
    const members = merging.membersOf(authority.id).flatMap((id) => directory.authorityById.get(id) ?? [])
    const split = directory.splitPredecessorsOf(authority)
    const days = new Set([...members.slice(1), ...split].map(({ to }) => to + 1))
    return [...days].filter((day) => day > range.start && day < range.end).sort((a, b) => a - b).map((on) => ({
      on,
      authority,
      reason: 'authority',
      ended: members.slice(1).filter(({ to }) => to + 1 === on).map(({ slug }) => slug),
      begun: members.filter(({ from }) => from === on).map(({ slug }) => slug),
      leftOut: split.filter(({ to }) => to + 1 === on).map(({ slug }) => slug)
    }))
  })
}

/** The boundary changes within a range, the first day of the range left out. */
export function breaksIn (directory: Directory, authorities: readonly Authority[], range: DateRange): Break[] {
  return authorities.flatMap((authority) => {
    const areas = directory.areasOf(authority)
    const days =
      new Set(areas.flatMap(({ from, to }) => [from, to + 1]).filter((day) => day > range.start && day < range.end))
    return [...days].sort((a, b) => a - b).map((on) => ({
      on,
      authority,
      reason: 'wards' as const,
      leftOut: [],
      ended: areas.filter(({ to }) => to + 1 === on).map(({ code }) => code),
      begun: areas.filter(({ from }) => from === on).map(({ code }) => code)
    }))
  })
}

/** The first day in a period on which the wards of an authority (of any, if left out) change. */
export function brokenOn (
  breaks: readonly Break[], range: DateRange, authorityId: number | undefined
): number | undefined {
  return breaks.find(({ on, authority }) =>
    on >= range.start && on < range.end && (authorityId === undefined || authority.id === authorityId)
  )?.on
}

/**
 * The authority of a ward: the one that a group names, else the one asked for that has it; undefined for an unknown
 * ward.
 */
export function ownerOf (
  directory: Directory, wardId: number, authorityId: number | undefined, asked: readonly Authority[]
): number | undefined {
  if (authorityId !== undefined) return authorityId
  const area = directory.areaById.get(wardId)
  return area && (directory.holdersOf(area).find((one) => asked.includes(one))?.id ?? area.authority_id)
}

/** Whether the ward exists on any day of the range. The unknown ward always does. */
export function existsIn (directory: Directory, wardId: number, range: DateRange): boolean {
  const area = directory.areaById.get(wardId)
  return area === undefined || (area.from < range.end && area.to >= range.start)
}

/** Whether the ward may have existed in the range, as far as its dates are sure. */
export function mayExistIn (directory: Directory, wardId: number, range: DateRange): boolean {
  const area = directory.areaById.get(wardId)
  return area === undefined || overlaps(withGrace(area), range)
}
