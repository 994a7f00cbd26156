import { existsIn, type Break } from '../catalogue/breaks.ts'
import { UNKNOWN } from '../catalogue/directory.ts'
import { mapInSlices } from '../domain/slices.ts'
import { workedOut, type Published } from '../disclosure/gate.ts'
import { compareGroups, groupKeys, groupNames } from './names.ts'
import type { SeriesPlan } from './plan.ts'
import type { PublishedGroup } from './publish.ts'
import type { SeriesValue } from './values.ts'

/** Values of one group, one for each period, aligned over all groups. */
export interface Series { group: Record<string, string>, values: Array<Published<SeriesValue>> }

export interface SeriesAnswer { series: Series[], breaks: Break[] }

/** Names the groups and puts them in the order of their names; the largest stay in the order of their size. */
export async function shape (plan: SeriesPlan, groups: readonly PublishedGroup[]): Promise<SeriesAnswer> {
  const { directory, query, query: { top }, breaks } = plan
  const ordered = top === undefined ? groups.toSorted(compareGroups(directory, query)) : groups
  const keys = groupKeys(query)
  return {
    series: await mapInSlices(ordered, (group) => {
      const names = groupNames(directory, query, group.ids)
      return {
        group: Object.fromEntries(keys.map((key, i) => [key, names[i] ?? UNKNOWN])),
        values: whileThere(plan, group)
      }
    }),
    breaks
  }
}

/** Takes out the zeros of periods in which none of the wards existed. */
function whileThere ({ directory, query: { groupBy, filters } }: SeriesPlan, group: PublishedGroup): Series['values'] {
  const wards = groupBy.includes('ward') ? [group.ids[groupBy.indexOf('ward')] ?? 0] : filters.ward
  if (wards === undefined) return group.values
  return group.values.map((published) =>
    published.value === 0 && !wards.some((ward) => existsIn(directory, ward, published.range))
      ? workedOut([published], () => nothing(published))
      : published
  )
}

const nothing = ({ range, brokenOn, counted }: SeriesValue): SeriesValue => ({
  range, value: null, status: 'missing', brokenOn, ...(counted && { counted })
})
