/**
 * What a value is. Null is never drawn as 0, and 0 never dropped:
 * ok, zero (something was reported, none of it this), missing (delivered, but nobody reported), not-delivered,
 * suppressed (too small to publish), provisional (the period is still running), revised (replaced by a newer figure).
 */
export const STATUSES = ['ok', 'zero', 'missing', 'not-delivered', 'suppressed', 'provisional', 'revised'] as const
export type Status = typeof STATUSES[number]
