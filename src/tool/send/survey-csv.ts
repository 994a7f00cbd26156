import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { BadFile } from '../failure.ts'
import type { CsvShape } from './csv-shape.ts'
import { leadingBlanks, linesIn } from './lines-in.ts'
import type { PieceMaker } from './pieces.ts'

/**
 * Finds the records of a CSV below its headings. It is cut where csv-parse says that a record ends, so that a quoted
 * newline ends none; the bytes stay as they are, whatever their encoding.
 */
export async function surveyCsv (
  chunks: AsyncIterable<Buffer>, { headBytes, headLines, parsing }: CsvShape, maker: PieceMaker, mostBytes: number
): Promise<void> {
  /** What no record has taken yet, from `start` of the file on. */
  let held: Buffer = Buffer.alloc(0)
  let start = headBytes
  let line = 1 + headLines
  async function * below (): AsyncGenerator<Buffer> {
    let at = 0
    for await (const chunk of chunks) {
      const part = chunk.subarray(Math.max(0, headBytes - at))
      at += chunk.length
      held = held.length === 0 ? part : Buffer.concat([held, part])
      if (part.length > 0) yield part
    }
  }
  const add = (end: number): null => {
    const record = held.subarray(0, end - start)
    const skipped = leadingBlanks(record)
    const blankLines = linesIn(record.subarray(0, skipped))
    maker.add(start + skipped, end, line + blankLines)
    line += blankLines + linesIn(record.subarray(skipped))
    held = held.subarray(end - start)
    start = end
    return null
  }
  const parser = parse({
    ...parsing,
    encoding: 'latin1', // a byte a character: which characters they are does not matter here
    max_record_size: mostBytes,
    on_record: (_, { bytes }) => add(headBytes + bytes)
  })
  parser.resume()
  try {
    await pipeline(below, parser)
  } catch (error) {
    throw error instanceof CsvError ? new BadFile(why(error, line)) : error
  }
}

function why ({ code, message }: CsvError, line: number): string {
  return code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE'
    ? `The row that begins on line ${line} has no end; a quotation mark there is opened and never closed.`
    : `The file cannot be read as CSV from line ${line} on: ${message}.`
}
