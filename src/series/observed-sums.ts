import type { Authority } from '../catalogue/directory.ts'
import type { ObservationSource } from '../disclosure/observation-suppression.ts'
import { exact } from '../domain/exact.ts'
import { inAll, lengthOf, type ObservedValue } from '../domain/kpi/cover.ts'
import type { DateRange } from '../domain/period.ts'
import type { CountMeasure } from '../observations/count-measures.ts'
import type { ObservationIndex, Subdivision } from '../observations/observation-index.ts'
import type { Dimension } from './sum-query.ts'

/** A sum over a range. `whole`: it covers all days of the range; `used` are the observations that it is made of. */
export interface PartialSum {
  ids: Partial<Record<Dimension, number>>
  count: number
  whole: boolean
  used: ObservedValue[]
  /** Where the observations come from, for the gate. */
  sources: ObservationSource[]
}

/**
 * The sums of observations over a range, one for each channel, outcome or ward that is grouped or filtered by; none
 * where they give no value. Observations are by ward or by channel, not by both, and never by street.
 */
export function observedSums (
  book: ObservationIndex,
  measures: readonly CountMeasure[],
  authority: Authority,
  range: DateRange,
  dimensions: ReadonlySet<Dimension>
): PartialSum[] {
  if (dimensions.has('street') || (dimensions.has('ward') && dimensions.has('channel'))) return []
  const byOutcome = dimensions.has('outcome')
  const terms = byOutcome
    ? measures.filter(({ outcome }) => outcome !== undefined).map((one) => [one])
    : [measures.filter(({ inTotal }) => inTotal)]
  return subdivisionsOf(book, measures, authority, range, dimensions).flatMap((subdivision) =>
    terms.flatMap((ofTerm): PartialSum[] => {
      const sent = ofTerm.filter(({ measure }) => book.touches(authority, measure, subdivision, range)).map((one) => ({
        ...one, ...book.over(authority, one.measure, subdivision, range)
      }))
      const valued = sent.filter(({ value }) => value !== null)
      if (valued.length === 0) return []
      // A measure that was sent for some of the days is not 0 on the others.
      const covered = inAll(sent.filter(({ needed }) => needed || byOutcome).map((one) => one.covered))
      return [{
        ids: {
          authority: authority.id,
          ...(subdivision.kind !== 'whole' && { [subdivision.kind]: subdivision.id }),
          ...(byOutcome && { outcome: valued[0]?.outcome ?? 0 })
        },
        count: exact(valued.reduce((total, { value }) => total + (value ?? 0), 0)),
        whole: lengthOf(covered) === range.end - range.start,
        used: valued.flatMap(({ used }) => used),
        sources: valued.map(({ measure }) => ({ book, authority, measure, subdivision: subdivision.kind, range }))
      }]
    })
  )
}

function subdivisionsOf (
  book: ObservationIndex,
  measures: readonly CountMeasure[],
  authority: Authority,
  range: DateRange,
  dimensions: ReadonlySet<Dimension>
): Subdivision[] {
  if (dimensions.has('channel')) {
    const ids = new Set(measures.flatMap(({ measure }) => [...book.byChannel(authority, measure, range).keys()]))
    ids.delete(0) // an observation without a channel is for all of them
    return [...ids].map((id) => ({ kind: 'channel', id }))
  }
  if (dimensions.has('ward')) {
    const ids = new Set(measures.flatMap(({ measure }) => book.wardsOf(authority, measure)))
    return [...ids].map((id) => ({ kind: 'ward', id }))
  }
  return [{ kind: 'whole' }]
}
