import type { Range } from '../domain/period.ts'
import type { Authority, Directory } from './directory.ts'

/** A day on which an authority's wards change: figures by ward before it cannot be compared with those from it on. */
export interface Break { on: number, authority: Authority, ended: string[], begun: string[] }

/** The boundary changes within a range, the first day of the range left out. */
export function breaksIn (directory: Directory, authorities: readonly Authority[], range: Range): Break[] {
  return authorities.flatMap((authority) => {
    const areas = directory.areasOf(authority)
    const days = new Set(areas.flatMap(({ from, to }) => [from, to + 1]).filter((day) => day > range.start && day < range.end))
    return [...days].sort((a, b) => a - b).map((on) => ({
      on,
      authority,
      ended: areas.filter(({ to }) => to + 1 === on).map(({ code }) => code),
      begun: areas.filter(({ from }) => from === on).map(({ code }) => code)
    }))
  })
}
