import fc from 'fast-check'
import t from 'tap'
import { parseNumbers } from '../../src/postgres/parse-numbers.ts'
import { packCoarser } from '../../src/rollups/coarse.ts'
import { CHANNEL_WEEKS } from '../../src/rollups/definitions.ts'
import {
  abbreviated, channelOfKey, dayKey, dayOfKey, mergePacked, outcomeOfKey, packCells, parsePacked, streetKey, streetOfKey
} from '../../src/rollups/packed.ts'
import { eachPending, pendingKey, pendingPlace } from '../../src/rollups/pending.ts'
import { Unfolded } from '../../src/rollups/unfolded.ts'

const none = { keys: [], events: [], counts: [], avoidable: [] }
const int4s = (...numbers: number[]): Buffer =>
  Buffer.concat(numbers.map((number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(number)
    return bytes
  }))
const int8s = (...numbers: number[]): Buffer =>
  Buffer.concat(numbers.map((number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(number))
    return bytes
  }))
const asText = (numbers: readonly number[]): string => `{${numbers.join(',')}}`

t.test('keys keep what they are made of, up to the largest', async (t) => {
  fc.assert(fc.property(
    fc.nat(30),
    fc.nat(32_767),
    fc.nat(31),
    fc.nat(2 ** 27 - 1),
    (day, channel, outcome, street) => {
      const key = dayKey(day, channel, outcome)
      const ofStreet = streetKey(street, outcome)
      return dayOfKey(key) === day && channelOfKey(key) === channel && outcomeOfKey(key) === outcome &&
        streetOfKey(ofStreet) === street &&
        outcomeOfKey(ofStreet) === outcome && Math.abs(ofStreet) < 2 ** 31
    }
  ))
  const pending = fc.record({
    localDay: fc.nat(65_535),
    channelId: fc.nat(32_767),
    outcome: fc.nat(31),
    wardId: fc.nat(2 ** 21 - 1),
    street: fc.nat(2 ** 27 - 1),
    avoidable: fc.boolean()
  })
  fc.assert(
    fc.property(pending, fc.constantFrom(1, -1), (one, sign) => {
      const row = { authorityId: 1, serviceId: 1, type: 1, count: 3, ...one }
      const { localDay, channelId, outcome, wardId, street, avoidable } = one
      const seen: number[][] = []
      eachPending(
        { keys: asText([pendingKey(row, sign)]), places: asText([pendingPlace(row)]), counts: '{3}' },
        (...cell) => seen.push(cell)
      )
      t.same(seen, [[localDay, channelId, outcome, wardId, street, sign, 3 * sign, avoidable ? 3 * sign : 0]])
    }),
    { numRuns: 50 }
  )
})

t.test('cells of the same key are added up, and what comes to nothing goes', async (t) => {
  const one = { keys: [-5, 1, 3], events: [1, 2, 3], counts: [4, 2, 3], avoidable: [0, 1, 0] }
  t.same(mergePacked(none, one), one)
  t.same(mergePacked(one, { keys: [1, 2, 3], events: [1, 1, -3], counts: [5, 1, -3], avoidable: [0, 0, 0] }), {
    keys: [-5, 1, 2], events: [1, 3, 1], counts: [4, 7, 1], avoidable: [0, 1, 0]
  })
  // Folding takes so many rows at a time: what is taken away may come before what it is taken from.
  const before = mergePacked(none, { keys: [1], events: [-1], counts: [-3], avoidable: [-3] })
  t.same(mergePacked(before, { keys: [1], events: [1], counts: [3], avoidable: [3] }), none)
  const revised = mergePacked({ keys: [1], events: [1], counts: [2], avoidable: [0] }, {
    keys: [1], events: [-1], counts: [-5], avoidable: [0]
  })
  t.same(mergePacked(revised, { keys: [1], events: [1], counts: [5], avoidable: [0] }), {
    keys: [1], events: [1], counts: [2], avoidable: [0]
  })
})

t.test('a packed row says only what its events do not', async (t) => {
  const plain = { keys: [1, 2], events: [3, 4], counts: [3, 4], avoidable: [0, 0] }
  t.same(abbreviated(plain), { counts: [], avoidable: [] })
  const [keys, events, empty] = [int4s(1, 2), int4s(3, 4), Buffer.alloc(0)]
  t.same(parsePacked({ keys, events, counts: empty, avoidable: empty }), plain)
  const other = { ...plain, counts: [3, 9], avoidable: [0, 5] }
  t.same(abbreviated(other), { counts: other.counts, avoidable: other.avoidable })
  t.same(parsePacked({ keys, events, counts: int8s(3, 9), avoidable: int8s(0, 5) }), other)
  const [largest, least] = [2 ** 53 - 1, -(2 ** 53) + 1]
  t.same(parsePacked({ keys: int4s(-1), events: int4s(1), counts: int8s(largest), avoidable: int8s(least) }), {
    keys: [-1], events: [1], counts: [largest], avoidable: [least]
  })
  t.throws(
    () => parsePacked({ keys: int4s(1), events: int4s(1), counts: int8s(2 ** 53), avoidable: empty }), RangeError
  )
})

