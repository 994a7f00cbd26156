import t from 'tap'
import fc from '../support/properties.ts'
import { parseExact } from '../../src/json/exact-json.ts'

const digits = fc.string({
  unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), minLength: 1, maxLength: 20
})
const whole = digits.map((text) => text.replace(/^0+(?=\d)/, ''))
const number = fc.tuple(
  fc.constantFrom('', '-'),
  whole,
  fc.option(digits),
  fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e-', 'E+'), fc.integer({ min: 0, max: 30 })))
)
  .map(([sign, whole, fraction, exponent]) =>
    `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent?.join('') ?? ''}`
  )

t.test('every number is written as it was read', async () => {
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const text = `[${numbers.join(',')}]`
      return JSON.stringify(parseExact(text)) === text
    }),
    {
      numRuns: 20_000,
      examples: [
        [['-0']],
        [['1.0']],
        [['0.0000001']],
        [['1e5']],
        [['9007199254740993']],
        [['144.25']],
        [['0.000001']],
        [['1234567.12345678']]
      ]
    }
  )
})
