import { isAscii, isUtf8 } from 'node:buffer'
import { EVENT_LIMITS } from '../domain/event.ts'
import { explainJson } from '../json/exact-json.ts'
import { ProblemError, type RowError } from '../errors.ts'

/** The rows of a body as they were sent. A line of NDJSON that is not JSON is a bad row, not a bad body. */
export interface SentRows {
  rows: unknown[]
  unreadable: RowError[]
  /**
   * Where a field of the event `index` stands in what was sent, if it stands elsewhere. Takes and gives a JSON pointer.
   */
  locate?: (pointer: string, index: number) => string
}

const NEWLINE = 10
const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const NOT_UTF8 = 'it is not UTF-8; a letter replaced in silence would be another letter'

/** One event, or an array of them. Throws `ProblemError` where the body is empty, no JSON, or holds too many rows. */
export function readJsonRows (body: Buffer): SentRows {
  if (body.length === 0) {
    throw new ProblemError('empty-body', 'The body is empty; send one event or an array of events.')
  }
  if (!isUtf8(body)) throw new ProblemError('invalid-json', `The body is not JSON: ${NOT_UTF8}.`)
  let value: unknown
  try {
    value = JSON.parse(textOf(withoutMark(body)))
  } catch (error) {
    throw new ProblemError('invalid-json', `The body is not JSON: ${explainJson(error)}.`)
  }
  const rows = Array.isArray(value) ? value : [value]
  limitRows(rows.length)
  return { rows, unreadable: [] }
}

/** One event a line; blank lines are passed over and do not count. */
export function readNdjsonRows (bytes: Buffer): SentRows {
  const body = withoutMark(bytes)
  const wellFormed = isUtf8(body)
  // Of which characters and bytes have the same places.
  const ascii = isAscii(body) ? body.toString('latin1') : undefined
  const rows: unknown[] = []
  const unreadable: RowError[] = []
  const refuse = (why: string): void => {
    unreadable.push({ index: rows.length, pointer: '', code: 'invalid-json', detail: `The line is not JSON: ${why}.` })
    rows.push(undefined)
  }
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const line = (ascii?.slice(start, end) ?? body.toString('utf8', start, end)).trim()
    const readable = wellFormed || isUtf8(body.subarray(start, end))
    start = end + 1
    if (line === '') continue
    limitRows(rows.length + 1)
    if (!readable) {
      refuse(NOT_UTF8)
      continue
    }
    try {
      rows.push(JSON.parse(line))
    } catch (error) {
      refuse(explainJson(error))
    }
  }
  if (rows.length === 0) throw new ProblemError('empty-body', 'The body holds no line; send one event a line.')
  return { rows, unreadable }
}

// Plain ASCII, which most senders send, is copied where UTF-8 has to be decoded.
function textOf (bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8')
}

// Windows programs put it before what they write; RFC 8259, section 8.1, lets a reader pass over it.
function withoutMark (body: Buffer): Buffer {
  return body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? body.subarray(BYTE_ORDER_MARK.length) : body
}

function limitRows (count: number): void {
  if (count <= EVENT_LIMITS.perRequest) return
  throw new ProblemError(
    'too-many-events',
    `The limit is ${EVENT_LIMITS.perRequest} rows a request; send the rest in another.`
  )
}
