import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import type { Slices } from '../domain/slices.ts'
import { ProblemError, type RowWarning } from '../errors.ts'

const PIECE_BYTES = 64 * 1024
const NEWLINE = 10
const MARKS: Array<[mark: readonly number[], encoding: string, name: string]> = [
  [[0xef, 0xbb, 0xbf], 'utf-8', 'UTF-8'],
  [[0xff, 0xfe], 'utf-16le', 'UTF-16'],
  [[0xfe, 0xff], 'utf-16be', 'UTF-16']
]
const WINDOWS = 'windows-1252'

/** The text of a file in pieces, and what was noticed. */
export interface Decoded { pieces: string[], warnings: RowWarning[] }

/**
 * Decodes a file: as its byte order mark says, else as whoever sends it (`stated`), else as UTF-8 where it is that,
 * else line by line as UTF-8 or Windows-1252, with a warning. Throws `ProblemError` where that is not possible.
 */
export async function decode (bytes: Buffer, stated: string | undefined, slices: Slices): Promise<Decoded> {
  const marked = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))
  if (marked !== undefined) {
    const [mark, encoding, name] = marked
    const body = bytes.subarray(mark.length)
    if (encoding === 'utf-8') {
      if (!isUtf8(body)) throw unreadable('The file begins as UTF-8 (with a byte order mark) and is none further on')
      return { pieces: await inPieces(body, encoding, slices), warnings: [] }
    }
    const warnings = [{ code: 'encoding', detail: `The file is read as ${name}, as its byte order mark says.` }]
    return { pieces: await inPieces(body, encoding, slices), warnings }
  }
  if (stated !== undefined) return { pieces: await asStated(bytes, stated, slices), warnings: [] }
  if (looksLikeUtf16(bytes)) {
    return {
      pieces: await inPieces(bytes, 'utf-16le', slices),
      warnings: [{ code: 'encoding', detail: 'The file is read as UTF-16: every other byte of its beginning is 0.' }]
    }
  }
  if (isUtf8(bytes)) return { pieces: await inPieces(bytes, 'utf-8', slices), warnings: [] }
  return await lineByLine(bytes, slices)
}

async function asStated (bytes: Buffer, stated: string, slices: Slices): Promise<string[]> {
  const encoding = stated.trim().toLowerCase()
  if (!iconv.encodingExists(encoding)) {
    throw new ProblemError('invalid-request', 'The encoding is not known here; say utf-8, windows-1252 or utf-16.')
  }
  if (/^utf-?8$/.test(encoding)) {
    if (isUtf8(bytes)) return await inPieces(bytes, 'utf-8', slices)
    throw unreadable(
      'The file is said to be UTF-8 and is not; leave the charset out of the Content-Type (it is then found out), or ' +
        'say windows-1252'
    )
  }
  return await inPieces(bytes, encoding, slices)
}

async function inPieces (bytes: Buffer, encoding: string, slices: Slices): Promise<string[]> {
  const decoder = iconv.getDecoder(encoding, { stripBOM: false })
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (slices.over) await slices.pause()
    pieces.push(decoder.write(bytes.subarray(at, at + PIECE_BYTES)))
  }
  pieces.push(decoder.end() ?? '')
  return pieces
}

/** Files that were put together of two have lines of both. */
async function lineByLine (bytes: Buffer, slices: Slices): Promise<Decoded> {
  const pieces: string[] = []
  let [line, first, mixed] = [1, 0, false]
  for (let at = 0; at < bytes.length;) {
    if (slices.over) await slices.pause()
    const newline = bytes.indexOf(NEWLINE, at)
    const end = newline === -1 ? bytes.length : newline + 1
    const part = bytes.subarray(at, end)
    const text = asUtf8(part)
    if (text === undefined && first === 0) first = line
    mixed ||= text !== undefined && text.length !== part.length
    pieces.push(text ?? iconv.decode(part, WINDOWS))
    at = end
    line++
  }
  return {
    pieces,
    warnings: [{
      line: first,
      code: 'encoding',
      detail: `The file is not UTF-8 (line ${first}) and is read as Windows-1252${
        mixed ? ', but for lines that are UTF-8' : ''
      }; save it as UTF-8, or say its encoding in the mapping, if letters come out wrong.`
    }]
  }
}

// "é££" of Windows-1252 would be one letter of Chinese: beside such lines only what they too could say is UTF-8.
function asUtf8 (line: Buffer): string | undefined {
  if (!isUtf8(line)) return undefined
  const text = line.toString('utf8')
  const isPlain = text.length === line.length || iconv.decode(iconv.encode(text, WINDOWS), WINDOWS) === text
  return isPlain ? text : undefined
}

function looksLikeUtf16 (bytes: Buffer): boolean {
  const start = bytes.subarray(0, 200)
  return start.length >= 4 && start.every((byte, i) => (byte === 0) === (i % 2 === 1))
}

const unreadable = (why: string): ProblemError => new ProblemError('unreadable-file', `${why}.`)
