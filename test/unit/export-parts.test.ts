import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import type { ExportColumn } from '../../src/export/columns.ts'
import { gzipped } from '../../src/http/export/gzipped.ts'
import { givingWay } from '../../src/http/export/give-way.ts'
import { parquetOf } from '../../src/http/export/parquet.ts'
import { csvRowsOf, ndjsonOf } from '../../src/http/export/texts.ts'
import { unhurried } from '../../src/http/wire/unhurried.ts'
import { parquetRows } from '../support/exported.ts'

const COLUMNS: ExportColumn[] = [
  { name: 'id', type: 'text' }, { name: 'count', type: 'integer' }, { name: 'value', type: 'number' }, { name: 'yes', type: 'boolean' },
  { name: 'at', type: 'instant' }, { name: 'on', type: 'day' }, { name: 'more', type: 'json' }, { name: 'status', type: 'text' }
]
const ROW = ['=1+1, "a"\r\n', 3, 0.5, false, '2014-05-27T07:31:00.000Z', '2014-05-27', { a: [1] }, 'suppressed']
const NOTHING = [null, null, null, null, null, null, null, 'ok']

/** Batches of rows without an end, or so many; says how many were asked for, and whether it was told to stop. */
function source (most = Infinity) {
  const said = { batches: 0, isOver: false }
  return {
    said,
    rows: (async function * () {
      try {
        while (said.batches++ < most) yield Array.from({ length: 1000 }, (_, n) => n % 2 === 0 ? ROW : NOTHING)
      } finally {
        said.isOver = true
      }
    })()
  }
}

async function allOf<T> (parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const part of parts) all.push(part)
  return all
}

const toBuffer = (part: string | Buffer): Buffer => typeof part === 'string' ? Buffer.from(part) : part

const FORMATS = {
  ndjson: (rows: any) => ndjsonOf(COLUMNS, rows),
  csv: (rows: any) => csvRowsOf(COLUMNS, rows),
  gzip: (rows: any) => gzipped(ndjsonOf(COLUMNS, rows)),
  parquet: (rows: any) => parquetOf(COLUMNS, rows, { watermark: 'x' })
}

t.test('whoever goes away ends the work, and what nobody takes is not read', async (t) => {
  for (const [name, format] of Object.entries(FORMATS)) {
    const { said, rows } = source()
    const parts = format(rows)
    await parts.next()
    // What is packed small fills the buffers on the way late; an end there is.
    for (let before = -1; before !== said.batches && said.batches < 5000;) {
      before = said.batches
      await wait(500)
    }
    t.ok(said.batches < 5000, `${name}: it stops while nobody takes, after ${said.batches} batches`)
    await parts.return(undefined)
    for (let n = 0; n < 100 && !said.isOver; n++) await wait(20)
    t.ok(said.isOver, `${name}: told to stop`)
  }
})

t.test('what cannot be read breaks the answer off', async (t) => {
  for (const [name, format] of Object.entries(FORMATS)) {
    const rows = (async function * () {
      yield [ROW]
      throw new Error('the database is gone')
    })()
    await t.rejects(allOf<string | Buffer>(format(rows)), /gone|premature/i, name)
  }
})

t.test('every kind of value, and none, in every format', async (t) => {
  const bytes = async (parts: AsyncIterable<string | Buffer>) => Buffer.concat((await allOf(parts)).map(toBuffer))
  const lines = (await bytes(FORMATS.ndjson(source(1).rows))).toString().split('\n')
  t.equal(lines.length, 1001)
  t.same(lines.slice(0, 2).map((line) => JSON.parse(line)), [ROW, NOTHING].map((row) =>
    Object.fromEntries(COLUMNS.map(({ name }, i) => [name, row[i]]))))
  t.equal(gunzipSync(await bytes(FORMATS.gzip(source(1).rows))).toString(), lines.join('\n'))
  t.equal((await bytes(FORMATS.csv(source(1).rows))).toString().split('suppressed').slice(0, 2).join('…'), [
    'id,count,value,yes,at,on,more,status,status_symbol\r\n"\'=1+1, ""a""\r\n",3,0.5,false,2014-05-27T07:31:00.000Z,2014-05-27,' +
    '"{""a"":[1]}",', ',[c]\r\n,,,,,,,ok,\r\n"\'=1+1, ""a""\r\n",3,0.5,false,2014-05-27T07:31:00.000Z,2014-05-27,"{""a"":[1]}",'
  ].join('…'))
  const { rows, metadata } = await parquetRows(await bytes(FORMATS.parquet(source(45).rows)))
  t.equal(rows.length, 45_000, 'several row groups')
  t.same([rows[0], rows[1]], [ROW, NOTHING].map((row) =>
    Object.fromEntries(COLUMNS.map(({ name }, i) => [name, name === 'more' && row[i] !== null ? JSON.stringify(row[i]) : row[i]]))))
  t.same(metadata, { watermark: 'x' })
  t.equal((await parquetRows(await bytes(FORMATS.parquet(source(0).rows)))).rows.length, 0, 'a file without rows is one')
})

t.test('an export rests while others are answered, yet goes on', async (t) => {
  let asked = 0
  const rest = givingWay(() => ++asked < 1000)
  await wait(30)
  await rest()
  t.ok(asked > 1 && asked < 1000, `looked ${asked} times`)
  asked = 1000
  await rest()
  t.equal(asked, 1001, 'at once where nobody else is')
})

t.test('a reader is not given up for what is slow to be read', async (t) => {
  const slow = (async function * () {
    for (let n = 0; n < 3; n++) {
      await wait(700)
      yield 'x'
    }
  })()
  const taken = await allOf(unhurried(slow, { isWanted: () => true, paceMs: 500 }))
  t.same(taken, ['x', 'x', 'x'])
  const reluctant = unhurried((async function * () { for (;;) yield 'x' })(), { isWanted: () => true, paceMs: 50 })
  reluctant.read(0)
  await t.rejects(new Promise((_resolve, reject) => reluctant.once('error', reject)), /others wait/)
})
