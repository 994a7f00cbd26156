/**
 * What a value is: ok, zero (the authority reported, but nothing of this), missing (delivered, but nobody reported),
 * not-delivered, suppressed (too small to publish), partial (too few days reported), provisional (the period is still
 * running), revised (a newer observation replaced it). Null is never drawn as 0, and 0 never dropped.
 */
export const STATUSES = [
  'ok', 'zero', 'missing', 'not-delivered', 'suppressed', 'partial', 'provisional', 'revised'
] as const
export type Status = typeof STATUSES[number]
