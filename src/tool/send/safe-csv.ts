import { stringify } from 'csv-stringify/sync'

/** What a spreadsheet would run as a formula; a plain number with a sign is none. */
const FORMULA = /^[\s\0]*[=+\-@\t\r＝＋－＠]/u
const NUMBER = /^[+-]?\d[\d,]*(?:\.\d+)?$/

const harmless = (value: unknown): string => {
  const text = String(value)
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
}

/** Lines of RFC 4180 that may be opened in a spreadsheet, whoever wrote what stands in them. */
export const safeCsv = (rows: unknown[][]): string =>
  stringify(rows.map((row) => row.map(harmless)), { record_delimiter: 'windows' })
