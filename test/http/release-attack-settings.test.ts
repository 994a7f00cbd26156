import t from 'tap'
import { dayOf, formatDay } from '../../src/domain/calendar.ts'
import { put } from '../support/builders.ts'
import type { Play, Script } from '../support/release-attack/play.ts'
import { AUTHORITY, SERVICE } from '../support/release-attack/questions.ts'
import { attack, seedsOf } from '../support/release-attack/run.ts'
import { nameOf, withCounts } from '../support/release-attack/world.ts'

const shape = { days: 91, wards: 5, weekly: 4, channels: 2, outcomes: 2 }
const script: Script = { looks: 'day', releases: 'week', revisions: [95], everything: 200, after: 20 }

t.test('a ward without events whose first day moves every few days', async (t) => {
  const events: NonNullable<Script['events']> = {}
  for (let day = 3; day < 95; day += 4) {
    events[day] = async ({ app, world }: Play) => {
      const code = world.wards.at(-2)!
      await put(app, `/v1/authorities/${AUTHORITY}/areas`, [
        { code, name: nameOf(code), valid_from: formatDay(world.start + (day * 29) % 90) }
      ])
    }
  }
  // The last ward that has a code is the one that moves.
  const change = (world: Parameters<typeof withCounts>[0]) => ({
    ...world, acts: world.acts.filter(({ cell }) => cell.ward !== world.wards.length - 2)
  })
  await attack(t, { name: 'wards’ dates', shape, script: { ...script, events }, change, days: true }, seedsOf([81], 4))
})

t.test('counts by ward instead of events for some months', async (t) => {
  const counted = { start: dayOf(2014, 5, 1), end: dayOf(2014, 6, 1) }
  const declare = (from: number, basis: string) => async ({ app }: Play): Promise<void> => {
    await put(app, `/v1/authorities/${AUTHORITY}/services/${SERVICE}/authoritative`, {
      from_on: formatDay(from), basis
    })
  }
  const events = { 0: declare(counted.start, 'counts'), 1: declare(counted.end, 'events') }
  await attack(t, {
    name: 'authoritative', shape, script: { ...script, events }, change: (world) => withCounts(world, counted)
  }, seedsOf([91], 4))
})
