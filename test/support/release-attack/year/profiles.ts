import type { Profile as ProfileOfDemo } from '../../../../src/cli/demo/profiles.ts'

/** Missed bins as the tests of releases have always had them: of this year, whatever the demo sends. */
export type Profile = Omit<ProfileOfDemo, 'found' | 'stock'>

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
      { channel: 'social', share: 0.03 },
      { channel: 'unknown', share: 0.01 }
    ],
    outcomes: [{ outcome: 'reported', share: 0.62 }, { outcome: 'confirmed', share: 0.29 }, {
      outcome: 'unjustified', share: 0.09
    }],
    journeys: { completed: 0.86, ineligible: 0 },
    ratings: [0.12, 0.1, 0.16, 0.3, 0.32]
  }
]

/** Inhabitants in thousands, rounded: fixed here so that a later census does not change what was sent. */
export const THOUSANDS: Readonly<Record<string, number>> = { solihull: 217 }
