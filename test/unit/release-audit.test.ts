import assert from 'node:assert/strict'
import fc from '../support/properties.ts'
import t from 'tap'
import { audit } from '../../src/releases/audit/audit.ts'
import { WrongModel } from '../../src/releases/audit/check-model.ts'
import type { AuditModel } from '../../src/releases/audit/model.ts'
import { reduce } from '../../src/releases/audit/reduce.ts'
import { loadSolver } from '../../src/releases/audit/solver.ts'
import { rangesByCounting } from '../support/count-worlds.ts'

const solver = await loadSolver()
const auditOf = (model: AuditModel) => audit(solver, model)

t.test('two suppressed wards that share 9 are between 0 and 9', async (t) => {
  const model = {
    unknowns: 3,
    equations: [{ cells: [0, 1, 2], total: 20 }, { cells: [2], total: 11 }],
    targets: [{ cells: [0], needed: 5 }, { cells: [1], needed: 10 }]
  }
  const { narrow, narrowest, solved } = auditOf(model)
  t.strictSame(narrow, [{ target: 1, low: 0, high: 9, restsOn: [0, 1] }])
  t.ok(narrowest! >= 5 && narrowest! <= 9, 'the first is proved as wide as needed')
  t.ok(solved >= 2)
})

t.test('one suppressed ward is the rest of the authority', async (t) => {
  const { narrow, narrowest } = auditOf({
    unknowns: 4,
    equations: [
      { cells: [3], total: 50 }, { cells: [0, 1, 2], total: 20 }, { cells: [1], total: 7 }, { cells: [2], total: 11 }
    ],
    targets: [{ cells: [0], needed: 5 }]
  })
  t.strictSame(narrow, [{ target: 0, low: 2, high: 2, restsOn: [1, 2, 3] }], 'the ward beside them says nothing')
  t.equal(narrowest, null, 'none passes')
})

t.test('a suppressed day is pinned by dates of other wards', async (t) => {
  // Four days of ward A (0 to 3) and ward B (4 to 7), and the authority by day.
  const dates = [
    { cells: [0, 1], total: 6 }, { cells: [2, 3], total: 9 },
    { cells: [4], total: 8 }, { cells: [5, 6], total: 14 }, { cells: [7], total: 9 },
    { cells: [0, 4], total: 10 }, { cells: [1, 5], total: 11 }, { cells: [2, 6], total: 12 },
    { cells: [3, 7], total: 13 }
  ]
  const targets = [{ cells: [1], needed: 3 }, { cells: [3], needed: 3 }, { cells: [1, 2], needed: 3 }]
  const { narrow } = auditOf({ unknowns: 8, equations: dates, targets })
  t.match(narrow, [
    { target: 0, low: 4, high: 4, restsOn: [0, 2, 5] },
    { target: 1, low: 4, high: 4, restsOn: [4, 8] },
    { target: 2, low: 9, high: 9 }
  ])
  const coarser = dates.map((date, e) => e === 2 || e === 4 ? { ...date, total: 99, atMost: true } : date)
  t.strictSame(auditOf({ unknowns: 8, equations: coarser, targets }).narrow, [
    { target: 2, low: 9, high: 9, restsOn: [3, 6, 7] }
  ], 'without days 0 and 3 of B, day 1 of A may be anything up to 6, but not days 1 and 2 together')
})

t.test('a total that is a limit bounds from above alone', async (t) => {
  const model = (atMost: boolean): AuditModel => ({
    unknowns: 2,
    equations: [{ cells: [0, 1], total: 4, atMost }, { cells: [1], total: 1 }],
    targets: [{ cells: [0], needed: 3 }]
  })
  t.strictSame(auditOf(model(true)), { narrow: [], narrowest: 3, solved: 2 })
  t.strictSame(auditOf(model(false)).narrow, [{ target: 0, low: 3, high: 3, restsOn: [0, 1] }])
})

t.test('totals of 0 pin their parts, and are named', async (t) => {
  const equations = [
    { cells: [0, 1], total: 0 }, { cells: [2, 3], total: 0, atMost: true }, { cells: [1, 3, 4, 5], total: 9 }
  ]
  const { narrow } = auditOf({
    unknowns: 6,
    equations,
    targets: [
      { cells: [0], needed: 1 }, { cells: [4, 5], needed: 2 }, { cells: [0, 2], needed: 2 }, { cells: [4], needed: 9 }
    ]
  })
  t.strictSame(narrow, [
    { target: 0, low: 0, high: 0, restsOn: [0] },
    { target: 1, low: 9, high: 9, restsOn: [0, 1, 2] },
    { target: 2, low: 0, high: 0, restsOn: [0, 1] }
  ])
})

t.test('targets that are alike but for zeros are one to the solver, and each is named', async (t) => {
  const model = {
    unknowns: 5,
    equations: [{ cells: [1], total: 0 }, { cells: [3], total: 0 }, { cells: [0, 2], total: 9 }],
    targets: [
      { cells: [0], needed: 10 }, { cells: [0], needed: 5 }, { cells: [2], needed: 10 }, { cells: [1, 0], needed: 10 },
      { cells: [0, 1, 3], needed: 10 }, { cells: [4, 0], needed: 10 }
    ]
  }
  t.strictSame(reduce(model).ranges.map(({ targets }) => targets), [[0, 3, 4], [1], [2], [5]],
    'not what needs another width, is another unknown, or is limited by nothing')
  t.strictSame(auditOf(model).narrow, [
    { target: 0, low: 0, high: 9, restsOn: [2] },
    { target: 2, low: 0, high: 9, restsOn: [2] },
    { target: 3, low: 0, high: 9, restsOn: [0, 2] },
    { target: 4, low: 0, high: 9, restsOn: [0, 1, 2] }
  ], 'in their order, each with the zeros that it rests on')
})

