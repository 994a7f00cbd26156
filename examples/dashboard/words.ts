import type { Status } from './service.ts'

/** A figure as the service has it: where there is none, `value` is null and the status says why. Null is never 0. */
export interface Figure { value: number | null, status: Status, reason?: string | null }

export const STATES: Record<Exclude<Status, 'ok' | 'zero'>, readonly [word: string, meaning: string]> = {
  missing: ['Missing', 'the service is delivered, but there is no figure; it may have been anything'],
  'not-delivered': ['Not delivered', 'this authority does not deliver the service'],
  suppressed: ['Suppressed', 'the count is too small to publish, or would give a small count away'],
  'not-yet': ['Not yet released', 'figures of these days are not published so far'],
  partial: ['partial', 'too few days were reported for the whole period'],
  provisional: ['provisional', 'the period is still running, or the figure may change'],
  revised: ['revised', 'the figure was corrected after it was first sent']
}

const REASONS: Record<string, string> = {
  'nothing-reported': 'nobody reported',
  'no-denominator': 'a figure to divide by is missing',
  'denominator-zero': 'nothing to divide by',
  'denominator-below-minimum': 'too few for a rate',
  'coverage-too-low': 'too few days are covered',
  'reported-by-provider': 'in the figures of the body that delivers it',
  'disclosure-control': 'too small to publish',
  'no-definition': 'not defined for this period',
  'not-published': 'the authority has not published it',
  'area-not-valid': 'there was no such ward then'
}

/** `65.8%`, `£1.20`, `1,234`; or in words why there is no value: `Suppressed: too small to publish`. */
export function inWords ({ value, status, reason }: Figure, unit: string): string {
  const word = status === 'ok' || status === 'zero' ? undefined : STATES[status][0]
  if (value !== null) return word === undefined ? amount(value, unit) : `${amount(value, unit)} (${word})`
  const why = typeof reason === 'string' ? REASONS[reason] : undefined
  return `${word ?? 'Missing'}${why === undefined ? '' : `: ${why}`}`
}

const number = (value: number, digits: number, more: Intl.NumberFormatOptions = {}): string => value.toLocaleString(
  'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits, ...more }
).replace('-', '−')

export const pounds = (pence: number): string => number(pence / 100, 2, { style: 'currency', currency: 'GBP' })

export function amount (value: number, unit: string): string {
  if (unit === 'percent') return `${number(value, 1)}%`
  if (unit === 'pence') return pounds(value)
  if (unit === 'score') return number(value, 2)
  return number(value, unit === 'count' || Number.isInteger(value) ? 0 : 1)
}

const DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
const MONTH = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short', year: 'numeric' })

export const day = (on: string): string => DAY.format(Date.parse(on))

/** `Nov 2026`, `9–15 Nov 2026`. */
export function span ({ start_on: start, end_on: end }: { start_on: string, end_on: string }): string {
  const isMonth = start.slice(0, 7) === end.slice(0, 7) && start.endsWith('-01') && Number(end.slice(8)) > 27
  return isMonth ? MONTH.format(Date.parse(start)) : DAY.formatRange(Date.parse(start), Date.parse(end))
}

export function targetInWords (target: { at_most?: number, at_least?: number } | null, unit: string): string {
  const { at_most: most, at_least: least } = target ?? {}
  const words = [least === undefined ? '' : `at least ${amount(least, unit)}`, most === undefined ? '' : `at most ${amount(most, unit)}`]
  return words.filter((word) => word !== '').join(', ')
}
