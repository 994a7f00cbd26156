import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { Slices } from '../../domain/slices.ts'
import { sniffDelimiter } from '../../files/delimiter.ts'
import { tableOf } from '../../files/read-table.ts'
import type { Line } from '../../files/table.ts'
import { BadFile } from '../failure.ts'
import { leadingBlanks, linesIn } from './lines-in.ts'

const MARK = Buffer.from('\ufeff')
/** The headings are among the first lines, wherever the service finds them. */
const LINES = 1000
/** As the service reads a CSV (src/files/read-csv.ts). */
const PARSING = {
  record_delimiter: ['\r\n', '\n', '\r'], relax_quotes: true, relax_column_count: true, skip_empty_lines: true
}

/** What has to be known of a CSV to cut it. */
export interface CsvShape {
  /** Up to the end of the headings: it stands before each batch. */
  headBytes: number
  headLines: number
  /** On which line they are; 0: the first that is not blank. */
  headerLine: number
  headings: string[]
  parsing: typeof PARSING & { delimiter: string }
}

interface Sampled extends Line { start: number, end: number }

/**
 * Finds what stands between the cells of a CSV, and its headings: on line `headerLine` where the service said so, else
 * where the service looks for them. `sample`: its beginning. Throws `BadFile`.
 */
export async function csvShapeOf (sample: Buffer, headerLine?: number): Promise<CsvShape> {
  const mark = sample.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0
  const text = sample.toString('latin1', mark)
  const { delimiter, said } = sniffDelimiter(text.slice(0, 64 * 1024))
  const parsing = { ...PARSING, delimiter }
  const lines = sampledLines(sample.subarray(mark), parsing).slice(said ? 1 : 0)
  const header = await headerOf(lines, headerLine)
  const headBytes = mark + header.end
  return {
    headBytes,
    headLines: linesIn(sample.subarray(0, headBytes)),
    headerLine: header === lines[0] ? 0 : header.line,
    headings: cellsOf({ parsing }, sample.subarray(mark + header.start, headBytes)),
    parsing
  }
}

/** The cells of a record, each letter as the service reads it. */
export function cellsOf ({ parsing }: Pick<CsvShape, 'parsing'>, record: Buffer): string[] {
  const text = isUtf8(record) ? record.toString('utf8') : new TextDecoder('windows-1252').decode(record)
  return parse(text, parsing)[0] ?? []
}

function sampledLines (bytes: Buffer, parsing: CsvShape['parsing']): Sampled[] {
  const lines: Sampled[] = []
  let end = 0
  try {
    parse(bytes, {
      ...parsing,
      encoding: 'latin1',
      to: LINES,
      on_record: (cells, { bytes: at }) => {
        const start = end + leadingBlanks(bytes.subarray(end, at))
        lines.push({ line: 1 + linesIn(bytes.subarray(0, start)), start, cells, end: at })
        end = at
        return null
      }
    })
  } catch (error) {
    // The sample may end within a quote; what is before it stands.
    if (lines.length < 2) throw new BadFile(`The file cannot be read as CSV: ${(error as Error).message}.`)
  }
  return lines
}

async function headerOf (lines: Sampled[], stated: number | undefined): Promise<Sampled> {
  const [first] = lines
  if (first === undefined) throw new BadFile('The file holds no row; send one with headings.')
  if (stated !== undefined) return lines.find(({ line }) => line === stated) ?? first
  const { warnings } = await tableOf(lines, {}, new Slices())
  const below = warnings.find(({ code }) => code === 'lines-above-header')?.line
  return lines.find(({ line }) => line === below) ?? first
}
