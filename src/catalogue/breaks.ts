import type { DateRange } from '../domain/period.ts'
import type { Authority, Directory } from './directory.ts'

/** A day on which an authority's wards change: figures by ward before it cannot be compared with those from it on. */
export interface Break { on: number, authority: Authority, ended: string[], begun: string[] }

/** The boundary changes within a range, the first day of the range left out. */
export function breaksIn (directory: Directory, authorities: readonly Authority[], range: DateRange): Break[] {
  return authorities.flatMap((authority) => {
    const areas = directory.areasOf(authority)
    const days =
      new Set(areas.flatMap(({ from, to }) => [from, to + 1]).filter((day) => day > range.start && day < range.end))
    return [...days].sort((a, b) => a - b).map((on) => ({
      on,
      authority,
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

/** The authority of a ward: the one that a group names, else the ward's own; undefined for an unknown ward. */
export function ownerOf (directory: Directory, wardId: number, authorityId: number | undefined): number | undefined {
  return authorityId ?? directory.areaById.get(wardId)?.authority_id
}

/** Whether the ward exists on any day of the range. The unknown ward always does. */
export function existsIn (directory: Directory, wardId: number, range: DateRange): boolean {
  const area = directory.areaById.get(wardId)
  return area === undefined || (area.from < range.end && area.to >= range.start)
}
