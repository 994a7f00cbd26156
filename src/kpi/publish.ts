import { isUnknown, type Directory } from '../catalogue/directory.ts'
import type { Breakdown } from '../disclosure/breakdown.ts'
import type { EventSource, Gate, Kind, Published, Sources } from '../disclosure/gate.ts'
import type { ObservationSource } from '../disclosure/observation-suppression.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import {
  isEventTerm, isMeasureTerm, termsOf, type EventTerm, type KpiVersion, type Term
} from '../domain/kpi/definition.ts'
import { hasDetails } from '../domain/kpi/event-term.ts'
import { rate } from '../domain/kpi/evaluate.ts'
import { countsPeople } from '../domain/measure.ts'
import type { DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { mapInSlices } from '../domain/slices.ts'
import type { Subdivision } from '../observations/observation-index.ts'
import { membersOf } from './members.ts'
import type { KpiPlan } from './plan.ts'
import { eventTermsOf, type AuthorityPeriod, type KpiQuestion, type KpiValue } from './question.ts'
import type { Found } from './read.ts'
import { workOut } from './work-out.ts'

/**
 * Every value of a question as the viewer may see it: each authority in each period, split or not, silent ones
 * included. A value is suppressed whole where anything is that it is made of.
 */
export async function publish (gate: Gate, plan: KpiPlan, found: Found): Promise<Array<Published<KpiValue>>> {
  const { directory, question: { split }, all } = plan
  const kindOf = remembered((version: KpiVersion | undefined) => kindOfValue(directory, version))
  const members = await membersOf(gate, plan, found.tallier)
  const subdivisions = ({ authority }: AuthorityPeriod): Subdivision[] =>
    split === 'none'
      ? [{ kind: 'whole' }]
      : (members.get(authority.id) ?? []).map((id) => ({ kind: split, id }))
  const values = all.values().flatMap((period) => subdivisions(period).map((subdivision) => ({ period, subdivision })))
  return await mapInSlices(values, ({ period, subdivision }) =>
    gate.publish(
      workOut(plan, found, period, subdivision),
      sourcesOf(plan, found, period, subdivision),
      kindOf(period.version)
    )
  )
}

/** What a value is made of: events of the days that they were counted on, or the observations that stand for them. */
function sourcesOf (
  { directory, question, isReleased }: KpiPlan,
  { book, days, tallier }: Found,
  period: AuthorityPeriod,
  subdivision: Subdivision
): Sources {
  const { authority, version } = period
  const owners = [authority.id]
  const events: EventSource[] = []
  const observations: ObservationSource[] = []
  const addObservations = (name: string, range: DateRange): void => {
    const measure = directory.kpis.measure(name)
    if (isUnknown(measure)) return
    observations.push({ book, authority, measure, subdivision: subdivision.kind, range })
  }
  for (const term of version === undefined ? [] : termsOf(version)) {
    if (isMeasureTerm(term)) addObservations(term.measure, days.counted(period, subdivision).range)
    if (!isEventTerm(term) || isReleased(authority.id)) continue // a release has decided about events
    for (const range of days.ranges(period, term.events, subdivision)) {
      if (tallier.byEvents(range)) {
        events.push({
          type: EVENT_TYPES[term.events],
          authorityIds: owners,
          range,
          breakdown: breakdownOf(directory, question, term)
        })
      } else for (const measure of Object.keys(term.counts ?? {})) addObservations(measure, range)
    }
  }
  const counted = days.counted(period, subdivision).range
  const range = {
    start: Math.min(period.range.start, counted.start), end: Math.max(period.range.end, counted.end)
  }
  const details = version !== undefined && eventTermsOf(version).some(hasDetails)
  return { owners, range, events, observations, details }
}

// Where a service has digital classes of its own, they are no longer those of the plan: what may be published of
// channels may be published of any classes.
function breakdownOf (
  directory: Directory, { service, split }: KpiQuestion, { avoidable, classes, channels }: EventTerm
): Breakdown {
  if (avoidable === true) return 'avoidable'
  if (classes === undefined && channels === undefined && split !== 'channel') return 'outcome'
  const byChannel = split === 'channel' || channels !== undefined || directory.kpis.classDates(service.id).length > 0
  return byChannel ? 'channel' : 'digital-class'
}

/**
 * How the gate withholds, suppresses and rounds a value of a definition: both sides that count people, then the rate of
 * them.
 */
function kindOfValue (directory: Directory, version: KpiVersion | undefined): Kind<KpiValue> {
  const isOfPeople = (term: Term): boolean => {
    if (!isMeasureTerm(term)) return isEventTerm(term)
    const measure = directory.kpis.measure(term.measure)
    return !isUnknown(measure) && countsPeople(measure)
  }
  const side = (terms: readonly Term[] | null, value: number | null, round: (value: number) => number) =>
    value !== null && terms?.some(isOfPeople) === true ? round(value) : value
  return {
    withheld,
    isEmpty: ({ numerator, denominator }) => version === undefined || (numerator === null && denominator === null),
    suppressed,
    rounded: (figure, round) => {
      if (version === undefined) return figure
      const numerator = side(version.numerator, figure.numerator, round)
      const denominator = side(version.denominator, figure.denominator, round)
      if (figure.value === null || numerator === null) return { ...figure, numerator, denominator }
      return denominator === 0
        ? suppressed(figure)
        : { ...figure, numerator, denominator, value: rate(version, numerator, denominator) }
    }
  }
}

const without = (
  { basis: _basis, ...figure }: KpiValue, why: Pick<KpiValue, 'status' | 'reason'>
): KpiValue => ({ ...figure, numerator: null, denominator: null, value: null, coverage: null, ...why, notes: [] })
/** What has no value whatever is reported says so. */
const KNOWN_BEFORE: ReadonlyArray<KpiValue['reason']> = [
  'not-delivered', 'no-definition', 'attribute-not-declared', 'not-yet', 'area-not-valid'
]
const suppressed = (figure: KpiValue): KpiValue =>
  KNOWN_BEFORE.includes(figure.reason)
    ? figure
    : without(figure, { status: 'suppressed', reason: 'disclosure-control' })
const withheld = (figure: KpiValue): KpiValue =>
  KNOWN_BEFORE.includes(figure.reason) ? figure : without(figure, { status: 'not-yet', reason: 'not-published' })
