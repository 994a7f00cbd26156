/**
 * How many an authority may have of each thing that grows, far more than the largest has need of; 0: any number. What
 * is of no authority, as an operator's data sets are, may be 20 times as many.
 */
export const QUOTAS = {
  wards: 2000,
  notes: 1000,
  sources: 200,
  tokens: 200,
  data_sets: 500,
  dashboards: 500,
  targets: 5000,
  publication_rules: 2000,
  declarations: 5000,
  proposals: 500,
  mappings: 500
}

export type Counted = keyof typeof QUOTAS
export type Quotas = Readonly<Record<Counted, number>>
