import { stringify } from 'csv-stringify/sync'
import { disarmed } from '../../files/formulas.ts'
import { isSpeltNumber } from '../../json/exact-json.ts'

/** Rows as lines of a table: the dialect's CSV has CRLF line ends and its columns by name. */
export function tableText (rows: readonly unknown[], columns: string[], header: boolean): string {
  return stringify([...rows], {
    columns,
    header,
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/,
    cast: {
      string: disarmed,
      boolean: (value) => String(value),
      object: (value) => isSpeltNumber(value) ? value.rawJSON : JSON.stringify(value)
    }
  })
}
