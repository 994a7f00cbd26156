/**
 * Who delivers a service. `unknown`: nobody has said. Whoever reports it delivers it, and of nobody else is it
 * expected: where nothing was reported it is not delivered, never missing.
 */
export type Delivers = 'yes' | 'no' | 'via-other-body' | 'unknown'

/**
 * Who delivers a service, by tier: GOV.UK's providing tier of the service against the tier of the authority.
 * A body without a tier (combined authority, passenger transport body) delivers nothing by itself; of a service whose
 * tier is not known it is not known of any council.
 */
export function deliversByTier (
  providingTier: string | null, authorityTier: string | null
): 'yes' | 'no' | 'unknown' {
  if (authorityTier === null) return 'no'
  if (providingTier === null) return 'unknown'
  if (providingTier === 'all') return 'yes'
  return providingTier.split('/').includes(authorityTier) ? 'yes' : 'no'
}
