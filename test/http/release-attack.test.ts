import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

// Docs: docs/disclosure-control.md. How the attacker works: test/support/release-attack/.
const days = isLong ? 365 : 100
const script = { looks: 'event', releases: 'day', everything: 50, after: 10 } as const

t.test('a look after each event, releases every day', async (t) => {
  const shape = { days, wards: 4, weekly: isLong ? 1.5 : 2, channels: 2, outcomes: 2 }
  await attack(t, { name: 'sparse', shape, script, days: true, patterns: true }, seedsOf([11, 12], 6))
})

t.test('a look a day, releases every day', async (t) => {
  const daily = { ...script, looks: 'day' } as const
  const shape = { days, wards: 6, weekly: 4, channels: 3, outcomes: 3, avoidable: 0.2 }
  await attack(t, { name: 'breakdowns', shape, script: daily, days: true, patterns: true }, seedsOf([21], 6))
  await attack(t, { name: 'rounds', shape: { ...shape, rounds: true, weekly: 9, empty: 0.1 }, script: daily, days: true, patterns: true }, seedsOf([31], 4))
  await attack(t, {
    name: 'threshold 6', shape: { ...shape, weekly: 10, avoidable: 0 }, script: { ...daily, thresholds: { ward: 6, street: 6 } }, days: true, patterns: true
  }, seedsOf([41], 3))
  await attack(t, { name: 'almost empty', shape: { ...shape, wards: 5, weekly: 0.7, empty: 0.5 }, script: daily, days: true, patterns: true }, seedsOf([51], 4))
})
