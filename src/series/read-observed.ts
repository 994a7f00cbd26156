import { lifeWithin } from '../catalogue/authorities.ts'
import type { Authority } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { OBSERVATION_MARGIN } from '../disclosure/observation-suppression.ts'
import type { Session } from '../disclosure/session.ts'
import { exact } from '../domain/exact.ts'
import { intersect, lengthOf, type Covered } from '../domain/kpi/cover.ts'
import { wholeRange, type DateRange } from '../domain/period.ts'
import { ObservationIndex } from '../observations/observation-index.ts'
import { readObservations } from '../observations/store/read.ts'
import { addUpAuthorities } from './add-up.ts'
import { placeOf, type CountedDays } from './coverage.ts'
import type { SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import type { ReportedSums, Sum } from './sum.ts'

/**
 * Reads the observations of a measure. Flows add up and need every day of a period on which the authority is there; a
 * stock is the last of a period, of an authority that is there on its last day. What was not sent is missing, never 0.
 */
export async function readObserved (session: Session, plan: SeriesPlan): Promise<ReportedSums> {
  const { directory, query, sums: { authorityIds, serviceId }, maySuppress, gate } = plan
  const { measure: { observed: measure }, periods } = query
  const counted = new Map<string, CountedDays>()
  const found: ReportedSums = { sums: [], reported: new Reported(), counted, isRevised: () => false }
  if (measure === undefined) return found
  const range = wholeRange(periods)
  const margin = maySuppress || gate.level !== 'authority' ? OBSERVATION_MARGIN : 0
  const book = new ObservationIndex(
    directory,
    await readObservations(session.pool.within({ authorityIds }), {
      authorityIds, serviceId, measureIds: [measure.id], from: range.start - margin, to: range.end + margin
    })
  )
  const sums = query.authorities.flatMap((authority) => periods.flatMap((days, period) => {
    const own = sumsOf(plan, book, measure, authority, days).map((sum) => ({ ...sum, period }))
    const covered = own.length === 0 ? 0 : lengthOf([lifeWithin(authority, days)])
    counted.set(placeOf(authority.id, period), { events: [], counted: covered })
    return own
  }))
  return { ...found, sums: addUpAuthorities(query.groupBy, sums) }
}

/** One authority's values in a period, those of channels or wards that make one group added up. */
function sumsOf (
  { query: { groupBy, filters } }: SeriesPlan, book: ObservationIndex, measure: Measure, authority: Authority,
  range: DateRange
): Array<Omit<Sum, 'period'>> {
  const split = ['channel', 'ward'].find((one): one is 'channel' | 'ward' =>
    groupBy.some((dimension) => dimension === one) || one in filters)
  const parts = split === undefined
    ? [{ kind: 'whole' } as const]
    : idsOf(book, measure, authority, split, range)
      .filter((id) => filters[split]?.includes(id) !== false).map((id) => ({ kind: split, id }))
  const isGrouped = split !== undefined && groupBy.includes(split)
  const groups = isGrouped ? parts.map((part) => [part]) : [parts]
  return groups.flatMap((some) => {
    const values = some.filter((part) => book.touches(authority, measure, part, range)).map((part) =>
      ({ part, ...book.over(authority, measure, part, range) }))
    // What was sent for some of the days is not 0 on the others: nor is a sum of it.
    if (values.length === 0 || !values.every((value) => isWhole(measure, authority, range, value))) return []
    const [first] = some
    return [{
      authority: authority.id,
      ...(isGrouped && first !== undefined && 'id' in first && { [split]: first.id }),
      count: exact(values.reduce((sum, { value }) => sum + (value ?? 0), 0)),
      observed: {
        basis: 'counts' as const,
        used: values.flatMap(({ used }) => used),
        sources: values.map(({ part }) => ({ book, authority, measure, subdivision: part.kind, range }))
      }
    }]
  })
}

function idsOf (
  book: ObservationIndex, measure: Measure, authority: Authority, split: 'channel' | 'ward', range: DateRange
): number[] {
  if (split === 'ward') return book.wardsOf(authority, measure)
  // An observation without a channel is of all of them.
  return [...book.byChannel(authority, measure, range).keys()].filter((id) => id !== 0)
}

function isWhole (
  { kind }: Measure, authority: Authority, range: DateRange, { value, covered }: Covered
): boolean {
  const life = lifeWithin(authority, range)
  if (value === null || life.start === life.end) return false
  // Of one that ended in the period its successor says what there is at the end.
  if (kind === 'stock') return life.end === range.end
  return lengthOf(intersect(covered, [life])) === lengthOf([life])
}
