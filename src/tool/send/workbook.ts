import { stringify } from 'csv-stringify/sync'
import { readWorkbook } from '../../files/workbook.ts'
import { NoWorkbook, unpacked } from '../../files/unpack.ts'
import { BadFile } from '../failure.ts'
import type { Warning } from './post.ts'

/** A sheet as a CSV, for what is too large for one request; and the row of the sheet by the line of the CSV. */
export interface SheetCsv { rows: number, csv: () => Iterable<string>, rowOf: Map<number, number>, warnings: Warning[] }

/** Reads a workbook as the service does. Throws `BadFile`. */
export function readSheet (bytes: Buffer): SheetCsv {
  try {
    const { lines, warnings } = readWorkbook(unpacked(bytes), undefined)
    const texts = lines.map(({ cells }) => stringify([cells]))
    const rowOf = new Map<number, number>()
    let at = 1
    for (const [i, { line }] of lines.entries()) {
      rowOf.set(at, line)
      at += texts[i]?.split(/\r\n|\n|\r/).length ?? 1
      at -= 1 // each ends with a newline
    }
    return { rows: lines.length, csv: () => ['\ufeff', ...texts], rowOf, warnings }
  } catch (error) {
    throw error instanceof NoWorkbook ? new BadFile(error.message) : error
  }
}
