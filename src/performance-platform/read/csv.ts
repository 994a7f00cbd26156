import { stringify } from 'csv-stringify/sync'
import { isSpeltNumber } from '../../json/exact-json.ts'

// A spreadsheet runs a value that begins so as a formula; an apostrophe makes it text. Numbers are not touched.
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** Rows as lines of a table: the dialect's CSV has CRLF line ends and its columns by name. */
export function tableText (rows: readonly unknown[], columns: string[], header: boolean): string {
  return stringify([...rows], {
    columns,
    header,
    record_delimiter: 'windows',
    cast: {
      string: (text) => FORMULA.test(text) ? `'${text}` : text,
      boolean: (value) => String(value),
      object: (value) => isSpeltNumber(value) ? value.rawJSON : JSON.stringify(value)
    }
  })
}
