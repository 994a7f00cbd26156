import type { Definition, DigitalClass, EventTerm } from './definition.ts'
import { POPULATION_YEAR } from './population.ts'
import { DIGITAL, IN_TAKE_UP, ratings } from './shares.ts'

/** The definitions that come with the service. `edition` never changes: a start skips editions that are loaded. */
export interface ShippedDefinition { edition: string, kpi: string, definition: Definition }

// A report of a missed bin completes the resident's transaction, whether or not the bin was missed.
const COMPLETED = { completed: 1, reported: 1, confirmed: 1, unjustified: 1 }
const completed = (classes?: DigitalClass[]): EventTerm => ({
  events: 'transaction', outcomes: COMPLETED, ...(classes && { classes }), counts: { transactions: 1 }
})
const TAKE_UP =
  'GOV.UK Service Manual, Measuring digital take-up (gov.uk/service-manual/measurement/digital-takeup.html): ' +
    'completed digital transactions, assisted digital included, over the transactions of all channels'
const CPT =
  'GOV.UK Service Manual, Measuring cost per transaction (gov.uk/service-manual/measurement/cost-per-transaction.html)'

const BVPI_88 =
  'Best Value Performance Indicator 88, collections missed per 100,000 collections of household waste, as councils ' +
    'published it: Isle of Wight Council, Performance Indicator Report, 16 May 2002 (old-iwight.onthewight.com). ' +
    'Taking collections made, and only confirmed misses, is this platform’s choice; the target is the norm of its pilot'

const COMMON = {
  source_date: null,
  owner: 'Local Performance Platform',
  effective_from: '2000-01-01',
  state: 'agreed',
  target: null,
  min_denominator: 1,
  min_coverage: 0.9
} as const
const percent = { ...COMMON, unit: 'percent', scale: 100 } as const

