import t from 'tap'
import { attack, isLong, seedsOf } from '../support/release-attack/run.ts'

const revisions = isLong ? [98, 189, 280, 330] : [35, 76]
const script = { looks: 'day', releases: 'week', revisions, everything: 200, after: isLong ? 40 : 12 } as const
const shape = { days: isLong ? 300 : 70, wards: 5, weekly: 6, channels: 2, outcomes: 2 }

t.test('late data, voids and corrections at once', async (t) => {
  const all = { ...shape, late: 0.1, voided: 0.05, corrected: 0.15 }
  await attack(t, { name: 'all of it', shape: { ...all, outcomes: 3, channels: 3 }, script, days: true }, seedsOf([64], 5))
  // The net change of one ward in one week: what came and what went are audited apart.
  await attack(t, { known: 1, name: 'by event', shape: { ...all, weekly: 2 }, script: { ...script, looks: 'event' }, days: true }, seedsOf([66], 5))
})
