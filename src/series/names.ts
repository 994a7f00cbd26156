import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { OUTCOME_OF_CODE } from '../domain/event.ts'
import { remembered } from '../domain/remembered.ts'
import type { Dimension } from './sum-query.ts'

/** As it is shown: the slug of an authority or channel, the code of a ward, the number of a street. */
export function nameOf (directory: Directory, dimension: Dimension, id: number): string {
  switch (dimension) {
    case 'authority': return directory.authorityById.get(id)?.slug ?? UNKNOWN
    case 'channel': return directory.channelById.get(id)?.slug ?? UNKNOWN
    case 'outcome': return OUTCOME_OF_CODE.get(id) ?? UNKNOWN
    case 'ward': return directory.areaById.get(id)?.code ?? UNKNOWN
    case 'street': return id === 0 ? UNKNOWN : String(id)
  }
}

/** The names of a group, whose ids are in the order of `groupBy`. */
export function groupNames (directory: Directory, groupBy: readonly Dimension[], ids: readonly number[]): string[] {
  return groupBy.map((dimension, i) => nameOf(directory, dimension, ids[i] ?? 0))
}

/** Puts groups in the order of their names, the first dimension first. */
export function compareGroups<Group extends { ids: readonly number[] }> (
  directory: Directory, groupBy: readonly Dimension[]
): (a: Group, b: Group) => number {
  const names = remembered(({ ids }: Group) => groupNames(directory, groupBy, ids))
  return (a, b) => compareNames(names(a), names(b))
}

function compareNames (a: readonly string[], b: readonly string[]): number {
  for (const [i, name] of a.entries()) {
    const other = b[i] ?? ''
    if (name !== other) return name < other ? -1 : 1
  }
  return 0
}
