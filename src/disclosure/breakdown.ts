/** How finely an authority's own figure is broken down. Each includes the ones before it. */
export const BREAKDOWNS = ['total', 'outcome', 'digital-class', 'channel', 'avoidable'] as const
export type Breakdown = typeof BREAKDOWNS[number]
