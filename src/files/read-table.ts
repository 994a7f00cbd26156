import type { Slices } from '../domain/slices.ts'
import { personalDataIn } from '../domain/personal-data.ts'
import { ProblemError, type RowWarning } from '../errors.ts'
import { FILE_LIMITS, keyOf, trimmed, type FileSettings, type Line, type Table, type TableRow } from './table.ts'

/** Lines at the beginning of a file among which the headings are looked for. */
const LOOKED_AT = 30

/**
 * Makes a table of lines: finds the headings (`wanted`: those that somebody will ask for), passes over blank lines and
 * headings that are repeated, and says of rows that do not fit below them why. Throws `ProblemError`.
 */
export async function tableOf (
  lines: Line[], { settings = {}, wanted, warnings = [], date1904 = false }: {
    settings?: FileSettings, wanted?: readonly string[], warnings?: RowWarning[], date1904?: boolean
  }, slices: Slices
): Promise<Table> {
  const at = headerAt(lines, settings.header_line, wanted)
  const header = lines[at]
  if (header === undefined) throw new ProblemError('empty-body', 'The file holds no row; send one with headings.')
  const headings = headingsOf(header.cells)
  const keys = header.cells.map(keyOf)
  const rows: TableRow[] = []
  const repeated: number[] = []
  for (const line of lines.slice(at + 1)) {
    if (slices.over) await slices.pause()
    if (isBlank(line.cells)) continue
    if (isHeader(line.cells, keys)) repeated.push(line.line)
    else rows.push(rowOf(line, headings.length))
  }
  const skipped = lines.slice(0, at).filter(({ cells }) => !isBlank(cells))
  if (skipped.length > 0) {
    warnings.push({
      line: header.line,
      code: 'lines-above-header',
      detail: `The headings are taken from line ${header.line}; what stands above them is not read.`
    })
  }
  for (const line of repeated) {
    warnings.push({ line, code: 'repeated-header', detail: `Line ${line} repeats the headings and is no row.` })
  }
  return { headings, rows, warnings, date1904 }
}

/** How a heading is named to whoever sends it; a file without headings has a row of data in their place. */
export const shownHeading = (heading: string, position: number): string =>
  heading === '' || heading.length > 100 || personalDataIn(heading) !== undefined ? `column ${position + 1}` : heading

function headerAt (lines: Line[], stated: number | undefined, wanted: readonly string[] | undefined): number {
  if (stated !== undefined) {
    const at = lines.findIndex(({ line }) => line >= stated)
    if (lines[at]?.line === stated) return at
    throw new ProblemError('unreadable-file', `Line ${stated}, where the mapping says the headings are, is blank.`)
  }
  const first = lines.slice(0, LOOKED_AT)
  if (wanted !== undefined) {
    const keys = new Set(wanted.map(keyOf))
    const found = first.map(({ cells }) => new Set(cells.map(keyOf).filter((key) => keys.has(key))).size)
    const most = Math.max(0, ...found)
    if (most > 0) return found.indexOf(most)
  }
  const widths = first.map(({ cells }) => cells.filter((cell) => trimmed(cell) !== '').length)
  const widest = Math.max(0, ...widths)
  return widths.findIndex((width) => width > 0 && width >= Math.ceil(widest * 0.6))
}

function headingsOf (cells: string[]): string[] {
  const last = cells.findLastIndex((cell) => trimmed(cell) !== '')
  if (last >= FILE_LIMITS.columns) {
    throw new ProblemError('unreadable-file', `The file has more than ${FILE_LIMITS.columns} columns; leave some out.`)
  }
  const seen = new Map<string, number>()
  return cells.slice(0, last + 1).map((cell) => {
    const heading = trimmed(cell).replaceAll(/\s+/g, ' ')
    const times = (seen.get(keyOf(heading)) ?? 0) + 1
    seen.set(keyOf(heading), times)
    return times === 1 || heading === '' ? heading : `${heading} (${times})`
  })
}

function isBlank (cells: string[]): boolean {
  for (const cell of cells) if (cell !== '' && trimmed(cell) !== '') return false
  return true
}

function isHeader (cells: string[], keys: string[]): boolean {
  if (cells.length !== keys.length || keys.length < 2) return false
  return cells.every((cell, i) => (cell.length < 200 ? keyOf(cell) : undefined) === keys[i])
}

function rowOf ({ line, cells }: Line, columns: number): TableRow {
  if (cells.length < columns) return { line, cells, fault: raggedFault(line, cells.length, columns) }
  for (let i = columns; i < cells.length; i++) {
    if (trimmed(cells[i] ?? '') !== '') {
      return { line, cells: cells.slice(0, columns), fault: raggedFault(line, cells.length, columns) }
    }
  }
  return { line, cells }
}

const raggedFault = (line: number, cells: number, columns: number): string =>
  `The row on line ${line} has ${cells} ${cells === 1 ? 'cell' : 'cells'} where there are ${columns} headings; ` +
    'a cell that holds the delimiter or a line break is to be put into quotes.'
