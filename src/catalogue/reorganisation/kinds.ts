/** The tier of each type of authority and how its GSS codes begin; null: it has none. */
export const KIND_OF = {
  county: { tier: 'county', codes: 'E10' },
  district: { tier: 'district', codes: 'E07' },
  unitary: { tier: 'unitary', codes: 'E06' },
  'metropolitan-district': { tier: 'unitary', codes: 'E08' },
  'london-borough': { tier: 'unitary', codes: 'E09' },
  'welsh-unitary': { tier: 'unitary', codes: 'W06' },
  'scottish-unitary': { tier: 'unitary', codes: 'S12' },
  'ni-district': { tier: 'unitary', codes: 'N09' },
  'combined-authority': { tier: null, codes: 'E47' },
  'passenger-transport-body': { tier: null, codes: null }
} as const