export const SHIPPED_DEFINITIONS: readonly ShippedDefinition[] = [
  ship('digital-take-up', {
    ...percent,
    title: 'Digital take-up',
    formula:
      'Completed transactions in digital channels, assisted digital and direct debit included, over completed ' +
        'transactions in all channels, times 100. Proactive and unrecorded channels are outside both.',
    source:
      `${TAKE_UP}. Counting direct debit as digital, only completed transactions below, and neither proactive nor ` +
        'unrecorded channels, are this platform’s choices',
    polarity: 'higher',
    numerator: [completed(DIGITAL)],
    denominator: [completed(IN_TAKE_UP)]
  }, 2),
  ship('digital-take-up-excluding-direct-debit', {
    ...percent,
    title: 'Digital take-up excluding direct debit',
    formula: 'As digital take-up, with direct debit instalments outside both sides.',
    source: `${TAKE_UP}. Leaving direct debit out, for council tax, and what digital take-up chooses are this ` +
      'platform’s choices',
    polarity: 'higher',
    numerator: [completed(['digital'])],
    denominator: [completed(['digital', 'non-digital'])]
  }, 2),
  ship('completion-rate', {
    ...percent,
    title: 'Completion rate',
    formula: 'Online journeys completed over online journeys started, times 100.',
    source: 'GOV.UK Service Manual, Measuring completion rate, as it was before August 2015',
    polarity: 'higher',
    numerator: [{ events: 'journey', outcomes: { completed: 1 }, counts: { journeys_completed: 1 } }],
    denominator: [{ events: 'journey', outcomes: { started: 1 }, counts: { journeys_started: 1 } }]
  }),
  {
    edition: 'completion-rate/2015',
    kpi: 'completion-rate',
    definition: {
      ...percent,
      title: 'Completion rate',
      formula:
        'Online journeys that came to a valid end, "not eligible" included, over online journeys started, times 100.',
      source: 'Government Digital Service, How good is your service? How many users give up? (designnotes.blog.gov.uk)',
      source_date: '2015-08-13',
      effective_from: '2015-08-13',
      polarity: 'higher',
      numerator: [{
        events: 'journey',
        outcomes: { completed: 1, ineligible: 1 },
        counts: { journeys_completed: 1, journeys_ineligible: 1 }
      }],
      denominator: [{ events: 'journey', outcomes: { started: 1 }, counts: { journeys_started: 1 } }]
    }
  },
  ship('user-satisfaction-score', {
    ...COMMON,
    unit: 'score',
    scale: 0.25,
    title: 'User satisfaction score',
    formula:
      'The mean of ratings from 1 to 5, less 1, over 4: 0 if all are 1, 1 if all are 5. The numerator adds up ' +
        'each rating less 1, the denominator counts the answers.',
    source: 'Performance Platform, backdrop/transformers/tasks/user_satisfaction.py (alphagov/backdrop)',
    polarity: 'higher',
    numerator: [{
      events: 'rating',
      outcomes: { 2: 1, 3: 2, 4: 3, 5: 4 },
      counts: { ratings_2: 1, ratings_3: 2, ratings_4: 3, ratings_5: 4 }
    }],
    denominator: [ratings([1, 2, 3, 4, 5])]
  }),
  ship('user-satisfaction-satisfied', {
    ...percent,
    title: 'Users satisfied',
    formula: 'Ratings of 4 and 5 over all ratings, times 100.',
    source: 'CDDO performance framework, "proportion of users that are satisfied" (written question UIN 1890)',
    source_date: '2023-11-20',
    polarity: 'higher',
    numerator: [ratings([4, 5])],
    denominator: [ratings([1, 2, 3, 4, 5])]
  }),
  ship('cost-per-transaction', {
    ...COMMON,
    unit: 'pence',
    scale: 1,
    min_coverage: 1, // a cost cannot be split, so transactions of every day are needed
    title: 'Cost per transaction',
    formula:
      'Total cost through all channels, assisted digital support included, in pence, over completed transactions ' +
        'in all channels. By channel: the cost of the channel over its completed transactions.',
    source: CPT,
    polarity: 'lower',
    numerator: [{ measure: 'total_cost_pence' }],
    denominator: [completed()]
  }),
  ship('missed-per-100000', {
    ...COMMON,
    unit: 'per-100000',
    scale: 100_000,
    title: 'Missed bins per 100,000 collections',
    formula:
      'Confirmed misses over collections made, times 100,000, over the same days. A collection is one bin at one ' +
        'visit; made are those that were due and carried out, so misses are not among them.',
    source: BVPI_88,
    source_date: '2002-05-16',
    polarity: 'lower',
    target: { at_most: 56 },
    numerator: [{ events: 'transaction', outcomes: { confirmed: 1 }, counts: { misses_confirmed: 1 } }],
    denominator: [{ measure: 'collections_made' }]
  }, 2),
  ship('reported-missed-per-100000', {
    ...COMMON,
    unit: 'per-100000',
    scale: 100_000,
    title: 'Reported missed bins per 100,000 collections',
    formula:
      'Reports of a missed bin, whatever became of them, over collections made, times 100,000, over the same days.',
    source: 'Shown beside the norm for confirmed misses; this platform’s choice',
    polarity: 'lower',
    numerator: [{
      events: 'transaction', outcomes: { reported: 1, confirmed: 1, unjustified: 1 }, counts: { transactions: 1 }
    }],
    denominator: [{ measure: 'collections_made' }]
  }),
  ship('transactions', {
    ...COMMON,
    unit: 'count',
    scale: 1,
    min_coverage: 1, // a total of fewer days would be too small
    title: 'Completed transactions',
    formula: 'Completed transactions in all channels, recorded or not.',
    source: 'Performance Platform, Transactions Explorer, column "Vol." (alphagov/spotlight assets/data/services.csv)',
    polarity: 'none',
    min_denominator: 0,
    numerator: [completed()],
    denominator: null
  }),
  ship('transactions-per-1000-population', {
    ...COMMON,
    unit: 'per-1000',
    scale: 1000,
    min_coverage: 1, // a total of fewer days would be too small
    title: 'Transactions per 1,000 residents',
    formula:
      `Completed transactions of the period in all channels over residents (mid-${POPULATION_YEAR} estimate, ` +
        'whatever the period), times 1,000. Not annualised: a month is about a twelfth of its year.',
    source: 'This platform’s choice; populations from the catalogue',
    polarity: 'none',
    numerator: [completed()],
    denominator: [{ population: true }]
  }, 2),
  ship('availability', {
    ...percent,
    title: 'Availability',
    formula: 'Uptime over uptime and downtime, times 100.',
    source: 'Performance Platform, data type "monitoring" (alphagov/stagecraft)',
    polarity: 'higher',
    numerator: [{ measure: 'uptime_seconds' }],
    denominator: [{ measure: 'uptime_seconds' }, { measure: 'downtime_seconds' }]
  }),
  ship('avoidable-contact', {
    ...percent,
    title: 'Avoidable contact',
    formula:
      'Contacts marked avoidable over all contacts, whatever their outcome, times 100. Proactive channels, direct ' +
        'debit instalments and other passive payments, in which no resident makes contact, are outside both.',
    source:
      'National Indicator 14 (2008 to 2010), the proportion of customer contact that is of low or no value to the ' +
        'customer (Handbook of Definitions, February 2008). Which channels are contact is this platform’s choice',
    source_date: '2008-04-01',
    polarity: 'lower',
    numerator: [{ ...contacts(), avoidable: true, counts: { transactions_avoidable: 1 } }],
    denominator: [contacts()]
  }, 2),
  ship('information-success', {
    ...percent,
    title: 'Information found',
    formula: 'Answers "yes" to "did you find what you wanted" over all answers, times 100.',
    source: 'The pilot’s information services; this platform’s choice',
    polarity: 'higher',
    numerator: [{ measure: 'found_yes' }],
    denominator: [{ measure: 'found_yes' }, { measure: 'found_no' }]
  }),
  ship('unmapped-channel-rate', {
    ...percent,
    title: 'Transactions without a channel',
    formula:
      'Completed transactions whose channel was not recorded over completed transactions in all channels, times 100.',
    source: 'A rate of data quality; this platform’s choice',
    polarity: 'lower',
    numerator: [completed(['excluded'])],
    denominator: [completed()]
  }),
  ship('outside-take-up-rate', {
    ...percent,
    title: 'Transactions outside digital take-up',
    formula:
      'Completed transactions in proactive or unrecorded channels over completed transactions in all channels, ' +
        'times 100: what digital take-up leaves out.',
    source: 'A rate of data quality; this platform’s choice',
    polarity: 'none',
    numerator: [completed(['proactive', 'excluded'])],
    denominator: [completed()]
  })
]

// A changed definition is a new edition, which a start adds as a version of its own beside the earlier one.
function ship (kpi: string, definition: Definition, edition = 1): ShippedDefinition {
  return { edition: `${kpi}/${edition}`, kpi, definition }
}

function contacts (): EventTerm {
  return {
    events: 'transaction',
    outcomes: { ...COMPLETED, failed: 1 },
    classes: ['digital', 'non-digital', 'excluded'],
    counts: { transactions: 1, transactions_failed: 1 }
  }
}
