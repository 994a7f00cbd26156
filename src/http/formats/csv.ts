import { stringify } from 'csv-stringify/sync'
import { Slices } from '../../domain/slices.ts'
import { disarmed } from '../../files/formulas.ts'
import type { Column } from './columns.ts'

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

const ROWS = 200

/**
 * Rows as in JSON as the CSV of their columns: RFC 4180 with a header, in slices, since a series may have two hundred
 * thousand rows.
 */
export async function tableToCsv (columns: readonly Column[], rows: Iterable<object>): Promise<string> {
  const slices = new Slices()
  let text = linesOf([columns.map(({ name }) => name)])
  let some: unknown[][] = []
  for (const row of rows) {
    if (some.push(columns.map((column) => cellOf(column, row))) < ROWS) continue
    text += linesOf(some)
    some = []
    if (slices.over) await slices.pause()
  }
  return text + linesOf(some)
}

/** Lines of cells that no spreadsheet runs; a value with a line end of any kind is quoted. */
export const linesOf = (rows: readonly unknown[][]): string => stringify([...rows], {
  record_delimiter: 'windows',
  quoted_match: /[\r\n]/,
  quoted_empty: rows[0]?.length === 1, // else it would be an empty line, which readers pass over
  cast: { string: disarmed }
})

/** The same of a few rows, at once. */
export const csvOfRows = (columns: readonly Column[], rows: readonly object[]): string => linesOf([
  columns.map(({ name }) => name), ...rows.map((row) => columns.map((column) => cellOf(column, row)))
])

function cellOf (column: Column, row: object): unknown {
  const value = column.cell(row)
  if (value === null || value === undefined) return ''
  if (column.separator !== undefined && Array.isArray(value)) return toList(value)
  if (typeof value === 'boolean') return String(value)
  return column.datatype === 'json' || typeof value === 'object' ? JSON.stringify(value) : value
}

// CSVW knows no way to say that a separator is a character of a text.
const toList = (texts: readonly unknown[]): string => texts.map((text) => String(text).replaceAll('|', '¦')).join('|')
