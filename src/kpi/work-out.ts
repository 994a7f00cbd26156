import { livesIn } from '../catalogue/authorities.ts'
import { existsIn, mayExistIn } from '../catalogue/breaks.ts'
import { isOver } from '../catalogue/directory.ts'
import { isEventTerm, termsOf, type KpiVersion, type Term } from '../domain/kpi/definition.ts'
import { populationNotes } from '../domain/kpi/population.ts'
import { evaluate, type Outcome, type Reason } from '../domain/kpi/evaluate.ts'
import type { DateRange } from '../domain/period.ts'
import type { Subdivision } from '../observations/observation-index.ts'
import { isDeclared } from './details.ts'
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
  // Where nothing is expected, silence is not missing.
  const unexpected: Reason | undefined = !livesIn(authority, range)
    ? 'not-in-force'
    : isOver(question.service, range.start)
      ? 'discontinued'
      : delivers === 'unknown' ? 'not-declared' : undefined
  const silent = (reason: Reason): KpiValue =>
    unexpected === undefined ? without('missing', reason) : without('not-delivered', unexpected)
  if (version === undefined) return silent('no-definition')
  if (!termsOf(version).filter(isEventTerm).every((term) => isDeclared(directory, question.service, term, range))) {
    return silent('attribute-not-declared')
  }
  if (range.start > question.today) return silent('not-yet')
  const numerator = tallier.side(authorityPeriod, version.numerator, subdivision)
  const denominator = version.denominator === null
    ? null
    : tallier.side(authorityPeriod, version.denominator, subdivision)
  const sides = denominator === null ? [numerator] : [numerator, denominator]
  // A ward that was reported of may have been there: some dates are derived.
  if (
    subdivision.kind === 'ward' && !existsIn(directory, subdivision.id, range) &&
    ((numerator.value ?? 0) === 0 || !mayExistIn(directory, subdivision.id, range))
  ) return silent('area-not-valid')
  const withheld = sides.find((side) => side.withheld !== undefined)?.withheld
  if (withheld !== undefined) {
    return without(withheld, withheld === 'suppressed' ? 'disclosure-control' : 'not-released')
  }
  if (unexpected !== undefined && isSilent(version, numerator, denominator)) return silent('nothing-reported')
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

/** Whether nothing was reported for either side; a population is there without anybody reporting. */
function isSilent (version: KpiVersion, numerator: Tally, denominator: Tally | null): boolean {
  const isReported = ({ value, used }: Tally, terms: readonly Term[]): boolean =>
    used.length > 0 || (value !== null && terms.some(isEventTerm))
  return !isReported(numerator, version.numerator) &&
    (denominator === null || !isReported(denominator, version.denominator ?? []))
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
