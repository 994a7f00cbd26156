import type { Slices } from '../domain/slices.ts'
import type { RowWarning } from '../errors.ts'
import { trimmed, type TableRow } from '../files/table.ts'
import { orderOf, type Order } from './cells/dates.ts'
import type { Columns } from './columns.ts'
import { quoted } from './fault.ts'
import { fieldType } from './fields.ts'
import type { Mapping } from './schema.ts'

/**
 * Which of day and month comes first in the columns of dates of which the mapping does not say it: one date of the
 * file, whose number is above 12, settles it, unless another says otherwise. By field, with what was noticed.
 */
export async function sniffOrders (
  rows: TableRow[], { kind, fields }: Mapping, columns: Columns, slices: Slices
): Promise<{ orders: Map<string, Order>, warnings: RowWarning[] }> {
  const orders = new Map<string, Order>()
  const warnings: RowWarning[] = []
  for (const [name, { column, date }] of Object.entries(fields)) {
    const type = fieldType(kind, name)
    if (column === undefined || date !== undefined || (type !== 'instant' && type !== 'day')) continue
    const { at, heading } = columns.of(column)
    const found = await settledIn(rows, at, slices)
    if (found === undefined) continue
    const { order, row } = found
    const first = order === 'day-first' ? 'day' : 'month'
    orders.set(name, order)
    warnings.push({
      line: row.line,
      column: heading,
      code: 'date-order',
      detail: `Dates of the column "${heading}" are read with the ${first} first, as ` +
        `${quoted(trimmed(row.cells[at] ?? ''))} on line ${row.line} is written; say it in the mapping ("date": ` +
        `"${order === 'day-first' ? 'dd/mm/yyyy' : 'mm/dd/yyyy'}"), or a file without such a date is refused.`
    })
  }
  return { orders, warnings }
}

/** Undefined where nothing settles it, or one row one way and another the other. */
async function settledIn (
  rows: TableRow[], at: number, slices: Slices
): Promise<{ order: Order, row: TableRow } | undefined> {
  let settled: { order: Order, row: TableRow } | undefined
  for (const row of rows) {
    if (slices.over) await slices.pause()
    const cell = row.cells[at] ?? ''
    const order = cell === '' ? undefined : orderOf(trimmed(cell))
    if (order === undefined || order === settled?.order) continue
    if (settled !== undefined) return undefined
    settled = { order, row }
  }
  return settled
}
