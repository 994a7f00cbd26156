import { keyOf, trimmed, type TableRow } from '../files/table.ts'
import { columnsOfField, type Columns } from './columns.ts'
import { IDENTITY } from './fields.ts'
import type { Mapping } from './schema.ts'

const TOTAL = /^(?:grand |overall |sub[ -]?)?totals?\b|^sum\b/
/** Of what databases and reports write behind the last row. */
const TRAILER = /^\(?\d[\d,]* (?:rows?|records?)\b.*$|^end of (?:report|file|data|list)\b|^(?:report )?(?:generated|printed|exported|run) (?:on|at|by)\b/
const LONGEST = 80

const isTotal = (cell: string): boolean => cell.length <= LONGEST && TOTAL.test(keyOf(cell))
const isSum = (cell: string): boolean => /^[\d,. ]+$/.test(cell)

/**
 * Says whether a row is a sum of others, or a remark below the last: what rows are known by is blank in it, or says
 * that it is a total (the sum may stand beside it), and some cell does. A row with an id or a date is a row, whatever
 * else it says.
 */
export function totalsRow ({ kind, fields }: Mapping, columns: Columns): (row: TableRow) => boolean {
  const headings = IDENTITY[kind].flatMap((name) => columnsOfField(fields[name] ?? {}))
  const places = headings.map((heading) => columns.of(heading).at)
  return ({ cells }) => {
    const saysTotal = places.some((at) => isTotal(cells[at] ?? ''))
    for (const at of places) {
      const cell = cells[at] ?? ''
      if (cell === '' || trimmed(cell) === '' || isTotal(cell) || (saysTotal && isSum(cell))) continue
      if (!isRemark(cells)) return false
    }
    return (places.length > 0 && cells.some(isTotal)) || isRemark(cells)
  }
}

function isRemark (cells: string[]): boolean {
  const texts = cells.filter((cell) => trimmed(cell) !== '')
  return texts.length === 1 && (texts[0] ?? '').length <= 200 && TRAILER.test(keyOf(texts[0] ?? ''))
}
