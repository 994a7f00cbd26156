import { stringify } from 'csv-stringify/sync'

/** RFC 4180 with a header row. Values that a spreadsheet would run as formulas are escaped. */
export function toCsv (columns: string[], rows: unknown[][]): string {
  return stringify(rows, { header: true, columns, escape_formulas: true, record_delimiter: 'windows' })
}

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'
