/**
 * `unknown`: the service's tier is not known. Any authority may report it, and it is expected of none: where nothing
 * was reported it is not delivered, never missing.
 */
export type Delivers = 'yes' | 'no' | 'via-other-body' | 'unknown'

/**
 * Who delivers a service, by tier: GOV.UK's providing tier of the service against the tier of the authority. A body
 * without a tier (combined authority, passenger transport body) delivers by itself nothing whose tier is known.
 */
export function deliversByTier (providingTier: string | null, authorityTier: string | null): 'yes' | 'no' | 'unknown' {
  if (providingTier === null) return 'unknown'
  if (authorityTier === null) return 'no'
  if (providingTier === 'all') return 'yes'
  return providingTier.split('/').includes(authorityTier) ? 'yes' : 'no'
}
