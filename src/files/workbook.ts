import type { RowWarning } from '../errors.ts'
import * as xlsx from '@e965/xlsx'
import type { CellObject, WorkBook, WorkSheet } from '@e965/xlsx'
import { serialText } from './serial-dates.ts'
import { FILE_LIMITS, type Line } from './table.ts'
import { NoWorkbook } from './unpack.ts'

const formats = xlsx.SSF as {
  is_date: (format: string) => boolean, format: (format: string, value: number) => string
}

/** Lines of a sheet that are not blank, and what was noticed. */
export interface SheetLines { lines: Line[], warnings: RowWarning[], date1904: boolean }

const OPTIONS = {
  type: 'array', dense: true, cellNF: true, cellText: false, cellHTML: false, cellFormula: false, cellStyles: true
} as const

/** Reads one sheet of a workbook: the one named, else the first that is not hidden. Throws `NoWorkbook`. */
export function readWorkbook (bytes: Uint8Array, wanted: string | undefined): SheetLines {
  const { SheetNames: names } = xlsx.read(bytes, { ...OPTIONS, bookSheets: true })
  const at = wanted === undefined ? 0 : names.findIndex((name) => same(name, wanted))
  if (at === -1) {
    const there = names.slice(0, 20).join(', ')
    throw new NoWorkbook(`The workbook has no sheet ${JSON.stringify(wanted)}; it has ${there}.`)
  }
  let book = xlsx.read(bytes, { ...OPTIONS, sheets: at })
  const shown = book.Workbook?.Sheets?.findIndex(({ Hidden: hidden }) => (hidden ?? 0) === 0) ?? at
  const chosen = wanted === undefined && shown > 0 ? shown : at
  if (chosen !== at) book = xlsx.read(bytes, { ...OPTIONS, sheets: chosen })
  return linesOf(book, names, chosen, wanted !== undefined)
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

function linesOf (book: WorkBook, names: string[], chosen: number, isNamed: boolean): SheetLines {
  const name = names[chosen] ?? ''
  const sheet = book.Sheets[name]
  if (sheet === undefined) throw new NoWorkbook('The workbook holds no sheet with cells.')
  const date1904 = book.Workbook?.WBProps?.date1904 === true
  const warnings: RowWarning[] = []
  if (names.length > 1 && !isNamed) {
    const others = names.filter((one) => one !== name).slice(0, 10).join(', ')
    warnings.push({
      code: 'other-sheets',
      detail: `The sheet ${name} is read, and no other (${others}); name another in the mapping (file.sheet).`
    })
  }
  if (date1904) {
    warnings.push({ code: 'dates-1904', detail: 'The workbook counts days from 1904; its dates are read so.' })
  }
  const rows = textsOf(sheet, date1904)
  fillMerged(sheet, rows, warnings)
  const lines = rows.flatMap((cells, i): Line[] => cells.some((cell) => cell !== '') ? [{ line: i + 1, cells }] : [])
  noteHidden(sheet, lines, warnings)
  if (lines.length > FILE_LIMITS.records) {
    throw new NoWorkbook(`The sheet has more than ${FILE_LIMITS.records} rows; send it in pieces.`)
  }
  const width = lines.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  for (const { cells } of lines) while (cells.length < width) cells.push('')
  return { lines, warnings, date1904 }
}

function textsOf (sheet: WorkSheet, date1904: boolean): string[][] {
  const data = sheet['!data'] ?? []
  // Its array has holes where rows or cells are blank.
  return Array.from(data, (row: CellObject[] | undefined) =>
    Array.from((row ?? []).slice(0, FILE_LIMITS.columns + 1), (cell) => textOf(cell, date1904)))
}

function textOf (cell: CellObject | undefined, date1904: boolean): string {
  if (cell === undefined) return ''
  const { t: type, v: value, z: format } = cell
  if (type === 'e') return ERRORS[Number(value)] ?? '#ERROR!'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value !== 'number') return value === undefined ? '' : String(value)
  if (typeof format === 'string') {
    if (formats.is_date(format)) return serialText(value, { date1904, isSpan: /\[[hms]+\]/i.test(format) })
    if (/^0{2,}$/.test(format)) return formats.format(format, value) // leading zeros
  }
  return plain(value)
}

const ERRORS: Record<number, string> = {
  0: '#NULL!', 7: '#DIV/0!', 15: '#VALUE!', 23: '#REF!', 29: '#NAME?', 36: '#NUM!', 42: '#N/A', 43: '#GETTING_DATA'
}

/** As many digits as Excel keeps: 0.1 + 0.2 is 0.3 there. Never with an exponent. */
function plain (value: number): string {
  const rounded = Number(value.toPrecision(15))
  const text = String(rounded)
  return text.includes('e') ? rounded.toFixed(Math.abs(rounded) < 1 ? 15 : 0).replace(/(\.\d*?)0+$/, '$1') : text
}

/** Cells that are merged over several rows show one value for each of them. */
function fillMerged (sheet: WorkSheet, rows: string[][], warnings: RowWarning[]): void {
  let filled = 0
  for (const { s: start, e: end } of (sheet['!merges'] ?? []).slice(0, FILE_LIMITS.records)) {
    const value = rows[start.r]?.[start.c] ?? ''
    if (end.r === start.r || value === '') continue
    if (filled === 0) {
      warnings.push({
        line: start.r + 1,
        code: 'merged-cells',
        detail: `Cells are merged over rows (first line ${start.r + 1}); their value is read in each of these rows.`
      })
    }
    for (let row = start.r + 1; row <= end.r && row < rows.length && filled < FILE_LIMITS.records; row++, filled++) {
      const cells = rows[row]
      if (cells === undefined) continue
      while (cells.length < start.c) cells.push('')
      cells[start.c] = value
    }
  }
}

function noteHidden (sheet: WorkSheet, lines: Line[], warnings: RowWarning[]): void {
  const rows = sheet['!rows'] ?? []
  const hidden = lines.filter(({ line }) => rows[line - 1]?.hidden === true)
  if (hidden[0] === undefined) return
  warnings.push({
    line: hidden[0].line,
    code: 'hidden-rows',
    detail: `${hidden.length} ${hidden.length === 1 ? 'row is' : 'rows are'} hidden in the sheet (first line ` +
      `${hidden[0].line}) and read as the others are.`
  })
}