t.test('what is pending is added up by week, month and day, by ward and by street', async (t) => {
  const unfolded = new Unfolded()
  const series = { authorityId: 7, serviceId: 8, type: 1 }
  const rows = [
    { localDay: 16_000, channelId: 2, wardId: 5, street: 9, count: 1, avoidable: false }, // 2013-10-22
    { localDay: 16_000, channelId: 2, wardId: 6, street: 9, count: 4, avoidable: true },
    { localDay: 16_010, channelId: 2, wardId: 5, street: 9, count: 1, avoidable: false } // 2013-11-01
  ].map((row) => ({ ...series, ...row, outcome: 3 }))
  unfolded.add({
    ...series,
    keys: asText(rows.map((row) => pendingKey(row, 1))),
    places: asText(rows.map(pendingPlace)),
    counts: asText(rows.map(({ count }) => count))
  })
  unfolded.add({ ...series, serviceId: 9, type: 0, keys: '{}', places: '{}', counts: '{}' })
  t.same(unfolded.series, [series, { ...series, serviceId: 9, type: 0 }])
  const cells = (key: number, events: number, count: number, avoidable: number) => ({
    keys: [key], events: [events], counts: [count], avoidable: [avoidable]
  })
  const [october, november] = [{ ...series, start: 15_979 }, { ...series, start: 16_010 }]
  const year = (first: number, second: number, channel: number) => [{
    ...series,
    start: 15_706,
    wardId: 0,
    cells: {
      keys: [dayKey(first, channel, 3), dayKey(second, channel, 3)], events: [2, 1], counts: [5, 1], avoidable: [4, 0]
    }
  }]
  t.same(unfolded.pack().map(({ rollup, spans }) => [rollup.view, spans]), [
    ['rollup_week', year(293, 300, 0)], // Mondays, 21 and 28 October
    ['rollup_channel_week', year(293, 300, 2)],
    ['rollup_channel_month', year(273, 304, 2)],
    ['rollup_channel_day', [
      { ...october, wardId: 0, cells: cells(dayKey(21, 2, 3), 2, 5, 4) },
      { ...november, wardId: 0, cells: cells(dayKey(0, 2, 3), 1, 1, 0) }
    ]],
    ['rollup_ward_day', [
      { ...october, wardId: 5, cells: cells(dayKey(21, 2, 3), 1, 1, 0) },
      { ...october, wardId: 6, cells: cells(dayKey(21, 2, 3), 1, 4, 4) },
      { ...november, wardId: 5, cells: cells(dayKey(0, 2, 3), 1, 1, 0) }
    ]],
    ['rollup_street_month', [
      { ...october, wardId: 5, cells: cells(streetKey(9, 3), 1, 1, 0) },
      { ...october, wardId: 6, cells: cells(streetKey(9, 3), 1, 4, 4) },
      { ...november, wardId: 5, cells: cells(streetKey(9, 3), 1, 1, 0) }
    ]]
  ])
})

t.test('a week is one cell whatever months share it, and of the year that it starts in', async (t) => {
  const of = (authorityId: number, start: number, days: number[]) => ({
    authorityId,
    serviceId: 8,
    type: 1,
    start,
    wardId: 0,
    cells: {
      keys: days.map((day) => dayKey(day, 2, 3)),
      events: days.map(() => 1),
      counts: days.map(() => 2),
      avoidable: days.map(() => 0)
    }
  })
  // Thursday 31 October and Friday 1, Monday 4 November 2013; Tuesday 31 December, Wednesday 1 and Monday 6 January
  // 2014.
  const months = [
    of(9, 16_010, [0]), of(7, 16_010, [0, 3]), of(7, 15_979, [30]), of(7, 16_071, [0, 5]), of(7, 16_040, [30])
  ]
  const weeks = packCoarser(CHANNEL_WEEKS, months).map((
    { authorityId, start, cells: { keys, events, counts } }
  ) => [authorityId, start, keys.map(dayOfKey), events, counts])
  t.same(weeks, [[9, 15_706, [300], [1], [2]], [7, 15_706, [300, 307, 363], [2, 1, 2], [4, 2, 4]], [
    7, 16_071, [5], [1], [2]
  ]])
})

t.test('elements in any order are cells by ascending key', async (t) => {
  t.same(packCells(none), { keys: [], events: [], counts: [], avoidable: [] })
  const anyKey = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))
  fc.assert(fc.property(
    fc.array(fc.record({ key: anyKey, events: fc.constantFrom(1, -1), count: fc.nat(9), avoidable: fc.nat(9) })),
    (elements) => {
      const expected = [...Map.groupBy(elements, ({ key }) => key)].sort(([a], [b]) => a - b)
      const sums = (measure: 'events' | 'count' | 'avoidable') =>
        expected.map(([, some]) => some.reduce((sum, one) => sum + one[measure], 0))
      const list = (part: keyof typeof elements[number]) => elements.map((one) => one[part])
      t.same(
        packCells({ keys: list('key'), events: list('events'), counts: list('count'), avoidable: list('avoidable') }),
        {
          keys: expected.map(([key]) => key),
          events: sums('events'),
          counts: sums('count'),
          avoidable: sums('avoidable')
        }
      )
    }
  ))
})

t.test('numbers of an array are never rounded', async (t) => {
  t.same(parseNumbers('{}'), [])
  t.same(parseNumbers('{1,-2,9007199254740991}'), [1, -2, 9_007_199_254_740_991])
  t.throws(() => parseNumbers('{1,9007199254740993}'), RangeError)
})
