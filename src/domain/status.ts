/**
 * What a value is: ok, zero (the authority reported, but nothing of this), missing (delivered, but nobody reported),
 * not-delivered, suppressed (too small to publish), not-yet (not published yet, or of a ward or street and not released
 * yet), partial (too few days reported), provisional (the period is still running), revised (a newer observation
 * replaced it, an event of its days was corrected or voided, or it changed after it had been released). Null is never
 * drawn as 0, and 0 never dropped.
 */
export const STATUSES = [
  'ok', 'zero', 'missing', 'not-delivered', 'suppressed', 'not-yet', 'partial', 'provisional', 'revised'
] as const
export type Status = typeof STATUSES[number]
