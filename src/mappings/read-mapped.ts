import { EVENT_LIMITS } from '../domain/event.ts'
import type { Slices } from '../domain/slices.ts'
import { ProblemError } from '../errors.ts'
import type { SentRows } from '../intake/read-rows.ts'
import type { Table } from '../files/table.ts'
import { Columns } from './columns.ts'
import type { MappingContext } from './context.ts'
import { Fault } from './fault.ts'
import { attributeOf, pointerOf } from './fields.ts'
import { figureReaders, type FigureReader } from './figures.ts'
import { NotedRows } from './noted.ts'
import { Places } from './places.ts'
import type { FieldReader, ReadableRow } from './field-reader.ts'
import { readerOf } from './readers.ts'
import type { Mapping } from './schema.ts'
import { sniffOrders } from './sniff-orders.ts'
import { totalsRow } from './totals.ts'

interface Named { name: string, pointer: string, attribute: string | undefined, read: FieldReader }

/**
 * Makes rows of a table by a mapping, in slices. A field that cannot be read is there all the same, as what fits
 * nowhere; `describe` says why. Throws `ProblemError`.
 */
export async function readMapped (
  table: Table, mapping: Mapping, context: MappingContext, slices: Slices
): Promise<SentRows> {
  const columns = new Columns(table, mapping)
  const { orders, warnings } = await sniffOrders(table.rows, mapping, columns, slices)
  const noted = new NotedRows()
  const reading = { mapping, columns, context, noted, orders, date1904: table.date1904 }
  const fields = Object.entries(mapping.fields).map(([name, field]): Named => ({
    name, pointer: pointerOf(name), attribute: attributeOf(name), read: readerOf(name, field, reading)
  }))
  const figures = figureReaders(reading)
  const isTotals = totalsRow(mapping, columns)
  const sent: SentRows & { rows: unknown[] } = { rows: [], unreadable: [] }
  const places = new Places(mapping, columns)
  for (const row of table.rows) {
    if (slices.over) await slices.pause()
    if (isTotals(row)) {
      noted.add('totals-row', row.line, `Line ${row.line} is a total or a remark, not a row, and is not read.`)
      continue
    }
    addRow(sent, places, { row, fields, figures, noted })
    if (sent.rows.length > EVENT_LIMITS.perRequest) {
      throw new ProblemError(
        'too-many-events',
        `The limit is ${EVENT_LIMITS.perRequest} rows a request; send the file in pieces, each with its headings.`
      )
    }
  }
  if (sent.rows.length === 0) throw new ProblemError('empty-body', 'The file has headings and no row below them.')
  return {
    ...sent,
    lines: places.lines,
    describe: (error) => places.describe(error),
    raw: (index) => places.raw(index),
    warnings: [...table.warnings, ...columns.warningsFor(table, mapping), ...warnings, ...noted.warnings]
  }
}

function addRow (
  sent: SentRows, places: Places,
  { row, fields, figures, noted }: { row: ReadableRow, fields: Named[], figures: FigureReader[], noted: NotedRows }
): void {
  const fault = row.fault ?? (row.cells.some((cell) => cell.includes('\0')) ? NUL : undefined)
  if (fault !== undefined) {
    sent.unreadable.push({
      index: sent.rows.length, line: row.line, pointer: '', code: 'invalid-value', detail: fault
    })
    places.add(row)
    sent.rows.push(undefined)
    return
  }
  const found: Record<string, unknown> = {}
  const faults = new Map<string, Fault>()
  for (const { name, pointer, attribute, read } of fields) {
    const value = read(row)
    if (value === undefined) continue
    if (value instanceof Fault) faults.set(pointer, value)
    const kept = value instanceof Fault ? UNREADABLE : value
    if (attribute === undefined) found[name] = kept
    else (found['attributes'] ??= {} as Record<string, unknown>)[attribute as never] = kept as never
  }
  if (figures.length === 0) {
    places.add(row, { faults })
    sent.rows.push(found)
    return
  }
  let any = false
  for (const { column, fixed, read } of figures) {
    const value = read(row)
    if (value === undefined) continue
    any = true
    const isBad = value instanceof Fault
    places.add(row, { column, faults: isBad ? new Map([...faults, ['/value', value]]) : faults })
    sent.rows.push({ ...found, ...fixed, value: isBad ? UNREADABLE : value })
  }
  if (!any) noted.add('no-figure', row.line, 'A row has no figure: the columns of figures are blank')
}

/** In the place of what cannot be read: it fits no field, so that the row is refused, whatever else it says. */
const UNREADABLE = Symbol('unreadable')
const NUL = 'A cell of the row holds a NUL character, which no text has; export the file again.'
