import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

const script = { looks: 'day', releases: 'day', everything: 60, after: 10 } as const
const shape = { days: isLong ? 365 : 70, wards: 6, weekly: 4, channels: 3, outcomes: 3, avoidable: 0.2 }

t.test('a look a day, releases every day', async (t) => {
  await attack(t, { name: 'breakdowns', shape, script, days: true, patterns: true }, seedsOf([21], 6))
  // Each ward has its day of the week, and much of it.
  const rounds = { ...shape, rounds: true, weekly: 9, empty: 0.1 }
  await attack(t, { name: 'rounds', shape: rounds, script, days: true, patterns: true }, seedsOf([31], 4))
})
