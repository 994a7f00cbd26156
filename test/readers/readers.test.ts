import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { testApp } from '../support/app.ts'
import { event, observation, put, release, send, testSource } from '../support/builders.ts'
import { rearmed } from '../../src/files/formulas.ts'
import { READERS, type Cell, type Sheet } from './support.ts'

// Not in the normal run: `npm run test:readers`, where pandas, R's readr or LibreOffice is installed.

/** A council whose name a careless reader gets wrong. */
const NAME = 'Cyngor Gŵyr, "Tŷ Mawr" a’r Fro'
const BINS = 'service=report-missed-bin&start_on=2014-05-01&end_on=2014-06-10'
const ADDRESSES = [
  `/v1/series?authority=solihull&${BINS}&period=day`,
  `/v1/series?authority=solihull&${BINS}&period=week&group_by=channel&group_by=outcome`,
  `/v1/series?authority=cyngor-gwyr&authority=solihull&${BINS}&period=month&group_by=authority`,
  `/v1/series?authority=solihull&${BINS}&period=week&group_by=ward`,
  `/v1/kpis/missed-per-100000/series?authority=solihull&${BINS}&period=week`,
  `/v1/kpis/digital-take-up/series?authority=solihull&${BINS}&period=month&group_by=channel`,
  '/v1/kpis/transactions/comparison?service=report-missed-bin&period=month&start_on=2014-05-01',
  '/v1/authorities/solihull/services/report-missed-bin?period=week',
  '/v1/authorities/solihull/services/report-missed-bin/savings?period=month&start_on=2014-05-01',
  '/v1/feeds',
  '/v1/authorities',
  '/v1/services',
  '/v1/channels',
  '/v1/measures',
  '/v1/kpis',
  '/v1/annotations',
  '/v1/areas?authority=solihull',
  '/v1/releases'
]

