/** `unknown`: the service's tier is not known. Any authority may report it, and it is expected of none. */
export type Delivers = 'yes' | 'no' | 'via-other-body' | 'unknown'

/**
 * Who delivers a service, by tier: GOV.UK's providing tier of the service against the tier of the authority.
 * A body without a tier (combined authority, passenger transport body) delivers nothing by itself; a service whose tier
 * is not known is taken as delivered everywhere, so that no council is shut out.
 */
export function deliversByTier (providingTier: string | null, authorityTier: string | null): 'yes' | 'no' {
  if (authorityTier === null) return 'no'
  if (providingTier === null || providingTier === 'all') return 'yes'
  return providingTier.split('/').includes(authorityTier) ? 'yes' : 'no'
}
