import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

t.test('streets', async (t) => {
  const script = { looks: 'day', releases: 'week', everything: 60, after: 45 } as const
  const shape = { days: isLong ? 300 : 70, wards: 4, streets: 4, weekly: 9, channels: 2, outcomes: 2, avoidable: 0.1 }
  await attack(t, { name: 'streets', shape, script, byStreet: true, joint: true }, seedsOf([71], 5))
  await attack(t, { name: 'few events', shape: { ...shape, weekly: 3, empty: 0.4 }, script, byStreet: true, joint: true }, seedsOf([73], 5))
})
