import fc from 'fast-check'
import t from 'tap'
import type { Directory } from '../../src/catalogue/directory.ts'
import {
  DEFAULT_RULES, planDisclosure, type DisclosureLevel, type DisclosureRule
} from '../../src/domain/disclosure/index.ts'
import { EventPlans } from '../../src/disclosure/event-plans.ts'
import { gridOf, planAreas } from '../../src/disclosure/plan-areas.ts'
import { fromDays, type DayCount } from '../support/day-counts.ts'
import { Attack, LinearSystem } from '../support/attacker.ts'

const START = 16_161 // 2014-04-01, a Tuesday
const PATHS = [[0, 0], [0, 1], [1, 0]] as const

interface World { wards: number, days: number[], counts: number[], rule: DisclosureRule }

const world: fc.Arbitrary<World> = fc.record({
  wards: fc.integer({ min: 2, max: 5 }),
  days: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 }).map((days) =>
    days.sort((a, b) => a - b)
  ),
  most: fc.constantFrom(1, 3, 8, 30),
  emptiness: fc.constantFrom(0, 0.5, 0.9),
  seed: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat()), { minLength: 120, maxLength: 120 }),
  finest: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
  threshold: fc.integer({ min: 2, max: 6 })
}).map(({ wards, days, most, emptiness, seed, finest, threshold }) => ({
  wards,
  days,
  counts: Array.from({ length: wards * days.length * PATHS.length }, (_, i) => {
    const [chance, size] = seed[i]!
    return chance < emptiness ? 0 : size % (most + 1)
  }),
  rule: { threshold, finest, delayDays: 0, roundTo: null }
}))

/**
 * `zeros`: whether the attacker also takes every total of 0 to mean that all its parts are 0, which is more than linear
 * arithmetic.
 */
function attack ({ wards, days, counts, rule }: World, zeros: boolean) {
  const index = (ward: number, day: number, path: number) => (ward * days.length + day) * PATHS.length + path
  const cells: DayCount[] = []
  for (let ward = 0; ward < wards; ward++) {
    for (const [d, day] of days.entries()) {
      for (const [p, path] of PATHS.entries()) {
        cells.push({ unit: ward, day: START + day, count: counts[index(ward, d, p)]!, path })
      }
    }
  }
  const range = { start: START, end: START + 365 }
  const plan = planDisclosure({
    range, rule, ...fromDays(cells), views: 3, units: Array.from({ length: wards }, (_, i) => i), today: START + 400
  })
  const system = new LinearSystem(counts.length)
  const all = Array.from({ length: wards }, (_, i) => i)
  for (const d of days.keys()) for (const p of PATHS.keys()) system.add(all.map((ward) => index(ward, d, p)))

  // Every figure there is: ward, any range of days, any group of any breakdown.
  const groups: Array<readonly [number, number[]]> = [[0, [0, 1, 2]], [1, [0, 1]], [1, [2]], [2, [0]], [2, [1]]]
  const hidden: Array<{ what: string, indices: number[], count: number }> = []
  let [asked, published] = [0, 0]
  for (const ward of all) {
    for (const a of Array(62).keys()) {
      for (const b of [a + 1, a + 2, a + 3, a + 7, a + 14, a + 30, a + 31, 62, 365]) {
        if (b <= a) continue
        for (const [view, paths] of groups) {
          const indices = [...days.keys()].filter((d) => days[d]! >= a && days[d]! < b).flatMap((d) =>
            paths.map((p) => index(ward, d, p))
          )
          const count = indices.reduce((sum, i) => sum + counts[i]!, 0)
          if (view === 0 && count > 0) asked++
          if (plan.isPublished(ward, { start: START + a, end: START + b }, view)) {
            system.add(indices)
            // Counts are never negative: a total of 0 says that each of its parts is 0.
            if (zeros && count === 0 && view === 0) { for (const i of indices) system.add([i]) }
            if (view === 0 && count > 0) published++
            if (count > 0 && count < rule.threshold!) {
              hidden.push({ what: `published: ward ${ward} ${a}..${b} view ${view}`, indices: [], count })
            }
          } else if (count > 0 && count < rule.threshold!) {
            hidden.push({ what: `ward ${ward} ${a}..${b} view ${view}`, indices, count })
          }
        }
      }
    }
  }
  return { asked, published, pinned: hidden.filter(({ indices }) => system.determines(indices)) }
}

t.test('no small figure can be solved for from all the published ones', async (t) => {
  let [asked, published, worlds, byZeros] = [0, 0, 0, 0]
  fc.assert(
    fc.property(world, (world) => {
      const result = attack(world, false)
      if (attack(world, true).pinned.length > 0) byZeros++ // a limit that docs/disclosure-control.md tells of
      asked += result.asked
      published += result.published
      worlds++
      if (result.pinned.length > 0) {
        throw new Error(`${result.pinned.length}: ${result.pinned[0]!.what} = ${result.pinned[0]!.count}`)
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150), endOnFailure: false }
  )
  t.ok(worlds > 0)
  t.comment(`${worlds} worlds, ${published} of ${asked} ward figures published; in ${byZeros} worlds something follows if zeros are taken apart as well`)
})

interface StreetWorld { wards: number, days: number[], counts: number[] }

const STREETS = [0, 45_200_001, 45_200_002]
const streetWorld: fc.Arbitrary<StreetWorld> = fc.record({
  wards: fc.integer({ min: 3, max: 6 }),
  days: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }).map((days) =>
    days.sort((a, b) => a - b)
  ),
  most: fc.constantFrom(1, 3, 8),
  withAny: fc.constantFrom(1, 2, 6), // the others have nothing
  streets: fc.constantFrom(1, 3), // 1: all of it without a street
  seed: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat()), { minLength: 72, maxLength: 72 })
}).map(({ wards, days, most, withAny, streets, seed }) => ({
  wards,
  days,
  counts: Array.from({ length: wards * days.length * STREETS.length }, (_, i) => {
    const [ward, street, [chance, size]] = [Math.floor(i / days.length / STREETS.length), i % STREETS.length, seed[i]!]
    return ward >= withAny || street >= streets || chance < 0.4 ? 0 : size % (most + 1)
  })
}))

