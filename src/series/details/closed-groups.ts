import type { Authority, Directory } from '../../catalogue/directory.ts'
import { OUTCOMES, OUTCOMES_OF } from '../../domain/event.ts'
import { wholeRange, type DateRange } from '../../domain/period.ts'
import { ProblemError } from '../../errors.ts'
import { checkSize } from '../check-size.ts'
import type { SeriesQuery } from '../parse.ts'
import type { Dimension } from '../sum-query.ts'

/**
 * Keys of every group that there may be of some authorities whose details a viewer may not see: a list of those that
 * there are would tell what there is. Throws `ProblemError` (forbidden) where they cannot be listed.
 */
export function closedGroups (directory: Directory, query: SeriesQuery, closed: readonly number[]): string[] {
  const keys = new Set<string>()
  for (const id of closed) {
    const authority = directory.authorityById.get(id)
    if (authority === undefined) continue
    const ids = query.groupBy.map((dimension) => idsOf(directory, query, authority, dimension))
    checkSize(keys.size + ids.reduce((groups, { length }) => groups * length, 1), query)
    const own = ids.reduce<string[][]>((groups, some) =>
      groups.flatMap((group) => some.map((one) => [...group, String(one)])), [[]])
    for (const group of own) keys.add(group.join(' '))
  }
  return [...keys]
}

function idsOf (directory: Directory, query: SeriesQuery, authority: Authority, dimension: Dimension): number[] {
  const { merging, type, periods, filters, attribute } = query
  switch (dimension) {
    case 'authority': return [...merging.groupsOf(authority.id)]
    case 'channel': return filters.channel ?? directory.channels.map(({ id }) => id)
    case 'outcome': return filters.outcome ?? OUTCOMES_OF[type].map((outcome) => OUTCOMES[outcome])
    case 'ward': return wardsOf(directory, authority, filters.ward, wholeRange(periods))
    case 'attribute': return (attribute?.wanted && [...attribute.wanted]) ?? attribute?.values.all ?? refuse(authority)
    case 'street': return filters.street ?? refuse(authority)
  }
}

function wardsOf (
  directory: Directory, authority: Authority, wanted: readonly number[] | undefined, days: DateRange
): number[] {
  if (wanted !== undefined) return wanted.filter((id) => id === 0 || directory.hasArea(authority.id, id))
  return [
    ...directory.areasOf(authority).filter(({ from, to }) => from < days.end && to >= days.start).map(({ id }) => id), 0
  ]
}

function refuse ({ slug }: Authority): never {
  throw new ProblemError(
    'forbidden',
    `Attributes, amounts and durations of ${slug} are not public at this level: not even a list of groups may tell ` +
      'what there is. Ask for whole authorities, or with a token that has the right `unsuppressed`.'
  )
}
