import { UNKNOWN, type Directory } from '../catalogue/directory.ts'
import { OUTCOME_OF_CODE } from '../domain/event.ts'
import { remembered } from '../domain/remembered.ts'
import type { SeriesQuery } from './parse.ts'
import type { SumDimension } from './sum-query.ts'

/** As it is shown: the slug of an authority or channel, the code of a ward, the number of a street. */
export function nameOf (directory: Directory, dimension: SumDimension, id: number): string {
  switch (dimension) {
    case 'authority': return directory.authorityById.get(id)?.slug ?? UNKNOWN
    case 'channel': return directory.channelById.get(id)?.slug ?? UNKNOWN
    case 'outcome': return OUTCOME_OF_CODE.get(id) ?? UNKNOWN
    case 'ward': return directory.areaById.get(id)?.code ?? UNKNOWN
    case 'street': return id === 0 ? UNKNOWN : String(id)
  }
}

type Named = Pick<SeriesQuery, 'groupBy' | 'attribute'>

/** What a group is called by: `channel`, or `attribute:reason`. */
export const groupKeys = ({ groupBy, attribute }: Named): string[] =>
  groupBy.map((dimension) => dimension === 'attribute' ? `attribute:${attribute?.declared.name ?? ''}` : dimension)

/** The names of a group, whose ids are in the order of `groupBy`. */
export function groupNames (directory: Directory, { groupBy, attribute }: Named, ids: readonly number[]): string[] {
  return groupBy.map((dimension, i) =>
    dimension === 'attribute'
      ? attribute?.values.nameOf(ids[i] ?? 0) ?? UNKNOWN
      : nameOf(directory, dimension, ids[i] ?? 0)
  )
}

/** Puts groups in the order of their names, the first dimension first; values of attributes in their own order. */
export function compareGroups<Group extends { ids: readonly number[] }> (
  directory: Directory, query: Named
): (a: Group, b: Group) => number {
  const names = remembered(({ ids }: Group) => groupNames(directory, query, ids))
  const at = query.groupBy.indexOf('attribute')
  const compareValues = (a: Group, b: Group): number =>
    query.attribute?.values.compare(a.ids[at] ?? 0, b.ids[at] ?? 0) ?? 0
  return (a, b) => {
    const [own, other] = [names(a), names(b)]
    const i = own.findIndex((name, n) => name !== other[n])
    if (i === -1) return 0
    return i === at ? compareValues(a, b) : (own[i] ?? '') < (other[i] ?? '') ? -1 : 1
  }
}