t.test('what no equation has is unlimited', async (t) => {
  const { narrow, narrowest } = auditOf({
    unknowns: 3,
    equations: [{ cells: [0], total: 3 }],
    targets: [{ cells: [0, 1], needed: 1e9 }, { cells: [2], needed: 1 }]
  })
  t.strictSame(narrow, [])
  t.equal(narrowest, Infinity)
  t.strictSame(auditOf({ unknowns: 3, equations: [{ cells: [0], total: 3 }], targets: [] }).narrowest, null)
})

t.test('a model that contradicts itself is refused', async (t) => {
  const targets = [{ cells: [0], needed: 1 }]
  const refused = (unknowns: number, equations: AuditModel['equations'], message: RegExp) => {
    t.throws(() => auditOf({ unknowns, equations, targets }), new WrongModel(), 'one class of errors')
    t.throws(() => auditOf({ unknowns, equations, targets }), { message })
  }
  refused(2, [{ cells: [0, 1], total: 3 }, { cells: [0], total: 4 }], /No counts fit/)
  refused(2, [{ cells: [0, 1], total: 0 }, { cells: [0], total: 4 }], /Equation 1 has the total 4.*count of it 0/)
  refused(2, [{ cells: [], total: 1 }], /Equation 0/)
  refused(2, [{ cells: [0], total: -1, atMost: true }], /never negative/)
  refused(2, [{ cells: [0], total: NaN }], /total NaN/)
  refused(2, [{ cells: [0, 2], total: 1 }], /unknown 2; the model's are 0 to 1/)
  refused(2, [{ cells: [1, 1], total: 1 }], /Equation 0 has an unknown twice/)
  t.equal(auditOf({ unknowns: 1, equations: [{ cells: [0], total: 4 }], targets }).narrow.length, 1, 'the solver goes on')
})

/** Wards by gaps between dates: the authority's totals by gap, each ward's from one published date to the next. */
const table: fc.Arbitrary<AuditModel> = fc.record({
  wards: fc.integer({ min: 1, max: 3 }), gaps: fc.integer({ min: 1, max: 3 })
}).chain(({ wards, gaps }) => fc.record({
  wards: fc.constant(wards),
  gaps: fc.constant(gaps),
  counts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: wards * gaps, maxLength: wards * gaps }),
  published: fc.array(fc.boolean(), { minLength: wards * gaps, maxLength: wards * gaps }),
  forms: fc.array(fc.constantFrom('exact', 'exact', 'exact', 'atMost', 'none'), { minLength: 12, maxLength: 12 }),
  targets: fc.array(
    fc.record({ ward: fc.nat(wards - 1), from: fc.nat(gaps - 1), length: fc.integer({ min: 1, max: gaps }) }),
    { minLength: 1, maxLength: 6 }
  ),
  needed: fc.integer({ min: 1, max: 5 })
})).map(({ wards, gaps, counts, published, forms, targets, needed }) => {
  const run = (ward: number, from: number, to: number) =>
    Array.from({ length: Math.min(to, gaps) - from }, (_, g) => ward * gaps + from + g)
  const sums = Array.from({ length: gaps }, (_, g) => Array.from({ length: wards }, (_, w) => w * gaps + g))
  for (let ward = 0; ward < wards; ward++) {
    for (let gap = 0, from = 0; gap < gaps; gap++) {
      if (!published[ward * gaps + gap]) continue
      sums.push(run(ward, from, gap + 1))
      from = gap + 1
    }
  }
  const equations = sums.flatMap((cells, e) => {
    const form = forms[e % forms.length]
    const total = cells.reduce((sum, cell) => sum + counts[cell]!, 0)
    if (form === 'none') return []
    return form === 'atMost' ? [{ cells, total: total + e % 2, atMost: true }] : [{ cells, total }]
  })
  return {
    unknowns: wards * gaps,
    equations,
    targets: targets.map(({ ward, from, length }) => ({ cells: run(ward, from, from + length), needed }))
  }
})

t.test('ranges are those of all worlds of counts, and the named equations prove them', async (t) => {
  const seen = { narrow: 0, wide: 0 }
  fc.assert(fc.property(table, (model) => {
    const { narrow, narrowest } = auditOf(model)
    const ranges = rangesByCounting(model)
    const wide = ranges.filter(({ low, high }, i) => high - low >= model.targets[i]!.needed)
    seen.narrow += narrow.length
    seen.wide += wide.length
    assert.deepEqual(
      narrow.map(({ target, low, high }) => ({ target, low, high })),
      ranges.map((range, target) => ({ target, ...range })).filter((_, i) => !wide.includes(ranges[i]!))
    )
    if (wide.length === 0) assert.equal(narrowest, null)
    else {
      assert.ok(narrowest! <= Math.min(...wide.map(({ low, high }) => high - low)), 'no wider than it is')
      assert.ok(narrowest! >= model.targets[0]!.needed, 'as wide as needed')
    }
    for (const { target, low, high, restsOn } of narrow) {
      const equations = restsOn.map((e) => model.equations[e]!)
      const again = auditOf({ ...model, equations }).narrow.find((other) => other.target === target)
      assert.deepEqual({ low: again?.low, high: again?.high }, { low, high })
    }
  }), { numRuns: 300 })
  t.ok(seen.narrow > 100 && seen.wide > 100, `both kinds occur: ${JSON.stringify(seen)}`)
})
