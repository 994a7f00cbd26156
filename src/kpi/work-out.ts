import { existsIn } from '../catalogue/breaks.ts'
import type { KpiVersion } from '../domain/kpi/definition.ts'
import { populationNotes } from '../domain/kpi/population.ts'
import { evaluate, type Outcome, type Reason } from '../domain/kpi/evaluate.ts'
import type { DateRange } from '../domain/period.ts'
import type { Subdivision } from '../observations/observation-index.ts'
import type { KpiPlan } from './plan.ts'
import type { AuthorityPeriod, KpiQuestion, KpiValue } from './question.ts'
import type { Tally } from './tallied.ts'
import type { Found } from './read.ts'

/** The value of a KPI, or why there is none; before disclosure control. */
export function workOut (
  { directory, question }: KpiPlan,
  { days, tallier }: Pick<Found, 'days' | 'tallier'>,
  authorityPeriod: AuthorityPeriod,
  subdivision: Subdivision
): KpiValue {
  const { authority, period, range, version } = authorityPeriod
  const place = {
    authorityId: authority.id,
    period,
    member: subdivision.kind === 'whole' ? null : subdivision.id,
    version: version ?? null
  }
  const { delivers } = directory.provision(authority, question.service)
  const without = (status: KpiValue['status'], reason: Reason): KpiValue => ({
    ...place, numerator: null, denominator: null, value: null, status, reason, coverage: null, notes: []
  })
  if (delivers === 'no') return without('not-delivered', 'not-delivered')
  if (version === undefined) return without('missing', 'no-definition')
  if (range.start > question.today) return without('missing', 'not-yet')
  if (subdivision.kind === 'ward' && !existsIn(directory, subdivision.id, range)) {
    return without('missing', 'area-not-valid')
  }
  const numerator = tallier.side(authorityPeriod, version.numerator, subdivision)
  const denominator = version.denominator === null
    ? null
    : tallier.side(authorityPeriod, version.denominator, subdivision)
  const sides = denominator === null ? [numerator] : [numerator, denominator]
  const withheld = sides.find((side) => side.withheld !== undefined)?.withheld
  if (withheld !== undefined) {
    return without(withheld, withheld === 'suppressed' ? 'disclosure-control' : 'not-released')
  }
  const counted = days.counted(authorityPeriod, subdivision)
  const outcome = settle(version, question, counted.range, numerator, denominator)
  return {
    ...place,
    ...(outcome.reason === 'nothing-reported' && delivers === 'via-other-body'
      ? { ...outcome, reason: 'reported-by-provider' as const }
      : outcome),
    numerator: numerator.value,
    denominator: denominator?.value ?? null,
    coverage: coverageOf(sides),
    ...(counted.byWeeks && { basis: 'weeks' as const }),
    notes: [
      ...new Set(sides.flatMap(({ used }) => used.map(({ note }) => note))).difference(new Set([''])),
      ...(outcome.value === null ? [] : populationNotes(version, range))
    ]
  }
}

function settle (
  version: KpiVersion, { today }: KpiQuestion, range: DateRange, numerator: Tally, denominator: Tally | null
): Outcome {
  const sides = denominator === null ? [numerator] : [numerator, denominator]
  const used = sides.flatMap((side) => side.used)
  return evaluate(version, {
    numerator: numerator.value,
    denominator: denominator?.value ?? null,
    observationCoverage: Math.min(...sides.map(({ covered, days }) => covered / days)),
    coverage: coverageOf(sides),
    running: range.end > today,
    provisional: used.some(({ provisional }) => provisional),
    revised: used.some(({ revised }) => revised) || sides.some(({ revisedEvents }) => revisedEvents)
  })
}

// Of the days that are counted: a value of events and observations is judged by the reports of the former and by the
// days of the latter.
const coverageOf = (sides: readonly Tally[]): number =>
  Math.min(...sides.map(({ reported, days }) => reported / days))
