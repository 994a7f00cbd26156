import type { ExportColumn } from '../../export/columns.ts'
import type { Row } from '../../export/series-rows.ts'
import { Slices } from '../../domain/slices.ts'
import { linesOf } from '../formats/csv.ts'
import { symbolsOf } from '../formats/statuses.ts'

/** Rows that are written in one go, and characters that are sent in one. */
const [ROWS, CHARACTERS] = [100, 64 * 1024]

/** Rows as text, in slices, in parts of some 64 KiB. `header`: what stands before them. */
async function * inParts (
  batches: AsyncGenerator<Row[]>, header: string, textOf: (rows: Row[]) => string
): AsyncGenerator<string> {
  const slices = new Slices()
  let text = header
  for await (const rows of batches) {
    for (let at = 0; at < rows.length; at += ROWS) {
      text += textOf(rows.slice(at, at + ROWS))
      if (text.length >= CHARACTERS) {
        yield text
        text = ''
      }
      if (slices.over) await slices.pause()
    }
  }
  if (text !== '') yield text
}

/** One JSON object a line. */
export function ndjsonOf (columns: readonly ExportColumn[], batches: AsyncGenerator<Row[]>): AsyncGenerator<string> {
  const heads = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const lineOf = (row: Row): string => {
    let line = ''
    for (let i = 0; i < heads.length; i++) line += heads[i] + JSON.stringify(row[i])
    return `${line}}\n`
  }
  return inParts(batches, '', (rows) => rows.map(lineOf).join(''))
}

/** RFC 4180, with `status_symbol` beside `status`, and values that are no single ones as their JSON. */
export function csvRowsOf (columns: readonly ExportColumn[], batches: AsyncGenerator<Row[]>): AsyncGenerator<string> {
  const names = columns.flatMap(({ name }) => name === 'status' ? [name, 'status_symbol'] : [name])
  const cellsOf = (row: Row): unknown[] => columns.flatMap(({ name, type }, i) => {
    const value = row[i]
    if (value !== null && type === 'json') return [JSON.stringify(value)]
    if (typeof value === 'boolean') return [String(value)] // csv-stringify writes false as nothing
    return name === 'status' ? [value, symbolsOf(value, false)] : [value]
  })
  return inParts(batches, linesOf([names]), (rows) => linesOf(rows.map(cellsOf)))
}
