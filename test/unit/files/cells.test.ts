import fc from 'fast-check'
import t from 'tap'
import { formatDay, instantAt, parseDay } from '../../../src/domain/calendar.ts'
import { serialDay, serialText } from '../../../src/files/serial-dates.ts'
import { readDate, readMonth, readTime, type DateFormat, type Order } from '../../../src/mappings/cells/dates.ts'
import { wholeNumber } from '../../../src/mappings/cells/numbers.ts'

const money = (text: string) => wholeNumber(text, { unit: 'pounds' })

t.test('any amount of money, however it is written, is exact', (t) => {
  fc.assert(fc.property(
    fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), fc.constantFrom('£', '', 'GBP '), fc.boolean(),
    fc.constantFrom('before', 'brackets', 'behind'),
    (pence, sign, isGrouped, minus) => {
      const digits = String(Math.abs(pence)).padStart(3, '0')
      const pounds = isGrouped ? digits.slice(0, -2).replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : digits.slice(0, -2)
      const plain = `${sign}${pounds}.${digits.slice(-2)}`
      const text = pence >= 0 ? plain : { before: `-${plain}`, brackets: `(${plain})`, behind: `${plain}-` }[minus]
      t.same(money(text), { value: pence }, text)
    }
  ), { numRuns: 300 })
  t.end()
})

t.test('numbers', (t) => {
  for (const [text, value] of [
    ['0.1', 10], ['1,234,567.8', 123_456_780], ['£ 12', 1200], ['−£3.50', -350], ['£-3.50', -350], ['50p', 50], ['12.500', 1250]
  ] as const) t.same(money(text), { value }, text)
  for (const text of ['1,23', '1.234,5', '€5', '$5', '12.345', '', '.', '1e5', 'free', '5 CR', '--5']) {
    t.ok('why' in money(text), text)
  }
  t.same(wholeNumber('1.234,50', { unit: 'pounds', decimalComma: true }), { value: 123_450 })
  t.same(wholeNumber('12.00'), { value: 12 })
  t.same(wholeNumber('1 234'), { value: 1234 })
  t.same(wholeNumber('01:02:03', { unit: 'seconds' }), { value: 3723 })
  t.same(wholeNumber('2.5', { unit: 'minutes' }), { value: 150 })
  t.match(wholeNumber('£5'), { why: /money/ })
  t.match(wholeNumber('1.01E+11'), { why: /spreadsheet/ })
  t.match(wholeNumber('12.5'), { why: /whole/ })
  t.match(wholeNumber('9'.repeat(17)), { why: /large/ })
  t.end()
})

t.test('dates', (t) => {
  const said = (text: string, format?: DateFormat, order?: Order) => {
    const found = readDate(text, { format, order })
    if ('why' in found) return 'no'
    if ('ambiguous' in found) return `${formatDay(found.ambiguous[0])} or ${formatDay(found.ambiguous[1])}`
    return `${formatDay(found.day)}${found.time === undefined ? '' : ` ${found.time / 60_000}`}`
  }
  for (const [text, wanted, format, order] of [
    ['27/05/2014', '2014-05-27'], ['27.5.14', '2014-05-27'], ['27-05-2014 8:31', '2014-05-27 511'],
    ['03/04/2026', '2026-04-03 or 2026-03-04'], ['03/03/2026', '2026-03-03'], ['03/04/2026', '2026-04-03', 'dd/mm/yyyy'],
    ['03/04/2026', '2026-03-04', 'mm/dd/yyyy'], ['03/04/2026', '2026-04-03', undefined, 'day-first'],
    ['05/27/2014', '2014-05-27'], ['05/27/2014', 'no', 'dd/mm/yyyy'], ['31/02/2014', 'no'], ['29/02/2015', 'no'],
    ['2014-05-27', '2014-05-27'], ['2014-05-27T08:31:00', '2014-05-27 511'], ['27 May 2014', '2014-05-27'],
    ['Tue 27th May 2014 8.31pm', '2014-05-27 1231'], ['May 27, 2014', '2014-05-27'], ['27-Sept-14', '2014-09-27'],
    ['20140527', '2014-05-27'], ['20140527083100', '2014-05-27 511'], ['41786', '2014-05-27'], ['41786.5', '2014-05-27 720'],
    ['12:00', 'no'], ['27/05/2014 25:00', 'no'], ['27/05/2014 tomorrow', 'no'], ['w/c 26/05/2014', '2014-05-26'],
    ['1401175860', '2014-05-27 451', 'unix'], ['123', 'no'], ['27/05/2014, 12:00 am', '2014-05-27 0'], ['1/2/3/4', 'no'],
    ['40324', '2014-05-27', 'excel-1904']
  ] as Array<[string, string, DateFormat?, Order?]>) t.equal(said(text, format, order), wanted, text)
  t.equal(formatDay(readMonth('May-14')?.day ?? 0), '2014-05-01')
  t.equal(formatDay(readMonth('2014-05')?.day ?? 0), '2014-05-01')
  t.same(readTime('0831'), { time: 30_660_000 })
  t.same(readTime('0.5'), { time: 43_200_000 })
  t.equal(readTime('noon'), undefined)
  t.end()
})

t.test('serial dates', (t) => {
  t.equal(serialDay(1, false), '1900-01-01')
  t.equal(serialDay(59, false), '1900-02-28')
  t.equal(serialDay(60, false), undefined, 'the day that never was')
  t.equal(serialDay(61, false), '1900-03-01')
  t.equal(serialDay(0, true), '1904-01-01')
  t.equal(serialText(41_786.354_861_111_1, { date1904: false, isSpan: false }), '2014-05-27T08:31:00')
  t.equal(serialText(41_786, { date1904: false, isSpan: false }), '2014-05-27')
  t.equal(serialText(1.5, { date1904: false, isSpan: true }), '36:00:00')
  t.equal(serialText(0.5, { date1904: false, isSpan: false }), '12:00:00')
  t.end()
})

t.test('times by the clocks of London', (t) => {
  const at = (text: string) => instantAt(Date.parse(`${text}Z`))
  t.same(at('2014-05-27T08:31'), { instant: Date.parse('2014-05-27T07:31Z'), shown: 'once' })
  t.same(at('2014-01-27T08:31'), { instant: Date.parse('2014-01-27T08:31Z'), shown: 'once' })
  t.same(at('2014-10-26T01:30'), { instant: Date.parse('2014-10-26T00:30Z'), shown: 'twice' })
  t.same(at('2014-10-26T02:00'), { instant: Date.parse('2014-10-26T02:00Z'), shown: 'once' })
  t.same(at('2014-03-30T01:30'), { instant: Date.parse('2014-03-30T01:30Z'), shown: 'never' })
  t.same(at('2014-03-30T02:00'), { instant: Date.parse('2014-03-30T01:00Z'), shown: 'once' })
  t.ok(parseDay('2014-03-30'))
  t.end()
})
