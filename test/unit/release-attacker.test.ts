import t from 'tap'
import { publish } from '../support/release-attack/publisher.ts'
import { judge, type Verdict } from '../support/release-attack/verdict.ts'
import { makeWorld } from '../support/release-attack/world.ts'

/** The attacker of releases is tried on a publisher whose faults are known: it must find each of them. */
const isSmall = (count: number): boolean => count === 1 || count === 2
const sum = (verdict: Verdict, name: 'attacked' | 'pinned' | 'narrowed', kind?: string): number =>
  Object.entries(verdict.tallies).filter(([of]) => kind === undefined || of === kind)
    .reduce((sum, [, tally]) => sum + tally[name], 0)
const worldOf = (seed: number, more: object = {}) => makeWorld({ seed, days: 70, wards: 5, weekly: 4, ...more })

t.test('nothing is learnt where nothing is told of wards', async (t) => {
  const verdict = judge(publish(worldOf(1), () => true), { days: true })
  t.ok(sum(verdict, 'attacked') > 100)
  t.equal(sum(verdict, 'pinned') + sum(verdict, 'narrowed'), 0)
  t.ok(Object.values(verdict.tallies).every(({ narrowest, attacked }) => attacked === 0 || narrowest >= 1))
})

t.test('one suppressed ward a week is the authority less the others', async (t) => {
  const isFirst = (counts: number[], ward: number): boolean => counts.findIndex(isSmall) === ward
  const verdict = judge(publish(worldOf(2), isFirst))
  t.ok(sum(verdict, 'pinned', 'ward total') > 5)
})

t.test('the rule of two without a look at their sum narrows', async (t) => {
  // The smallest other ward goes with a small one, be it empty.
  const verdict = judge(publish(worldOf(3), (counts, ward) => {
    const order = [...counts.keys()].sort((a, b) => counts[a]! - counts[b]!)
    const other = counts.filter(isSmall).length === 1 ? order.find((i) => !isSmall(counts[i]!)) : undefined
    return isSmall(counts[ward]!) || ward === other
  }))
  t.ok(sum(verdict, 'narrowed', 'ward total') > 0, 'an empty ward leaves 0..1 or 0..2')
})

t.test('breakdowns of a shown ward tell its small outcomes', async (t) => {
  const world = worldOf(4, { weekly: 8, outcomes: 3 })
  const verdict = judge(publish(world, (counts) => counts.some(isSmall), { byOutcome: true }))
  t.ok(sum(verdict, 'pinned', 'ward outcome') > 5)
})

t.test('a revision whose differences are shown as they are tells of a single late event', async (t) => {
  const world = worldOf(5, { weekly: 12, late: 0.1 })
  const isHidden = (counts: number[], ward: number): boolean =>
    counts[ward]! < 6 || counts.filter((n) => n < 6).length === 1
  const all = publish(world, isHidden, { revision: true })
  t.ok(sum(judge(all), 'pinned', 'ward change') > 5)
})

t.test('a ward that alone has anything in a week is known by day from the authority', async (t) => {
  const verdict = judge(publish(worldOf(6, { empty: 0.85 }), () => false), { days: true })
  t.ok(sum(verdict, 'pinned', 'ward day') > 3)
})

t.test('voids and corrections do not confuse it', async (t) => {
  const world = worldOf(7, { late: 0.2, voided: 0.1, corrected: 0.2, outcomes: 3, channels: 3 })
  const nothing = judge(publish(world, () => true, { revision: true }), { days: true })
  t.ok(sum(nothing, 'attacked', 'ward change') === 0 || sum(nothing, 'attacked') > 100)
  t.equal(sum(nothing, 'pinned'), 0)
  const everything = judge(publish(world, () => false, { revision: true }))
  t.ok(sum(everything, 'pinned', 'ward change') > 10)
  t.ok(sum(everything, 'pinned', 'ward total') > 10)
})
