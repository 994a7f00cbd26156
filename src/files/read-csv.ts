import { parse, CsvError } from 'csv-parse'
import type { Slices } from '../domain/slices.ts'
import { ProblemError, type RowWarning } from '../errors.ts'
import { decode } from './decode.ts'
import { nameOfDelimiter, sniffDelimiter } from './delimiter.ts'
import { rearmed } from './formulas.ts'
import { FILE_LIMITS, type FileSettings, type Line } from './table.ts'

/** Characters that are parsed between two looks at the clock. */
const PIECE = 8 * 1024
const SNIFFED = 64 * 1024

/** The lines of a CSV, whatever stands between its cells. Throws `ProblemError`. */
export async function readCsvLines (
  bytes: Buffer, settings: FileSettings, slices: Slices
): Promise<{ lines: Line[], warnings: RowWarning[] }> {
  const { pieces, warnings } = await decode(bytes, settings.encoding, slices)
  const sniffed = sniffDelimiter(pieces.slice(0, 1000).join('').slice(0, SNIFFED))
  const delimiter = settings.delimiter ?? sniffed.delimiter
  if (settings.delimiter === undefined && delimiter !== ',') {
    warnings.push({
      code: 'delimiter',
      detail: `A ${nameOfDelimiter(delimiter)} stands between the cells${
        sniffed.said ? ', as the first line of the file says' : ', as it seems'
      }.`
    })
  }
  const { lines, long } = await parseLines(pieces, delimiter, slices)
  refuseSwallowed(lines, long, delimiter)
  if (sniffed.said) lines.shift()
  return { lines, warnings }
}

async function parseLines (
  pieces: string[], delimiter: string, slices: Slices
): Promise<{ lines: Line[], long: Line[] }> {
  const lines: Line[] = []
  const long: Line[] = [] // those of three lines and more
  let [end, blank, counted] = [0, 0, 0]
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    // A quote within a cell is a character of it, as in 5" pipe.
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: FILE_LIMITS.recordCharacters,
    on_record: (cells: string[], { lines: at, empty_lines: empty }) => {
      const line = { line: end + (empty - blank) + 1, cells: cells.map(rearmed) }
      lines.push(line)
      // Its own count takes a line end within quotes for two, where that is of two characters.
      const further = at - counted > empty - blank + 1 ? lineEndsIn(cells) : 0
      if (further > 1) long.push(line)
      end = line.line + further
      counted = at
      blank = empty
      return null // kept here: as an object of a stream it costs twice as much
    }
  })
  const failed = new Promise<never>((_resolve, reject) => parser.once('error', reject))
  failed.catch(() => undefined) // waited for below
  const ended = new Promise<void>((resolve) => parser.once('end', resolve))
  parser.resume()
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE) {
      if (slices.over) await slices.pause()
      const isTaken = parser.write(piece.slice(at, at + PIECE))
      if (parser.errored !== null) throw unreadable(parser.errored, end)
      if (!isTaken) await Promise.race([failed, new Promise((resolve) => parser.once('drain', resolve))])
      if (lines.length > FILE_LIMITS.records) {
        parser.destroy()
        throw new ProblemError(
          'too-many-events', `The file has more than ${FILE_LIMITS.records} lines; send it in pieces.`
        )
      }
    }
  }
  parser.end()
  try {
    await Promise.race([failed, ended])
  } catch (error) {
    throw unreadable(error, end)
  }
  return { lines, long }
}

const lineEndsIn = (cells: string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0)

/** Its message would quote the text. */
function unreadable (error: unknown, lastLine: number): unknown {
  if (!(error instanceof CsvError)) return error
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return endless(lastLine + 1)
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new ProblemError(
      'unreadable-file',
      `The row on line ${lastLine + 1} has more than ${FILE_LIMITS.recordCharacters} characters: a quote may have ` +
        'been opened there and never closed.'
    )
  }
  return new ProblemError('unreadable-file', `The CSV cannot be read; look at line ${lastLine + 1}.`)
}

const endless = (line: number): ProblemError => new ProblemError(
  'unreadable-file',
  `A quote (") opens in the row on line ${line} and closes too late or never, so that rows behind it would be lost ` +
    'in one cell; write a quote within a cell twice (""), or take it out.'
)

/** A cell that encloses whole rows began with a quote that was a character: without this they would be lost. */
function refuseSwallowed (lines: Line[], long: Line[], delimiter: string): void {
  const widths = Map.groupBy(lines.slice(0, 1000), ({ cells }) => cells.length)
  const [usual] = [...widths].reduce((a, b) => b[1].length > a[1].length ? b : a, [0, []])
  if (usual < 3) return
  for (const { cells, line } of long) {
    for (const cell of cells) {
      const inner = cell.split(/\r\n|\n|\r/).slice(1, -1)
      if (inner.some((one) => one.split(delimiter).length === usual)) throw endless(line)
    }
  }
}
