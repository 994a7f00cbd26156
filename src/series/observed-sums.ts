import type { Authority } from '../catalogue/directory.ts'
import type { ObservationSource } from '../disclosure/observation-suppression.ts'
import { inAll, lengthOf, type Figure } from '../domain/kpi/cover.ts'
import type { DateRange } from '../domain/period.ts'
import type { CountMeasure } from '../observations/count-measures.ts'
import type { ObservationBook, Subdivision } from '../observations/observation-book.ts'
import type { Dimension } from './cell.ts'

/** A sum over some days. `whole`: it is about all of them; `used` are the observations that it is made of. */
export interface PartialSum {
  ids: Partial<Record<Dimension, number>>
  count: number
  whole: boolean
  used: Figure[]
  /** Where the observations come from, for the gate. */
  sources: ObservationSource[]
}

/**
 * What observations say of some days, one sum for each channel, outcome or ward that they tell apart. No sum: they do
 * not say. Observations know wards or channels, not both, and no streets.
 */
export function observedSums (
  book: ObservationBook,
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
      // What is sent for some of the days is not 0 on the others.
      const covered = inAll(sent.filter(({ needed }) => needed || byOutcome).map((one) => one.covered))
      return [{
        ids: {
          authority: authority.id,
          ...(subdivision.kind !== 'whole' && { [subdivision.kind]: subdivision.id }),
          ...(byOutcome && { outcome: valued[0]?.outcome ?? 0 })
        },
        count: valued.reduce((total, { value }) => total + (value ?? 0), 0),
        whole: lengthOf(covered) === range.end - range.start,
        used: valued.flatMap(({ used }) => used),
        sources: valued.map(({ measure }) => ({ book, authority, measure, subdivision: subdivision.kind, range }))
      }]
    })
  )
}

function subdivisionsOf (
  book: ObservationBook,
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