function attackStreets ({ wards, days, counts }: StreetWorld): Attack {
  const year = { start: START, end: START + 365 }
  // And ward 0, the unnamed one.
  const areas = Array.from({ length: wards - 1 }, (_, i) => ({ id: i + 1, from: 0, to: START + 10_000 }))
  const directory = {
    disclosureRule: (_authority: number, _service: number, level: DisclosureLevel) => DEFAULT_RULES[level],
    authorityById: new Map([[1, { id: 1 }]]),
    areasOf: () => areas,
    channelById: new Map()
  } as unknown as Directory
  const scope = { directory, authorityId: 1, serviceId: 1, year, today: START + 400 }
  const places = counts.map((count, i) => ({
    count,
    street: STREETS[i % STREETS.length]!,
    day: START + days[Math.floor(i / STREETS.length) % days.length]!,
    ward: Math.floor(i / STREETS.length / days.length)
  }))
  const counted = (dates: number[], some: typeof places) =>
    some.filter(({ count }) => count > 0).map(({ ward, street, day, count }) => ({
      authorityId: 1,
      ward,
      street,
      outcome: 1,
      channel: 1,
      avoidable: undefined,
      counts: dates.slice(1).map((end, i) => day >= dates[i]! && day < end ? count : 0)
    }))
  const activeDays = days.flatMap((d) => {
    const least = places.filter(({ day }) => day === START + d).reduce((sum, { count }) => sum + count, 0)
    return least === 0 ? [] : [{ day: START + d, least }]
  })
  const open = (level: 'ward' | 'street') => {
    const grid = gridOf({ ...scope, level })
    const plan = planAreas({ ...scope, level }, {
      grid, wards: counted(grid.wards, places), streets: counted(grid.streets, places), days: activeDays
    })
    return new EventPlans(level, new Map([[1, [plan]]]))
  }
  const [byWard, byStreet] = [open('ward'), open('street')]
  const attack = new Attack(counts)
  const indices = (matches: (place: typeof places[number]) => boolean): number[] =>
    [...places.keys()].filter((i) => matches(places[i]!))
  const sum = (some: number[]): number => some.reduce((sum, i) => sum + counts[i]!, 0)
  const see = (what: string, some: number[], isPublished: boolean, threshold: number | undefined) =>
    attack.see(what, some, isPublished ? sum(some) : null, threshold)
  // A ward without streets is its unnamed one, and shows 3.
  const thresholdOf = (street: number): number => street === 0 ? 3 : 5
  for (const d of days) see(`day ${d}`, indices(({ day }) => day === START + d), true, undefined)
  // April, May, June, the quarter and the year.
  for (const [a, b] of [[0, 30], [30, 61], [61, 91], [0, 91], [0, 365]] as const) {
    const range = { start: START + a, end: START + b }
    const within = (day: number): boolean => day >= range.start && day < range.end
    const hidden = byStreet.suppressedAreas(1, range, 'total')
    for (let ward = 0; ward < wards; ward++) {
      see(
        `ward ${ward} ${a}..${b}`,
        indices((one) => one.ward === ward && within(one.day)),
        byWard.isPublished(1, { wards: [ward] }, range, 'total'),
        3
      )
      for (const street of STREETS) {
        const some = indices((one) => one.ward === ward && one.street === street && within(one.day))
        see(
          `ward ${ward} street ${street} ${a}..${b}`,
          some,
          byStreet.isPublished(1, { wards: [ward], streets: [street] }, range, 'total'),
          thresholdOf(street)
        )
        // A row that is left out of a list says 0.
        if (sum(some) === 0 && !hidden.some((area) => area.ward === ward && area.street === street)) {
          see('no row', some, true, undefined)
        }
      }
    }
    for (const street of STREETS) {
      const isPublished = byStreet.isPublished(1, { streets: [street] }, range, 'total')
      // All that has no street may be all there is, which is public.
      if (street !== 0 || isPublished) {
        see(
          `street ${street} ${a}..${b}`,
          indices((one) => one.street === street && within(one.day)),
          isPublished,
          thresholdOf(street)
        )
      }
    }
  }
  return attack
}

t.test('nor from the figures of streets, those of wards with nothing among them', (t) => {
  let [attacked, shown] = [0, 0]
  fc.assert(
    fc.property(streetWorld, (world) => {
      const attack = attackStreets(world)
      attacked += attack.attacked
      shown += attack.shown
      if (attack.faults.length > 0) throw new Error(attack.faults[0])
      const [pinned] = attack.pinned()
      if (pinned !== undefined) throw new Error(`cells ${pinned.join()} are worked out`)
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150), endOnFailure: false }
  )
  t.ok(attacked > 100)
  t.ok(shown > 100)
  t.comment(`${attacked} small sums attacked, ${shown} figures above 0 shown`)
  t.end()
})
