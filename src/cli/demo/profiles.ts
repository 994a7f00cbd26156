/**
 * What a service of the demo looks like: invented figures in believable proportions, none of them anybody's real ones.
 */
export interface Profile {
  service: string
  /** Transactions a year for each 1,000 inhabitants. */
  yearlyPerThousand: number
  /** Parts of each month's average by month, January first. */
  season: readonly number[]
  /** Parts of the day's average by weekday, Monday first. */
  week: readonly number[]
  /**
   * Share of each channel at the start of 2026; `growth` is how much of its share it gains a year; `payDays` are the
   * only days of a month it has.
   */
  channels: ReadonlyArray<
    { channel: string, share: number, growth?: number, amountPence?: number, payDays?: readonly number[] }
  >
  /** Share of what the transactions end in; left out: all completed. */
  outcomes?: ReadonlyArray<{ outcome: string, share: number }>
  /** Online journeys: the share that is completed, and the share that turns out not to be entitled. */
  journeys: { completed: number, ineligible: number }
  /** Share of the answers "yes" to "did you find what you wanted" on the pages about the service. */
  found: number
  /** What there is of the service's own thing, for each 1,000 inhabitants. */
  stock?: { measure: string, perThousand: number }
  /** Share of those who rate, 1 to 5. */
  ratings: readonly [number, number, number, number, number]
}

const EVERY_DAY_BUT_QUIET_SUNDAYS = [1.25, 1.15, 1.05, 1.05, 1.1, 0.85, 0.55]
const OFFICE = [1.4, 1.3, 1.25, 1.2, 1.15, 0.45, 0.25]

export const PROFILES: readonly Profile[] = [
  {
    service: 'report-missed-bin',
    yearlyPerThousand: 41, // Solihull's 170 in the week of 26 May 2014
    season: [1.3, 1.05, 1, 1, 1.1, 1, 1, 1.05, 0.95, 0.95, 0.95, 0.9], // snow and the changed days after Christmas
    week: [1.35, 1.35, 1.25, 1.2, 1.2, 0.45, 0.2],
    channels: [
      { channel: 'web', share: 0.58, growth: 0.1 },
      { channel: 'Phone', share: 0.33, growth: -0.15 },
      { channel: 'email', share: 0.05 },
      { channel: 'crew', share: 0.03 },
      { channel: 'unknown', share: 0.01 }
    ],
    outcomes: [
      { outcome: 'reported', share: 0.62 },
      { outcome: 'confirmed', share: 0.29 },
      { outcome: 'unjustified', share: 0.09 }
    ],
    journeys: { completed: 0.86, ineligible: 0 },
    found: 0.81,
    ratings: [0.12, 0.1, 0.16, 0.3, 0.32]
  },
  {
    service: 'renew-library-item',
    yearlyPerThousand: 1300,
    season: [1.1, 1.02, 1.02, 0.98, 0.98, 0.95, 1.05, 1.1, 1, 1.02, 0.98, 0.8],
    week: [1.15, 1.15, 1.1, 1.05, 1, 1.1, 0.45],
    channels: [
      { channel: 'web', share: 0.6, growth: 0.05 },
      { channel: 'Self scan', share: 0.19 },
      { channel: 'telephone-automated', share: 0.07, growth: -0.2 },
      { channel: 'Phone', share: 0.05, growth: -0.15 },
      { channel: 'Staff', share: 0.09, growth: -0.1 }
    ],
    journeys: { completed: 0.94, ineligible: 0.01 },
    found: 0.9,
    stock: { measure: 'items_on_loan', perThousand: 410 },
    ratings: [0.03, 0.04, 0.1, 0.35, 0.48]
  },
  {
    service: 'pay-council-tax',
    yearlyPerThousand: 4200,
    season: [1.08, 0.55, 0.6, 1.15, 1.08, 1.08, 1.06, 1.06, 1.06, 1.08, 1.1, 1.1], // ten instalments, April to January
    week: OFFICE,
    channels: [
      { channel: 'direct-debit', share: 0.71, growth: 0.02, amountPence: 16_400, payDays: [1, 15, 25] },
      { channel: 'web', share: 0.16, growth: 0.06, amountPence: 15_100 },
      { channel: 'telephone-automated', share: 0.05, growth: -0.05, amountPence: 14_800 },
      { channel: 'PayPoint', share: 0.05, amountPence: 9_200 },
      { channel: 'Phone', share: 0.02, growth: -0.1, amountPence: 14_900 },
      { channel: 'Staff', share: 0.01, growth: -0.2, amountPence: 12_600 }
    ],
    journeys: { completed: 0.91, ineligible: 0 },
    found: 0.86,
    stock: { measure: 'dwellings_billed', perThousand: 425 },
    ratings: [0.06, 0.07, 0.17, 0.36, 0.34]
  },
  {
    service: 'renew-older-persons-bus-pass',
    yearlyPerThousand: 34,
    season: [1.1, 1, 1.35, 1.15, 0.95, 0.9, 0.85, 0.85, 1.05, 1.05, 0.95, 0.8], // many passes run out on 31 March
    week: EVERY_DAY_BUT_QUIET_SUNDAYS,
    channels: [
      { channel: 'web', share: 0.47, growth: 0.12 },
      { channel: 'assisted-digital', share: 0.06 },
      { channel: 'paper', share: 0.22, growth: -0.2 },
      { channel: 'Staff', share: 0.17, growth: -0.08 },
      { channel: 'Phone', share: 0.08 }
    ],
    journeys: { completed: 0.72, ineligible: 0.12 },
    found: 0.74,
    stock: { measure: 'passes_in_issue', perThousand: 168 },
    ratings: [0.05, 0.06, 0.13, 0.34, 0.42]
  }
]

/** What the demo's sources call channels that are not in the vocabulary's words, as council systems do. */
export const CHANNEL_ALIASES: Readonly<Record<string, string>> = {
  Phone: 'telephone-agent', Staff: 'face-to-face', 'Self scan': 'kiosk', PayPoint: 'payment-network'
}

export const RATE_ONE_IN = 12

/** Parts of the service's transactions that every system but the one of single cases tells apart, by the week. */
export const EXTRAS = [
  { name: 'avoidable', channel: 'Phone', share: 0.02, avoidable: true },
  { name: 'failed', channel: 'web', share: 0.015, outcome: 'failed' },
  { name: 'proactive', channel: 'crew', share: 0.001 },
  { name: 'unknown', channel: 'unknown', share: 0.004 }
] as const

/** Pence that a transaction costs, by channel: in the proportions that councils publish. */
export const UNIT_COST_PENCE: Readonly<Record<string, number>> = {
  web: 32,
  Phone: 283,
  Staff: 862,
  'Self scan': 46,
  PayPoint: 95,
  email: 240,
  paper: 510,
  crew: 60,
  unknown: 250,
  'telephone-automated': 74,
  'direct-debit': 4,
  'assisted-digital': 420
}
