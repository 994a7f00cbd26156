import { stringify } from 'csv-stringify/sync'
import { disarmed } from '../../files/formulas.ts'

/** Lines of RFC 4180 that may be opened in a spreadsheet, whoever wrote what stands in them. */
export const safeCsv = (rows: unknown[][]): string =>
  stringify(rows.map((row) => row.map((value) => disarmed(String(value)))), {
    record_delimiter: 'windows', quoted_match: /[\r\n]/
  })
