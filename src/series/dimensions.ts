import type { SeriesQuery } from './parse.ts'
import type { Dimension } from './sum-query.ts'

/** The dimensions that a question groups or filters by, but for attributes that it filters by. */
export function dimensionsOf ({ groupBy, filters }: Pick<SeriesQuery, 'groupBy' | 'filters'>): Dimension[] {
  return [...groupBy, ...Object.keys(filters) as Dimension[]]
}
