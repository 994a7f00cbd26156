import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

// A look after each event, releases every day: docs/disclosure-control.md says what is promised.
const script = { looks: 'event', releases: 'day', everything: 50, after: 10 } as const

t.test('a look after each event, releases every day', async (t) => {
  const shape = { days: isLong ? 365 : 70, wards: 4, weekly: isLong ? 1.5 : 2, channels: 2, outcomes: 2 }
  await attack(t, { name: 'sparse', shape, script, days: true, patterns: true }, seedsOf([11], 6))
  await attack(t, { name: 'avoidable', shape: { ...shape, wards: 3, avoidable: 0.3 }, script, days: true, patterns: true }, seedsOf([204], 6))
})
