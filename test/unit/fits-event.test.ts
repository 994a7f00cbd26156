import fc from 'fast-check'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { fastInstant, parseInstant } from '../../src/domain/calendar.ts'
import { EventSchema } from '../../src/domain/event.ts'
import { surelyFits } from '../../src/events/fits-event.ts'

const schema = Compile(EventSchema)
const BASE = { id: 'a', authority: 'solihull', service: 'report-missed-bin', occurred_at: '2014-05-27T08:31:00+01:00' }
const odd = fc.oneof(
  fc.string({ maxLength: 140 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.dictionary(fc.string(), fc.anything()),
  fc.array(fc.anything()),
  fc.constantFrom(
    'rating',
    'toString',
    'constructor',
    '5',
    'web',
    '2014-02-30T00:00:00Z',
    '2014-05-27T24:00:00Z',
    '2014-05-27T08:31:00',
    'x'.repeat(101),
    -0,
    1e21
  ),
  fc.dictionary(
    fc.constantFrom('reason', 'Reason', 'a_1', '1a', '__proto__'),
    fc.constantFrom('not-presented', 'No', '', 1, 1.5, true, null, 'x'.repeat(61))
  )
)
const field = fc.constantFrom(...Object.keys(EventSchema.properties), 'wrd')

t.test('a quick yes is a yes of the schema', async (t) => {
  let yes = 0
  fc.assert(
    fc.property(fc.dictionary(field, odd, { maxKeys: 4 }), fc.array(field, { maxLength: 1 }), (more, without) => {
      const row: Record<string, unknown> = { ...BASE, ...more }
      for (const name of without) delete row[name]
      if (!surelyFits(row)) return
      yes++
      if (!schema.Check(row)) throw new Error(JSON.stringify(row))
    }),
    { numRuns: 20_000 }
  )
  t.ok(yes > 100, `${yes} of them said yes`)
  t.ok(surelyFits({ ...BASE, attributes: { reason: 'late', n: 1, first: true }, ward: null, street: 1, count: 0 }))
  for (const row of [null, [], 'x', {}, { ...BASE, toString: 1 }]) t.notOk(surelyFits(row))
})

t.test('a fast instant is the instant', async (t) => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'))
  const texts = fc.tuple(
    fc.integer({ min: 1960, max: 2110 }),
    two(13),
    two(32),
    two(25),
    two(61),
    two(61),
    fc.oneof(fc.constantFrom('Z', '+01:00', '-05:30', '+24:00', ''), two(25))
  )
    .map(([year, month, day, hour, minute, second, zone]) =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`
    )
  fc.assert(
    fc.property(texts, (text) => {
      const fast = fastInstant(text)
      if (fast === undefined) return
      if (fast !== Date.parse(text) || fast !== parseInstant(text)) throw new Error(text)
      if (!schema.Check({ ...BASE, occurred_at: text })) throw new Error(`${text} is refused by the schema`)
    }),
    { numRuns: 20_000 }
  )
  t.equal(fastInstant('2014-05-27T08:31:00+01:00'), Date.parse('2014-05-27T08:31:00+01:00'))
})
