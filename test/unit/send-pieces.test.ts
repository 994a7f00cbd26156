import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Candidates, namesOf, SENDABLE } from '../../src/tool/watch/candidates.ts'
import { bodyOf, contentOf, rowsOf } from '../../src/tool/send/content.ts'
import { cellsOf } from '../../src/tool/send/csv-shape.ts'
import { Journal, type Identity } from '../../src/tool/send/journal.ts'
import { keyOf } from '../../src/tool/send/key.ts'
import { OpenFile } from '../../src/tool/send/open-file.ts'
import { backOff, retryAfter } from '../../src/tool/send/retry.ts'
import { safeCsv } from '../../src/tool/send/safe-csv.ts'
import { personalDataIn } from '../../src/domain/personal-data.ts'
import fc from '../support/properties.ts'

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ';', ',', '\n', '\r\n', ' ', '='), maxLength: 6 })
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

t.test('a CSV is cut between its rows alone, and its bytes stay as they are', async (t) => {
  const file = join(t.testdir(), 'rows.csv')
  await fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }),
    fc.constantFrom('\n', '\r\n'), fc.constantFrom('utf8', 'latin1'), fc.boolean(),
    async (rows, batch, newline, encoding, blank) => {
      const lines = rows.map(([a, b], i) => `${i};${quoted(a)};${quoted(b)}${newline}`)
      const text = `Ref;One;Two${newline}${lines.join(blank ? newline : '')}`
      writeFileSync(file, Buffer.from(text, encoding as BufferEncoding))
      const open = await OpenFile.of(file)
      const content = await contentOf(open, 'csv', batch)
      const got: string[][] = []
      for (const piece of content.pieces) {
        const body = (await bodyOf(content, piece)).toString(encoding)
        if (!body.startsWith(`Ref;One;Two${newline}`) || piece.rows > batch) throw new Error('no headings, or too many rows')
        for (const row of await rowsOf(content, piece)) {
          const bytes = readFileSync(file).subarray(piece.start + row.start, piece.start + row.end)
          got.push(cellsOf(content.shape!, bytes))
          const before = readFileSync(file).subarray(0, piece.start + row.start).toString('latin1')
          if (row.line !== before.split('\n').length) throw new Error(`line ${row.line} of ${JSON.stringify(before)}`)
        }
      }
      await open.close()
      t.same(got.map((cells) => cells.slice(1)), rows)
    }
  ), { numRuns: 150 })
})

t.test('JSON and NDJSON are cut between their rows alone', async (t) => {
  const file = join(t.testdir(), 'rows')
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({ id: fc.string(), more: fc.object({ maxDepth: 2 }) }), { maxLength: 9 }),
    fc.integer({ min: 1, max: 4 }), fc.constantFrom('json', 'ndjson', 'pretty'),
    async (rows, batch, form) => {
      const text = form === 'ndjson'
        ? `\ufeff\r\n${rows.map((row) => JSON.stringify(row)).join('\r\n\n')}`
        : JSON.stringify(rows, null, form === 'pretty' ? 2 : 0)
      writeFileSync(file, text)
      const open = await OpenFile.of(file)
      const content = await contentOf(open, form === 'ndjson' ? 'ndjson' : 'json', batch)
      const bodies = await Promise.all(content.pieces.map(async (piece) => (await bodyOf(content, piece)).toString()))
      await open.close()
      const got = bodies.flatMap((body) => form === 'ndjson'
        ? body.replace('\ufeff', '').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line))
        : JSON.parse(body))
      t.same(got, JSON.parse(JSON.stringify(rows)))
    }
  ), { numRuns: 100 })
})

t.test('a title above the headings, sep=, and a quote that is never closed', async (t) => {
  const contentIn = async (text: string) => {
    const file = join(t.testdir(), 'x.csv')
    writeFileSync(file, text)
    const open = await OpenFile.of(file)
    try {
      return await contentOf(open, 'csv', 100)
    } finally {
      await open.close()
    }
  }
  t.match((await contentIn('Export of bins\n\nRef,Day,How\n1,2,3\n4,5,6\n')), { rows: 2, shape: { headings: ['Ref', 'Day', 'How'], headLines: 3, headerLine: 3 }, pieces: [{ line: 4 }] })
  t.match((await contentIn('sep=;\r\nRef;Day\r\n1;2\r\n')), { rows: 1, shape: { headings: ['Ref', 'Day'], headLines: 2 } })
  await t.rejects(contentIn(`Ref,Day\n1,2\n3,"never closed\n${'4,5\n'.repeat(20)}`), { message: /The row that begins on line 3 has no end; a quotation mark there/ })
})

