import t from 'tap'
import fc from '../support/properties.ts'
import { explainJson } from '../../src/json/explain-json.ts'
import { faultIn } from '../../src/json/fault.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

t.test('a text has a fault if the parser refuses it, and otherwise none', async () => {
  const pieces = ['{', '}', '[', ']', ':', ',', '"a"', '"b"', '"\\u0061"', '"\\x"', '1', '-0.5e3', '01', 'true', 'null', 'NaN', "'", '"', ' ', '\n', '\\']
  const rubbish = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join(''))
  fc.assert(fc.property(rubbish, (text) => {
    const fault = faultIn(text)
    return isJson(text) ? fault === undefined || fault.what === 'a member that was there before' : fault !== undefined
  }), { numRuns: 20_000 })
  fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => faultIn(text) === undefined), { numRuns: 2000 })
})

t.test('one change to a text is found where it was made', async () => {
  const object = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 5 })
  fc.assert(fc.property(object, fc.constantFrom('NaN', 'None', 'Infinity', 'True'), (value, word) => {
    const text = JSON.stringify([value, { marked: '?mark?' }, value])
    const at = text.indexOf('"?mark?"')
    const changed = text.replace('"?mark?"', word)
    const fault = faultIn(changed)
    return fault?.at === at && fault.what === word && fault.bounded && fault.pointer === '/1/marked'
  }))
  fc.assert(fc.property(object, (value) => {
    const [name] = Object.keys(value)
    const text = JSON.stringify(value)
    const twice = `${text.slice(0, -1)},${JSON.stringify(name)}:1}`
    return faultIn(twice)?.at === text.length
  }))
})

t.test('says what stands there, and nothing that was sent', async (t) => {
  const cases: Array<[text: string, told: string]> = [
    ['[{"a":1},\n {"a":nan}]', 'line 2, column 7, in the row of index 1, at NaN'],
    ['{"a":1 "b":2}', 'line 1, column 8, at a value with no comma before it'],
    ['{"a" 1}', 'line 1, column 6, at a name with no colon after it'],
    ['{a: 1}', 'line 1, column 2, at a name without quotation marks'],
    ['{"a":"b', 'line 1, column 6, at a text whose closing quotation mark is missing'],
    ['{"a":"b\n"}', 'line 1, column 8, at a line break or another control character within a text'],
    ['{"a":1}}', 'line 1, column 8, at a closing bracket that none opened'],
    ['{"a":{"b":1', 'line 1, column 12, at its end'],
    ['{"a":.5}', 'line 1, column 6, at a number that JSON spells otherwise'],
    ['', 'line 1, column 1, at its end']
  ]
  for (const [text, told] of cases) t.equal(explainJson(text), `reading stopped at ${told}`, text)
})
