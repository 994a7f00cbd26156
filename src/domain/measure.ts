/** What an observation counts or reports. */
export interface Measure {
  slug: string
  title: string
  unit: string
  /** A `flow` adds up over time (collections made); a `stock` is what there is at a time (passes in issue). */
  kind: 'flow' | 'stock'
  /** Which way is better. */
  polarity: 'higher' | 'lower' | 'none'
  /** Whether a rate by channel needs the channel's own observation; others are shared by all channels. */
  by_channel: boolean
  description: string
}

const measure = (
  slug: string, title: string, unit: string, description: string, more: Partial<Measure> = {}
): Measure => ({ slug, title, unit, kind: 'flow', polarity: 'none', by_channel: false, description, ...more })
const stock = { kind: 'stock' } as const
const split = { by_channel: true } as const

/** The measures that come with the service. */
export const SHIPPED_MEASURES: readonly Measure[] = [
  measure(
    'collections_made',
    'Collections made',
    'collections',
    'Bins that were due to be emptied and were, one for each bin and visit.'
  ),
  measure(
    'dwellings_billed', 'Dwellings billed', 'dwellings', 'Dwellings on the council tax list that got a bill.', stock
  ),
  measure('items_on_loan', 'Items on loan', 'items', 'Library items out on loan.', stock),
  measure('passes_in_issue', 'Passes in issue', 'passes', 'Travel passes in issue.', stock),
  measure(
    'total_cost_pence',
    'Total cost',
    'pence',
    'All costs of the service: accommodation, IT, staff, overheads, depreciation and VAT included. With a ' +
      'channel: the cost of that channel.',
    { ...split, polarity: 'lower' }
  ),
  measure('uptime_seconds', 'Uptime', 'seconds', 'Seconds in which the online service could be used.', {
    polarity: 'higher'
  }),
  measure(
    'downtime_seconds',
    'Downtime',
    'seconds',
    'Seconds in which the online service could not be used, planned work included.',
    { polarity: 'lower' }
  ),
  measure('information_visits', 'Visits to information pages', 'visits', 'Visits to the pages about the service.'),
  measure('found_yes', 'Found what they wanted', 'answers', 'Answers "yes" to "did you find what you wanted".', {
    polarity: 'higher'
  }),
  measure('found_no', 'Did not find what they wanted', 'answers', 'Answers "no" to "did you find what you wanted".', {
    polarity: 'lower'
  }),
  measure(
    'transactions',
    'Completed transactions',
    'transactions',
    'Completed transactions, by channel, from a council without events. Missed bins: every report, whatever ' +
      'became of it.',
    split
  ),
  measure(
    'transactions_failed',
    'Failed transactions',
    'transactions',
    'Transactions that were tried and failed, from a council without events.',
    { ...split, polarity: 'lower' }
  ),
  measure(
    'transactions_avoidable',
    'Avoidable contacts',
    'transactions',
    'Those of the transactions that were avoidable contact, from a council without events.',
    { ...split, polarity: 'lower' }
  ),
  measure(
    'misses_confirmed',
    'Confirmed misses',
    'misses',
    'Reports of a missed bin that were found to be true, from a council without events.',
    { ...split, polarity: 'lower' }
  ),
  measure('journeys_started', 'Online journeys started', 'journeys', 'From a council without events.', split),
  measure('journeys_completed', 'Online journeys completed', 'journeys', 'From a council without events.', split),
  measure(
    'journeys_ineligible',
    'Online journeys that ended with "not eligible"',
    'journeys',
    'From a council without events.',
    split
  ),
  ...[1, 2, 3, 4, 5].map((rating) =>
    measure(
      `ratings_${rating}`,
      `Satisfaction ratings of ${rating}`,
      'answers',
      'Answers from 1, very dissatisfied, to 5, very satisfied, from a council without events.',
      split
    )
  )
]

const UNITS_WITHOUT_PEOPLE = ['collections', 'dwellings', 'items', 'pence', 'seconds']

/** Whether a small value could point at a person: true for everything but counts of things, money and time. */
export function countsPeople ({ unit }: Pick<Measure, 'unit'>): boolean {
  return !UNITS_WITHOUT_PEOPLE.includes(unit)
}
