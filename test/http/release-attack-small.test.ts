import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

const script = { looks: 'day', releases: 'day', everything: 60, after: 10 } as const
const shape = { days: isLong ? 365 : 70, wards: 6, weekly: 10, channels: 3, outcomes: 3 }

t.test('a look a day, releases every day: a higher threshold, and hardly any events', async (t) => {
  const higher = { ...script, thresholds: { ward: 6, street: 6 } }
  await attack(t, { name: 'threshold 6', shape, script: higher, days: true, patterns: true }, seedsOf([202], 3))
  const few = { ...shape, wards: 5, weekly: 0.7, empty: 0.5, avoidable: 0.2 }
  await attack(t, { name: 'almost empty', shape: few, script, days: true, patterns: true }, seedsOf([51], 4))
})
