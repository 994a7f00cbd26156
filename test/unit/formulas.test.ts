import fc from 'fast-check'
import t from 'tap'
import { disarmed, rearmed } from '../../src/files/formulas.ts'
import { linesOf } from '../../src/http/formats/csv.ts'
import { safeCsv } from '../../src/tool/send/safe-csv.ts'

t.test('what a spreadsheet would run has an apostrophe before it, on every line of a cell', async (t) => {
  for (const [text, cell] of [
    ['=1+1', "'=1+1"], ['+A1', "'+A1"], ['@SUM(A1)', "'@SUM(A1)"], ['-A1', "'-A1"], ['\tx', "'\tx"], ['\rx', "'\rx"],
    ['＝1', "'＝1"], [' =1', "' =1"], ['\0=1', "'\0=1"], ["'=1", "''=1"],
    ['a\n=1', "a\n'=1"], ['a\r\n=1\r\n\r\n-x', "a\r\n'=1\r\n\r\n'-x"], ['\r=1', "'\r'=1"], ['a\r=1', "a\r'=1"],
    ['a=1', 'a=1'], ['a\nb', 'a\nb'], ['', ''], ["it's", "it's"], ['a\r\n\r\nb', 'a\r\n\r\nb']
  ] as const) t.equal(disarmed(text), cell, JSON.stringify(text))
  for (const number of ['-5', '+5', '-1,000.25', '-3%', '12']) t.equal(disarmed(number), number, 'stays a number')
  for (const none of ['-5-A1', '+1+1', '-', '-.', '--5', '-5\n=1']) t.match(disarmed(none), /^'/, none)
})

t.test('a cell is read back as the text that it was', async () => {
  const part = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '\r\n', "'", ' ', '\0', '5', 'a', '＝', ',', '"')
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')), (text) =>
    rearmed(disarmed(text)) === text))
})

t.test('a line end of any kind, a comma and a quote are within quotes; an empty cell alone is no empty line', (t) => {
  for (const write of [linesOf, safeCsv]) {
    t.equal(write([['a\rb', 'x'], ['a\nb', 'x'], ['a\r\nb', 'x'], ['a,b', 'x'], ['a"b', 'x'], [' a ', '-5']]),
      '"a\rb",x\r\n"a\nb",x\r\n"a\r\nb",x\r\n"a,b",x\r\n"a""b",x\r\n a ,-5\r\n')
  }
  t.equal(linesOf([['region'], [''], ['Wales']]), 'region\r\n""\r\nWales\r\n')
  t.equal(linesOf([['', 'x']]), ',x\r\n')
  t.end()
})
