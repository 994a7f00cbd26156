import type { DisclosureLevel } from '../domain/disclosure/rule.ts'

/** How finely a figure is broken down beside its area. Each includes the ones before it. */
export const BREAKDOWNS = ['total', 'outcome', 'digital-class', 'channel', 'avoidable'] as const
export type Breakdown = typeof BREAKDOWNS[number]

/** Streets have no channels. */
export const STREET_BREAKDOWNS: readonly Breakdown[] = ['total', 'outcome', 'avoidable']

/** The view number of a breakdown at a level. */
export function viewOf (level: DisclosureLevel, breakdown: Breakdown): number {
  const view = (level === 'street' ? STREET_BREAKDOWNS : BREAKDOWNS).indexOf(breakdown)
  if (view < 0) throw new RangeError(`no ${breakdown} by ${level}`)
  return view
}
