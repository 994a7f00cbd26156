import { isUnknown, type Directory, type Service } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { OUTCOMES, type EventType, type Outcome } from '../domain/event.ts'

/** A measure that stands for events; `outcome` is left out where it does not say how they ended. */
export interface CountMeasure {
  measure: Measure
  outcome?: number
  /** A part of another measure (confirmed misses are reports too) is no part of the total. */
  inTotal: boolean
  /** Whether a total needs it for every day, if it is sent at all. */
  needed: boolean
}

/** A total does without failures: councils send no observation of them where nobody failed. */
export const isNeeded = ({ slug }: Pick<Measure, 'slug'>): boolean => slug !== 'transactions_failed'

/** The measures by which councils without events report how many transactions, journeys or ratings there were. */
export function countMeasures (directory: Directory, service: Service, type: EventType): CountMeasure[] {
  return MEASURES[type](service.denominator === 'collections_made').flatMap(({ slug, outcome, inTotal = true }) => {
    const measure = directory.kpis.measure(slug)
    return isUnknown(measure)
      ? []
      : [{ measure, inTotal, needed: isNeeded(measure), ...(outcome && { outcome: OUTCOMES[outcome] }) }]
  })
}

interface Named { slug: string, outcome?: Outcome, inTotal?: boolean }
const MEASURES: Record<EventType, (missedBins: boolean) => Named[]> = {
  transaction: (missedBins) => [
    // Of missed bins these are all reports, whatever became of them.
    { slug: 'transactions', ...(!missedBins && { outcome: 'completed' }) },
    { slug: 'transactions_failed', outcome: 'failed' },
    ...(missedBins ? [{ slug: 'misses_confirmed', outcome: 'confirmed', inTotal: false } as const] : [])
  ],
  journey: () =>
    (['started', 'completed', 'ineligible'] as const).map((outcome) => ({ slug: `journeys_${outcome}`, outcome })),
  rating: () => (['1', '2', '3', '4', '5'] as const).map((outcome) => ({ slug: `ratings_${outcome}`, outcome }))
}
