import type { Status } from '../status.ts'
import type { Definition, Target } from './definition.ts'

/** Why there is no value. */
export const REASONS = {
  'nothing-reported': 'nothing was reported for the numerator',
  'no-denominator': 'no figure was reported for the denominator',
  'denominator-zero': 'the denominator is 0',
  'denominator-below-minimum': 'the denominator is below the minimum of the definition',
  'coverage-too-low': 'figures cover too little of the period or area',
  'not-yet': 'the period has not begun',
  'no-definition': 'no agreed definition is in force for the period',
  'attribute-not-declared': 'the service does not declare an attribute of the definition, or not on every day of it',
  'area-not-valid': 'the ward does not exist in the period',
  'reported-by-provider': 'another body delivers the service here and names no authority in what it reports',
  'disclosure-control': 'too small to publish, or hidden so that another that is cannot be worked out',
  'not-released': 'figures by ward and street come from releases, and this period is not released yet',
  'not-published': 'the authority has not published the figures of these days yet',
  'not-delivered': 'the authority does not deliver the service',
  'not-declared': 'nobody has said who delivers the service, and this authority reported nothing of it',
  'not-in-force': 'the authority did not exist in the period',
  discontinued: 'the service was discontinued before the period'
} as const
export type Reason = keyof typeof REASONS

/** The sides of a rate: null where nothing was reported; a denominator also where the definition has none. */
export interface Inputs {
  numerator: number | null
  denominator: number | null
  /** Share of the days that observations (not events) had to cover and did. */
  observationCoverage: number
  /** Share of the period's days that observations cover or reports of events account for. */
  coverage: number
  running: boolean
  provisional: boolean
  revised: boolean
}

export interface Outcome { value: number | null, status: Status, reason: Reason | null }

/** Works out a value, or why there is none. 0 over something is 0; anything over 0 is no value, never 0. */
export function evaluate (definition: Definition, inputs: Inputs): Outcome {
  const { numerator, denominator, observationCoverage } = inputs
  const missing = (reason: Reason): Outcome => ({ value: null, status: 'missing', reason })
  if (numerator === null) return missing('nothing-reported')
  if (definition.denominator !== null && denominator === null) return missing('no-denominator')
  if (observationCoverage < definition.min_coverage) return missing('coverage-too-low')
  if (denominator === 0) return missing('denominator-zero')
  if (denominator !== null && denominator < definition.min_denominator) return missing('denominator-below-minimum')
  const value = rate(definition, numerator, denominator)
  const status = inputs.running || inputs.provisional
    ? 'provisional'
    : inputs.coverage < definition.min_coverage
      ? 'partial'
      : inputs.revised
        ? 'revised'
        : value === 0
          ? 'zero'
          : 'ok'
  return { value, status, reason: null }
}

/** Numerator over denominator, times scale; pence are whole. The denominator must not be 0. */
export function rate (
  { unit, scale }: Pick<Definition, 'unit' | 'scale'>, numerator: number, denominator: number | null
): number {
  const value = numerator * scale / (denominator ?? 1)
  return unit === 'pence' ? Math.round(value) : value
}

/** Whether a value meets the target; null where there is no target or no value. */
export function meets (target: Target | null, value: number | null): boolean | null {
  if (target === null || value === null) return null
  return value <= (target.at_most ?? Infinity) && value >= (target.at_least ?? -Infinity)
}
