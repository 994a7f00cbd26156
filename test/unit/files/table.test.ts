import { isAscii, isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { stringify } from 'csv-stringify/sync'
import iconv from 'iconv-lite'
import t from 'tap'
import { Slices } from '../../../src/domain/slices.ts'
import { readFile } from '../../../src/files/read-file.ts'
import type { FileSettings } from '../../../src/files/table.ts'

const read = async (file: string | Buffer, settings: FileSettings = {}, charset?: string) =>
  await readFile({ type: 'text/csv', bytes: Buffer.from(file), charset }, settings, undefined, new Slices())
const cellsOf = async (file: string | Buffer, settings: FileSettings = {}) =>
  (await read(file, settings)).rows.map(({ cells }) => cells)
const codesOf = async (file: string | Buffer) => (await read(file)).warnings.map(({ code }) => code)

t.test('any table reads back as it was written, whatever its delimiter, encoding and quoting', async (t) => {
  const letters = fc.constantFrom('a', 'Z', '9', ' ', ',', ';', '|', '\t', '"', '\n', '\r\n', '’', '£', 'é', '-')
  const cell = fc.array(letters, { maxLength: 6 }).map((all) => `x${all.join('')}x`)
  const width = 4
  await fc.assert(fc.asyncProperty(
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    fc.constantFrom(',', ';', '\t', '|'), fc.constantFrom('utf8', 'utf8-bom', 'utf16le', 'win1252'), fc.boolean(),
    fc.constantFrom('\n', '\r\n'),
    async (rows, delimiter, encoding, quoted, end) => {
      const headings = ['Ref', 'When', 'How', 'Ward']
      const text = stringify([headings, ...rows], { delimiter, quoted, record_delimiter: end, quoted_match: /[\r\n]/ })
      const bytes = encoding === 'utf8-bom'
        ? iconv.encode(text, 'utf8', { addBOM: true })
        : iconv.encode(text, encoding, { addBOM: encoding === 'utf16le' })
      // By chance it may be UTF-8 from end to end; nobody can tell then.
      fc.pre(encoding !== 'win1252' || !isUtf8(bytes) || isAscii(bytes))
      const table = await read(bytes, { delimiter })
      t.same(table.headings, headings)
      t.same(table.rows.map(({ cells }) => cells), rows)
      let line = 2
      for (const [i, row] of rows.entries()) {
        if (table.rows[i]?.line !== line) t.equal(table.rows[i]?.line, line, 'its line')
        line += 1 + row.reduce((sum, one) => sum + (one.match(/\r\n|\n/g)?.length ?? 0), 0)
      }
    }
  ), { numRuns: 150 })
})

t.test('what stands between cells is found out', async (t) => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const table = ['Ref;When;How', 'A1;"1,5, and 7";web', 'A2;x;y'].join('\n').replaceAll(';', delimiter)
    t.same(await cellsOf(table), [['A1', delimiter === ',' ? '1,5, and 7' : '1,5, and 7', 'web'], ['A2', 'x', 'y']])
  }
  t.same(await cellsOf('sep=;\r\na;b,c\r\n1;2,3'), [['1', '2,3']])
  t.same(await cellsOf('Ref\nA1\nA2'), [['A1'], ['A2']], 'one column')
})

t.test('encodings are found out and said', async (t) => {
  t.same(await cellsOf(Buffer.from('a,b\nCaf\xe9 \x96 \x80,2\n', 'latin1')), [['Café – €', '2']])
  t.same(await codesOf(Buffer.from('a,b\nCaf\xe9,2\n', 'latin1')), ['encoding'])
  t.same(await codesOf('\ufeffa,b\nCafé,2\n'), [])
  t.same(await cellsOf(Buffer.concat([Buffer.from('a,b\nCafé,1\n'), Buffer.from('Caf\xe9,2\n', 'latin1')])), [
    ['Café', '1'], ['Café', '2']
  ], 'a file that was put together of two')
  t.same(await cellsOf(Buffer.from('a,b\nCaf\xe9,2\n\xe9\xa3\xa3,3\n', 'latin1')), [['Café', '2'], ['é££', '3']])
  t.same(await cellsOf(iconv.encode('a,b\nCafé,2\n', 'utf16le')), [['Café', '2']], 'without a mark')
  await t.rejects(read(Buffer.from('a,b\nCaf\xe9,2\n', 'latin1'), {}, 'utf-8'), { code: 'unreadable-file' })
  t.same((await read(Buffer.from('a,b\nCaf\x82,2\n', 'latin1'), {}, 'cp850')).rows[0]?.cells, ['Café', '2'])
})

t.test('headings', async (t) => {
  const table = await read('Report;;\n;;\n Ref\u00a0No ;Date;DATE;\n1;2;3;\n')
  t.same(table.headings, ['Ref No', 'Date', 'DATE (2)'])
  t.same(table.rows.map(({ line, fault }) => [line, fault]), [[4, undefined]])
  t.same((await read('x;y\nA;B\n1;2', { header_line: 2 })).headings, ['A', 'B'])
  await t.rejects(read(`${Array.from({ length: 301 }, (_, i) => `c${i}`).join(',')}\n`), { code: 'unreadable-file' })
})

t.test('rows that do not fit', async (t) => {
  const { rows, warnings } = await read('a,b,c\n1,2\n1,2,3,\n1,2,3,4\n,,\n\n a , B,c\n1,2,3')
  t.same(rows.map(({ line, fault }) => [line, fault?.slice(0, 40)]), [
    [2, 'The row on line 2 has 2 cells where ther'], [3, undefined], [4, 'The row on line 4 has 4 cells where ther'],
    [8, undefined]
  ])
  t.match(warnings, [{ code: 'repeated-header', line: 7 }])
})

t.test('quotes', async (t) => {
  t.same(await cellsOf('a,b\n5" pipe,2\n"say ""hi""",3\n'), [['5" pipe', '2'], ['say "hi"', '3']])
  const swallowed = 'a,b,c\n1,"Smith,web\n2,x,web\n3,y,web\n4,z",web\n5,6,7\n'
  await t.rejects(read(swallowed), { code: 'unreadable-file', message: /line 2/ }, 'rows would be lost in a cell')
  await t.rejects(read('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n'), { code: 'unreadable-file', message: /line 3/ })
})

t.test('what is no CSV', async (t) => {
  await t.rejects(read(''), { code: 'empty-body' })
  await t.rejects(read('\n\n'), { code: 'empty-body' })
  await t.rejects(read(Buffer.from('PK\u0003\u0004xxxx')), { code: 'unreadable-file', message: /Content-Type/ })
  await t.rejects(read(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0])), { code: 'unreadable-file', message: /\.xls/ })
  await t.rejects(read(`a,b\n${'x,'.repeat(400_000)}`), { code: 'unreadable-file' })
})