t.test('a journal: a line that was cut in half never was, another sending is none of it', async (t) => {
  const file = join(t.testdir(), 'x.lpp-journal')
  const identity: Identity = { sha256: 'aa', url: 'http://x', sender: '12345678', options: { kind: 'events' } }
  const one = { batch: 1, receipt: '7', received: 2, stored: 2, duplicates: 0, revised: 0, rejected: 0 }
  const journal = Journal.begin(file, identity, { run: 'r', batches: 3 })
  journal.note(one)
  journal.close()
  appendFileSync(file, '{"batch":2,"rece')
  const found = Journal.find(file, identity)
  t.same([...found!.outcomes.values()], [one])
  found!.note({ ...one, batch: 2 })
  found!.finish()
  t.match(Journal.find(file, identity), { head: { run: 'r' }, finished: /^20/ })
  t.equal(Journal.find(file, identity)!.outcomes.size, 2)
  for (const other of [{ sha256: 'bb' }, { url: 'http://y' }, { sender: '2' }, { options: { kind: 'observations' } }]) {
    t.equal(Journal.find(file, { ...identity, ...other }), undefined)
  }
  writeFileSync(file, 'rubbish\n')
  t.equal(Journal.find(file, identity), undefined)
})

t.test('keys are the same for the same, and look like nobody’s telephone number', async (t) => {
  const of = { sha256: 'ab', options: { kind: 'events' } }
  t.equal(keyOf(of, '', 1), keyOf({ ...of }, '', 1))
  t.equal(new Set([keyOf(of, '', 1), keyOf(of, '', 2), keyOf(of, 'again', 1), keyOf({ ...of, sha256: 'ac' }, '', 1), keyOf({ ...of, options: { kind: 'observations' } }, '', 1)]).size, 5)
  for (let i = 0; i < 2000; i++) if (personalDataIn(keyOf({ ...of, sha256: String(i) }, '', i)) !== undefined) t.fail(String(i))
})

t.test('waits grow, with a bound; Retry-After in seconds or as a date', async (t) => {
  t.same([1, 2, 3, 20].map((tries) => backOff(tries, 1)), [500, 1000, 2000, 60_000])
  t.equal(backOff(1, 0), 250)
  t.equal(retryAfter('7'), 7000)
  t.equal(retryAfter('Mon, 01 Jan 2024 00:00:05 GMT', Date.UTC(2024, 0, 1)), 5000)
  t.equal(retryAfter('soon'), undefined)
  t.equal(retryAfter(null), undefined)
})

t.test('nothing in a CSV is run as a formula, and numbers stay numbers', async (t) => {
  t.equal(safeCsv([['=1+1', '-5', '+44 20', '@x', ' =x', '-12,000.50', 'a=b', '＝x']]), "'=1+1,-5,'+44 20,'@x,' =x,\"-12,000.50\",a=b,'＝x\r\n".replace("' =x", "' =x"))
})

t.test('a file is complete when nobody wrote to it for a while; temporary ones are none', async (t) => {
  const folder = t.testdir({ 'a.csv': 'x', 'B.CSV': 'y', '~$a.xlsx': 'x', '.hidden.csv': 'x', 'c.csv.part': 'x', 'd.csv.refused.csv': 'x', 'empty.csv': '', 'sub.csv': {}, 'e.pdf': 'x' })
  const candidates = new Candidates(folder, namesOf(SENDABLE), 10)
  t.same(candidates.look(0).settled, [])
  writeFileSync(join(folder, 'a.csv'), 'more')
  t.same(candidates.look(10), { settled: ['B.CSV'], growing: candidates.look(10).growing })
  t.same(candidates.look(20).settled.toSorted(), ['B.CSV', 'a.csv'])
  t.same(namesOf(['export-*.csv'])('export-1.csv'), true)
  t.same(namesOf(['export-?.csv'])('export-12.csv'), false)
})
