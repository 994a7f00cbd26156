import { stringify } from 'csv-stringify/sync'
import { Slices } from '../../domain/slices.ts'

const ROWS = 200

/**
 * RFC 4180 with a header row. Values that a spreadsheet would run as formulas are escaped. In slices: a series may have
 * two hundred thousand rows.
 */
export async function toCsv (columns: string[], rows: Iterable<unknown[]>): Promise<string> {
  const slices = new Slices()
  let text = csvOf(columns, [])
  let some: unknown[][] = []
  for (const row of rows) {
    if (some.push(row) < ROWS) continue
    text += csvOf(columns, some, false)
    some = []
    if (slices.over) await slices.pause()
  }
  return text + csvOf(columns, some, false)
}

/** The same of a few rows, at once. */
export const csvOf = (columns: string[], rows: unknown[][], header = true): string =>
  stringify(rows, { header, columns, escape_formulas: true, record_delimiter: 'windows' })

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'
