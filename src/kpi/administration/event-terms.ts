import { isUnknown, type Directory } from '../../catalogue/directory.ts'
import { explainUnknown, listOf } from '../../catalogue/explain.ts'
import type { AttributeRow } from '../../catalogue/store/settings.ts'
import { bandWithin, DURATION_BOUNDS } from '../../domain/durations.ts'
import { OUTCOMES_OF, type Outcome } from '../../domain/event.ts'
import type { Definition, EventTerm, Term } from '../../domain/kpi/definition.ts'
import { hasDetails } from '../../domain/kpi/event-term.ts'
import { isEventTerm, isMeasureTerm } from '../../domain/kpi/definition.ts'
import { ProblemError } from '../../errors.ts'

const wrong = (pointer: string, detail: string): ProblemError =>
  new ProblemError('invalid-request', `body${pointer}: ${detail}`)

/**
 * Throws `ProblemError` for a term of a definition that names what there is not, or asks for what is not kept, or for
 * what makes no sense; `pointer` is where it stands: `/numerator/0`.
 */
export function checkEventTerm (directory: Directory, term: EventTerm, pointer: string): void {
  const allowed = OUTCOMES_OF[term.events]
  const outcome = Object.keys(term.outcomes).find((one) => !allowed.includes(one as Outcome))
  if (outcome !== undefined) {
    throw wrong(
      `${pointer}/outcomes`, `a ${term.events} cannot end in ${outcome}; use one of ${allowed.join(', ')}.`
    )
  }
  checkCombination(term, pointer)
  checkChannels(directory, term, pointer)
  checkAttribute(directory, term, pointer)
  checkBound(term, pointer)
}

function checkCombination (term: EventTerm, pointer: string): void {
  if (term.avoidable === true && hasDetails(term)) {
    const name = ['attribute', 'within_seconds', 'timed', 'sum'].find((field) => Object.hasOwn(term, field)) ?? ''
    throw wrong(
      `${pointer}/avoidable`, `whether contact was avoidable is not kept together with ${name}; leave one of them out.`
    )
  }
  if (term.classes !== undefined && term.channels !== undefined) {
    throw wrong(`${pointer}/channels`, 'name channels or classes of channels, not both.')
  }
  if (term.timed === true && term.within_seconds !== undefined) {
    throw wrong(
      `${pointer}/timed`,
      'leave it out: within_seconds counts only what has a duration. It belongs on the other side of the rate.'
    )
  }
}

function checkChannels (directory: Directory, { channels = [] }: EventTerm, pointer: string): void {
  for (const [index, name] of channels.entries()) {
    const found = directory.channel(name)
    if (isUnknown(found)) {
      throw new ProblemError(
        'unknown-channel', `body${pointer}/channels/${index}: ${explainUnknown(found, 'channel')}`
      )
    }
  }
}

// Words that have ended are good: stored events have them.
const wordsOf = ({ words, ended }: AttributeRow): string[] => [...words, ...ended]

function checkAttribute (directory: Directory, { attribute }: EventTerm, pointer: string): void {
  if (attribute === undefined) return
  const { attributes } = directory.attributes
  const declared = attributes.filter(({ name }) => name === attribute.name)
  if (declared.length === 0) {
    const names = [...new Set(attributes.map(({ name }) => name))].sort()
    throw wrong(
      `${pointer}/attribute/name`,
      `no service declares ${attribute.name}; use one of ${listOf(names, 'and')}, or declare it with ` +
        'PUT /v1/attributes.'
    )
  }
  for (const [index, value] of (attribute.values ?? []).entries()) {
    if (declared.some((one) => mayBe(one, value))) continue
    throw wrong(`${pointer}/attribute/values/${index}`, `${attribute.name} is never ${value}; ${waysOf(declared)}.`)
  }
}

function mayBe (attribute: AttributeRow, value: string | boolean | number): boolean {
  if (attribute.type === 'boolean') return typeof value === 'boolean'
  if (attribute.type === 'words') return typeof value === 'string' && wordsOf(attribute).includes(value)
  const { minimum, maximum } = attribute
  return typeof value === 'number' && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity)
}

function waysOf (declared: readonly AttributeRow[]): string {
  const [first] = declared
  if (first?.type === 'boolean') return 'use true or false'
  if (first?.type === 'words') return `use ${listOf([...new Set(declared.flatMap(wordsOf))], 'or')}`
  const from = Math.min(...declared.map(({ minimum }) => minimum ?? -Infinity))
  return `use a whole number from ${from} to ${Math.max(...declared.map(({ maximum }) => maximum ?? Infinity))}`
}

function checkBound ({ within_seconds: seconds }: EventTerm, pointer: string): void {
  if (seconds === undefined || bandWithin(seconds) !== undefined) return
  const near = [
    DURATION_BOUNDS.findLast((bound) => bound < seconds), DURATION_BOUNDS.find((bound) => bound > seconds)
  ].flatMap((bound) => bound ?? [])
  throw wrong(
    `${pointer}/within_seconds`,
    `durations are not kept by a bound of ${seconds} seconds; the nearest ${near.length === 1 ? 'is' : 'are'} ` +
      `${listOf(near.map(String), 'and')}.`
  )
}

/** Throws `ProblemError` where amounts and numbers are mixed, or the unit is not that of what the sides come to. */
export function checkAmounts (directory: Directory, { numerator, denominator, unit }: Definition): void {
  const isSum = (term: Term): boolean => isEventTerm(term) && term.sum !== undefined
  if (![...numerator, ...denominator ?? []].some(isSum)) return
  const isAmount = (term: Term): boolean => {
    if (!isMeasureTerm(term)) return isSum(term)
    const measure = directory.kpis.measure(term.measure)
    return !isUnknown(measure) && measure.unit === 'pence'
  }
  const sides = { numerator, denominator: denominator ?? [] }
  for (const [name, terms] of Object.entries(sides)) {
    const other = terms.findIndex((term) => isAmount(term) !== isAmount(terms[0] ?? term))
    if (other !== -1) throw wrong(`/${name}/${other}`, 'pence and numbers do not add up; put them on different sides.')
  }
  const [above, below] = [numerator.some(isAmount), sides.denominator.some(isAmount)]
  if (!above) throw wrong('/denominator', 'a number over an amount is no rate; put the amount above.')
  if (!below && unit !== 'pence') {
    const amounts = denominator === null ? 'amounts' : 'amounts over numbers'
    throw wrong('/unit', `${amounts} are in pence; ${unit} needs amounts on both sides or none.`)
  }
  if (below && (unit === 'pence' || unit === 'count')) {
    throw wrong('/unit', `amounts over amounts are no ${unit}; use percent.`)
  }
}
