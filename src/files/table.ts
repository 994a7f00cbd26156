import type { RowWarning } from '../errors.ts'

/** What a file may hold; what is beyond is refused before it costs anything. */
export const FILE_LIMITS = {
  /** Lines and rows of a sheet that are looked at, blank ones included: spreadsheets write many of those. */
  records: 100_000,
  columns: 300,
  /** Characters of a line, and of what a quote encloses. */
  recordCharacters: 256 * 1024
} as const

/** A line of a file before its header is known: text cells, and the line on which it begins. */
export interface Line { line: number, cells: string[] }

/** A row below the header; `fault`: why it cannot be read, as a sentence. */
export interface TableRow extends Line { fault?: string }

/** What a file holds, as texts. */
export interface Table {
  /** As they stand in the file, trimmed; a heading that stands again has its number behind it. */
  headings: string[]
  rows: TableRow[]
  warnings: RowWarning[]
  /** How its cells show a day as a number: of Excel for Windows, or (true) of the older one for the Macintosh. */
  date1904: boolean
}

/** How a file is to be read, where whoever sends it says so. */
export interface FileSettings {
  delimiter?: string
  encoding?: string
  /** The line of the headings, from 1. */
  header_line?: number
  /** The name of the sheet. */
  sheet?: string
}

/** A heading or a word as it is compared: case, and blanks of any kind at its ends or repeated, say nothing. */
export const keyOf = (text: string): string =>
  text.normalize('NFKC').replaceAll(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+/gu, ' ').trim().toLowerCase()

/** A cell without blanks of any kind at its ends, its letters composed. */
export const trimmed = (text: string): string => {
  const plain = text.trim() // blanks that do not break are blanks to it as well
  return PLAIN.test(plain) ? plain : plain.replaceAll(INVISIBLE, '').normalize('NFC').replaceAll('\u00a0', ' ').trim()
}
// eslint-disable-next-line no-control-regex -- the ASCII characters
const PLAIN = /^[\x00-\x7f]*$/
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/g