/** A service that has something to say at each of the addresses, and where it listens. */
async function service (t: Test): Promise<string> {
  const { app } = await testApp(t, '2014-06-12T12:00:00Z')
  await put(app, '/v1/authorities/cyngor-gwyr', {
    gss: 'W06999999', name: NAME, short_name: 'Gŵyr, Cyngor', type: 'welsh-unitary', tier: 'unitary', nation: 'Wales', region: 'Wales'
  })
  for (const authority of ['solihull', 'cyngor-gwyr']) {
    const headers = await testSource(app, `${authority}/crm`, { services: ['report-missed-bin'] })
    await send(app, 'events', headers, Array.from({ length: 60 }, (_, i) => event(`e${i}`, {
      authority,
      ward: authority === 'solihull' ? 'E05001286' : undefined,
      street: undefined,
      count: 1 + i % 5,
      channel: i % 3 === 0 ? 'web' : 'telephone-agent',
      outcome: i % 4 === 0 ? 'confirmed' : 'reported',
      occurred_at: `2014-05-${String(1 + i % 25).padStart(2, '0')}T08:31:00+01:00`
    })))
    await send(app, 'observations', headers, observation({ authority, value: 412_345, note: 'a strike, "short"' }))
    await put(app, '/v1/annotations', {
      authority, service: 'report-missed-bin', id: 'strike', start_on: '2014-05-26', note: '=1+1, "quoted"\nand two lines'
    })
  }
  await release(app, { authority: 'solihull' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

type Json = Record<string, unknown>
/** What CSVW says of a column. */
interface Column { name: string, datatype: string | { base: string } }

/** The rows of an answer, as its CSV has them: one for each value of each group. */
function rowsOf (answer: Json): Json[] {
  const data = answer['data'] ?? Object.values(answer).find((one) => Array.isArray(one) && typeof one[0] === 'object')
  return (data as Json[]).flatMap((one) => Array.isArray(one['values']) && typeof one['group'] === 'object'
    ? (one['values'] as Json[]).map((value) => ({ ...one['group'] as Json, ...value }))
    : Array.isArray(one['savings']) ? (one['savings'] as Json[]).map((line) => ({ ...one, ...line })) : [one])
}

/** What stands in a row under a name with dots; what is said of the whole answer is each row's. */
function valueOf (row: Json, column: string, answer: Json): unknown {
  const within = (one: Json): unknown =>
    column.split('.').reduce<unknown>((inner, name) => (inner as Json | null | undefined)?.[name], one)
  return within(row) ?? within(answer)
}

/** What a cell of CSV should be read as. */
function expected (value: unknown): Cell {
  if (value === undefined || value === null || value === '') return null
  if (!Array.isArray(value) || value.some((one) => typeof one === 'object')) {
    return typeof value === 'object' ? JSON.stringify(value) : value as Cell
  }
  return value.length === 0 ? null : value.map((one) => String(one).replaceAll('|', '¦')).join('|')
}

/** Whether a reader's cell says what the JSON does. */
function isSame (read: Cell, value: Cell, datatype: string): boolean {
  if (value === null) return read === null || read === ''
  if (read === null) return false
  // A workbook keeps 15 digits.
  if (typeof value === 'number') return Number(Number(read).toPrecision(14)) === Number(value.toPrecision(14))
  if (typeof value === 'boolean') return String(read).toLowerCase() === String(value)
  if (datatype === 'dateTime') return Math.floor(Date.parse(String(read)) / 1000) === Math.floor(Date.parse(value) / 1000)
  if (/^[[{]/.test(value)) return isDeepStrictEqual(JSON.parse(rearmed(String(read))), JSON.parse(value))
  // Lines end as the reader has them; what a spreadsheet would run has an apostrophe before it.
  const lines = (text: string): string => text.replaceAll('\r\n', '\n')
  return lines(rearmed(String(read))) === lines(value)
}

const KINDS: Record<string, string> = { integer: 'number', number: 'number', date: 'date' }

function compare (t: Test, sheet: Sheet, columns: readonly Column[], answer: Json): void {
  const rows = rowsOf(answer)
  t.same(sheet.columns, columns.map(({ name }) => name), 'columns')
  t.equal(sheet.rows.length, rows.length, 'rows')
  for (const [i, { name, datatype }] of columns.entries()) {
    if (/(^|\.)status_symbol$/.test(name)) continue // is made of others
    const type = typeof datatype === 'string' ? datatype : datatype.base
    const values = rows.map((row) => expected(valueOf(row, name, answer)))
    const wrong = values.findIndex((value, n) => !isSame(sheet.rows[n]?.[i] ?? null, value, type))
    if (wrong !== -1) t.same(sheet.rows[wrong]?.[i], values[wrong], `${name} of row ${wrong}`)
    const kind = KINDS[type]
    if (kind === undefined || values.every((value) => value === null)) continue
    t.equal(sheet.kinds[i], kind, `kind of ${name}`)
  }
}

t.test('readers of CSV see what the JSON says, cell by cell', async (t) => {
  const origin = await service(t)
  const readers = (await Promise.all(READERS.map(async (reader) => ({ reader, isHere: await reader.isHere() }))))
  for (const { reader, isHere } of readers) if (!isHere) t.comment(`${reader.name} is not installed: not tried`)
  for (const address of ADDRESSES) {
    const csv = `${origin}${address}${address.includes('?') ? '&' : '?'}format=csv`
    const json = await (await fetch(`${origin}${address}`)).json() as Json
    const metadata = await (await fetch(`${origin}${address.replace(/(?=\?|$)/, '-metadata.json')}`)).json() as {
      tableSchema: { columns: Column[] }
    }
    const { columns } = metadata.tableSchema
    const dates = columns.filter(({ datatype }) => datatype === 'date').map(({ name }) => name)
    for (const { reader } of readers.filter(({ isHere }) => isHere)) {
      await t.test(`${reader.name}: ${address}`, async (t) => compare(t, await reader.read(csv, dates), columns, json))
    }
  }
})
