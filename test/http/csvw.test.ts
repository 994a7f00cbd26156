import t from 'tap'
import { columnsOf } from '../../src/http/formats/columns.ts'
import { csvwOf } from '../../src/http/formats/csvw.ts'
import { Type } from 'typebox'
import { testApp } from '../support/app.ts'
import { call, get, operator } from '../support/builders.ts'
import { oddWorld, readCsv, TABLES } from '../support/tables.ts'

/** A column as CSVW says it (Metadata Vocabulary for Tabular Data, section 5.6). */
interface Described {
  name: string
  titles: string
  datatype: string | { base: string, format: string }
  null: string
  separator?: string
  propertyUrl?: string
}

const COLUMN_KEYS = ['name', 'titles', 'dc:description', 'datatype', 'null', 'separator', 'propertyUrl']
/** The lexical forms of the datatypes that are used here (Model for Tabular Data, section 6.4; XML Schema 1.1). */
const FORMS: Record<string, RegExp> = {
  string: /^[^]*$/,
  integer: /^[-+]?\d+$/,
  number: /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/,
  boolean: /^(true|false)$/,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
}
/** A variable of a URI template (RFC 6570), not one of CSVW's own, which begin with `_`. */
const NAME = /^(?!_)(?:[A-Za-z0-9_]|%[0-9A-F]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-F]{2}))*$/

const fits = (cell: string, { datatype }: Described): boolean => {
  if (typeof datatype === 'object') return new RegExp(`^(?:${datatype.format})$`).test(cell)
  return datatype === 'json' ? JSON.parse(cell) !== undefined : FORMS[datatype]?.test(cell) === true
}

t.test('every CSV has metadata by the rules of CSVW, and every cell is of its column’s datatype', async (t) => {
  const { app } = await testApp(t)
  await oddWorld(app)
  let cells = 0
  for (const url of TABLES) {
    const csv = await call(app, 'GET', `${url}${url.includes('?') ? '&' : '?'}format=csv`, operator)
    const address = /<([^>]*)>; rel="describedby"/.exec(String(csv.headers['link']))?.[1] ?? ''
    const { status, headers, body } = await call(app, 'GET', address)
    t.match([status, headers['content-type']], [200, 'application/csvm+json'], address)
    t.match(body, {
      '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
      '@type': 'Table',
      'dc:title': /\w/,
      'dc:license': { '@id': /^https:\/\/www\.nationalarchives/ },
      'dc:publisher': /\w/,
      dialect: { header: true, delimiter: ',', encoding: 'utf-8', quoteChar: '"', doubleQuote: true }
    })
    t.equal((await call(app, 'GET', body.url, operator)).body.split('\r\n')[0], csv.body.split('\r\n')[0], 'it names its CSV')
    const columns: Described[] = body.tableSchema.columns
    for (const column of columns) {
      t.match(column.name, NAME)
      t.same(Object.keys(column).filter((key) => !COLUMN_KEYS.includes(key)), [])
      t.match([column.null, decodeURIComponent(column.name)], ['', column.titles])
      if (column.propertyUrl !== undefined) t.match(column.propertyUrl, /^http:\/\//)
    }
    t.equal(new Set(columns.map(({ name }) => name)).size, columns.length, 'no name twice')
    const header = csv.body.split('\r\n')[0].split(',').map((name: string) => name.replace(/^"|"$/g, ''))
    t.same(columns.map(({ titles }) => titles), header, url)
    for (const row of readCsv(csv.body)) {
      for (const column of columns) {
        const text = row[column.titles] ?? ''
        for (const cell of text === '' ? [] : column.separator === undefined ? [text] : text.split(column.separator)) {
          cells++
          if (!fits(cell, column)) t.fail(`${url}: ${column.titles} ${JSON.stringify(column.datatype)}: ${cell}`)
        }
      }
    }
  }
  t.ok(cells > 10_000, `${cells} cells`)
})

t.test('the columns that are asked for, the question that is wrong, and other types', async (t) => {
  const { app } = await testApp(t)
  const { tableSchema, url } = await get(app, '/v1/channels-metadata.json?fields=label,slug')
  t.same(tableSchema.columns.map(({ name }: Described) => name), ['slug', 'label'])
  t.match((await call(app, 'GET', url)).body, /^slug,label\r\n/)
  t.match((await call(app, 'GET', '/v1/series-metadata.json?service=nonsense')).body, { code: 'unknown-service' })
  t.match((await call(app, 'GET', '/v1/series-metadata.json')).body, { code: 'invalid-request' })
  t.match((await call(app, 'GET', '/v1/authorities/nowhere/services/report-missed-bin-metadata.json')).body, { code: 'unknown-authority' })
  t.match(await call(app, 'GET', '/v1/channels-metadata.json', { accept: 'application/json' }), {
    status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }
  })
  t.equal((await call(app, 'GET', '/v1/channels-metadata.json', { accept: 'text/csv' })).status, 406)
  t.equal((await call(app, 'GET', '/v1/nonsense-metadata.json')).status, 404)
})

t.test('columns of a schema: objects apart, lists in one cell, names that a template takes', (t) => {
  const schema = Type.Object({
    'attribute:reason': Type.String(),
    inner: Type.Union([Type.Object({ deep: Type.Object({ day: Type.String({ format: 'date' }) }) }), Type.Null()]),
    list: Type.Array(Type.Enum(['a', 'b'])),
    mixed: Type.Union([Type.String(), Type.Integer()]),
    word: Type.Enum(['a.b', 'c|d']),
    status: Type.Enum(['live', 'discontinued']),
    links: Type.Object({})
  })
  const columns = columnsOf(schema)
  t.same(columns.map(({ name, datatype, separator }) => [name, datatype, separator]), [
    ['attribute:reason', 'string', undefined], ['inner.deep.day', 'date', undefined], ['list', 'string', '|'],
    ['mixed', 'json', undefined], ['word', 'string', undefined], ['status', 'string', undefined]
  ])
  t.equal(columns[1]?.cell({ inner: null }), undefined)
  t.equal(columns[1]?.cell({ inner: { deep: { day: '2014-05-26' } } }), '2014-05-26')
  t.same(columnsOf(schema, { flat: false, without: ['list'] }).map(({ name, datatype }) => `${name} ${datatype}`).slice(0, 3), [
    'attribute:reason string', 'inner json', 'mixed json'
  ])
  t.match(csvwOf({ title: 'T', columns }, '/x'), {
    tableSchema: {
      columns: [
        { name: 'attribute%3Areason', titles: 'attribute:reason' }, {}, {}, {},
        { datatype: { base: 'string', format: 'a\\.b|c\\|d' } }
      ]
    }
  })
  t.end()
})
