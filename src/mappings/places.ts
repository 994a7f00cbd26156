import type { RowError } from '../errors.ts'
import { trimmed } from '../files/table.ts'
import { cellIn, type Fault } from './fault.ts'
import { columnsOfField, type Column, type Columns } from './columns.ts'
import { pointerOf } from './fields.ts'
import type { ReadableRow } from './field-reader.ts'
import type { Mapping } from './schema.ts'

/** The column, in a row as it is kept aside, that says how many rows equal to it came before. */
export const EQUAL_BEFORE = '(equal rows before)'

/** `column`: of the figure, where a row has several; `faults`: fields that cannot be read, by pointer. */
interface Found { column?: Column | undefined, faults?: ReadonlyMap<string, Fault> }

/** Where the rows of a file stand in it: line, column, cells. */
export class Places {
  readonly #places: Array<{ row: ReadableRow } & Found> = []
  readonly #columnOf: Map<string, Column>
  readonly #fixed: Set<string>
  readonly #figures: Set<number>
  readonly #read: readonly Column[]

  constructor ({ fields, figures = [] }: Mapping, columns: Columns) {
    this.#read = columns.read
    this.#figures = new Set(figures.map(({ column }) => columns.of(column).at))
    const fixed = Object.entries(fields).filter(([, { value }]) => value !== undefined)
    this.#fixed = new Set(fixed.map(([name]) => pointerOf(name)))
    this.#columnOf = new Map(Object.entries(fields).flatMap(([name, field]) => {
      const [first] = columnsOfField(field)
      return first === undefined ? [] : [[pointerOf(name), columns.of(first)]]
    }))
  }

  add (row: ReadableRow, found: Found = {}): void {
    this.#places.push({ row, ...found })
  }

  get lines (): number[] {
    return this.#places.map(({ row }) => row.line)
  }

  /** The same error, with the line and the column, in words of the file. */
  describe (error: RowError): RowError {
    const place = this.#places[error.index]
    if (place === undefined) return error
    const { row: { line, cells }, faults } = place
    const column = error.pointer === '/value' && place.column !== undefined
      ? place.column
      : this.#columnOf.get(error.pointer)
    if (column === undefined) {
      const why = this.#fixed.has(error.pointer) ? `Fixed by the mapping: ${error.detail}` : error.detail
      return { ...error, line, detail: why }
    }
    const { heading, at } = column
    const fault = faults?.get(error.pointer)
    if (fault !== undefined) return { ...error, line, column: heading, code: fault.code, detail: fault.detail }
    if (error.code === 'personal-data') return { ...error, line, column: heading }
    const cell = trimmed(cells[at] ?? '')
    const isTold = error.detail.includes(`"${heading}"`) || cell === ''
    const detail = isTold ? error.detail : `${cellIn(cell, heading)}: ${error.detail}`
    return { ...error, line, column: heading, detail }
  }

  /** The cells of a row that are read, by heading; of several figures in a row the one alone. */
  raw (index: number): Record<string, string> | undefined {
    const place = this.#places[index]
    if (place === undefined) return undefined
    const { row: { cells, equalBefore = 0 }, column } = place
    const read = this.#read.filter(({ at }) => column === undefined || at === column.at || !this.#figures.has(at))
    return {
      ...Object.fromEntries(read.map(({ heading, at }) => [heading, cells[at] ?? ''])),
      ...(equalBefore > 0 && { [EQUAL_BEFORE]: String(equalBefore) })
    }
  }
}
