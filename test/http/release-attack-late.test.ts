import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

const revisions = isLong ? [98, 189, 280, 330] : [35, 76]
const script = { looks: 'day', releases: 'week', revisions, everything: 200, after: isLong ? 40 : 12 } as const
const shape = { days: isLong ? 300 : 70, wards: 5, weekly: 6, channels: 2, outcomes: 2 }

t.test('late data and voids, with revisions', async (t) => {
  await attack(t, { name: 'late', shape: { ...shape, late: 0.15 }, script, days: true }, seedsOf([61], 5))
  await attack(t, { name: 'voids', shape: { ...shape, voided: 0.1 }, script }, seedsOf([63], 5))
})
