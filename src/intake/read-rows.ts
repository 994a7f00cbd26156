import { isAscii, isUtf8 } from 'node:buffer'
import { EVENT_LIMITS } from '../domain/event.ts'
import { DEEPEST_LEVEL } from '../domain/personal-data.ts'
import { elementsOf, EndlessNesting, type Beyond, type Element } from '../json/elements.ts'
import { explainJson } from '../json/exact-json.ts'
import { ProblemError, type RowError } from '../errors.ts'
import type { Slices } from '../domain/slices.ts'

/** The rows of a body as they were sent. A line of NDJSON that is not JSON is a bad row, not a bad body. */
export interface SentRows {
  rows: unknown[]
  unreadable: RowError[]
  /**
   * Where a field of the event `index` stands in what was sent, if it stands elsewhere. Takes and gives a JSON pointer.
   */
  locate?: (pointer: string, index: number) => string
  /** A row as it came, where that is not `rows[index]`; of a file the cells that a field reads, by column. */
  raw?: (index: number) => unknown
  /** Of a file: the line, from 1, on which each row begins. */
  lines?: number[]
  warnings?: RowWarning[]
  /** What the file was read through. */
  mapping?: { name: string, version: number }
}

/** What a reader noticed in a file, and how it read it all the same. */
export interface RowWarning {
  /** Of the row, from 0; left out: of the whole file. */
  index?: number
  line?: number
  /** The heading of the column. */
  column?: string
  code: string
  detail: string
}

/** Reads the rows out of a body, in slices. Throws `ProblemError`. */
export type RowReader = (body: Buffer, slices: Slices) => Promise<SentRows>

/** No row has more fields; one of a million costs seconds before a schema can refuse it. */
const LIMITS = { deepest: DEEPEST_LEVEL, mostValues: 1000 }
const BEYOND = {
  'too-deep': `The row is nested deeper than ${LIMITS.deepest} levels.`,
  'too-many-values': `The row holds more than ${LIMITS.mostValues} values.`
}
/** A line of so many characters is looked through before it is parsed; a shorter one costs little in any case. */
const LONG_LINE = 16 * 1024

const [NEWLINE, RETURN, SPACE, TAB] = [10, 13, 32, 9]
const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const NOT_UTF8 = 'it is not UTF-8; a letter replaced in silence would be another letter'

/** One event, or an array of them. Throws `ProblemError` where the body is empty, no JSON, or holds too many rows. */
export const readJsonRows: RowReader = async (body, slices) => {
  if (body.length === 0) {
    throw new ProblemError('empty-body', 'The body is empty; send one event or an array of events.')
  }
  if (!isUtf8(body)) throw new ProblemError('invalid-json', `The body is not JSON: ${NOT_UTF8}.`)
  const text = textOf(withoutMark(body))
  const sent: SentRows = { rows: [], unreadable: [] }
  try {
    for (const element of elementsOf(text, LIMITS)) {
      if (slices.over) await slices.pause()
      limitRows(sent.rows.length + 1)
      addRow(sent, element)
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const why = error instanceof EndlessNesting ? explainJson(error) : explain(text)
    throw new ProblemError('invalid-json', `The body is not JSON: ${why}.`)
  }
  return sent
}

function addRow ({ rows, unreadable }: SentRows, { text, beyond }: Element): void {
  if (beyond === undefined) {
    rows.push(JSON.parse(text))
    return
  }
  unreadable.push({ index: rows.length, pointer: '', code: 'invalid-value', detail: BEYOND[beyond] })
  rows.push(undefined)
}

// Of an element alone the parser says where reading stopped in it, not in the body.
function explain (text: string): string {
  try {
    JSON.parse(text)
    return 'reading stopped before its end'
  } catch (error) {
    return explainJson(error)
  }
}

/** One event a line; blank lines are passed over and do not count. */
export const readNdjsonRows: RowReader = async (bytes, slices) => {
  const body = withoutMark(bytes)
  const wellFormed = isUtf8(body)
  // Of which characters and bytes have the same places.
  const ascii = isAscii(body) ? body.toString('latin1') : undefined
  const texts = new Map<number, string>()
  const sent: SentRows = { rows: [], unreadable: [], raw: (index) => texts.get(index) }
  const { rows, unreadable } = sent
  const refuse = (why: string, text?: string): void => {
    if (text !== undefined) texts.set(rows.length, text)
    unreadable.push({ index: rows.length, pointer: '', code: 'invalid-json', detail: `The line is not JSON: ${why}.` })
    rows.push(undefined)
  }
  for (let start = pastBlanks(body, 0); start < body.length; start = pastBlanks(body, start)) {
    if (slices.over) await slices.pause()
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
      addRow(sent, { text: line, beyond: line.length > LONG_LINE ? beyondOf(line) : undefined })
    } catch (error) {
      refuse(explainJson(error), line)
    }
  }
  if (rows.length === 0) throw new ProblemError('empty-body', 'The body holds no line; send one event a line.')
  return sent
}

// Eight million empty lines are passed over in no time.
function pastBlanks (body: Buffer, from: number): number {
  let at = from
  for (let byte = body[at]; byte === NEWLINE || byte === RETURN || byte === SPACE || byte === TAB; byte = body[at]) at++
  return at
}

// As an element of an array, so that a row that is an array itself is looked through as one.
function beyondOf (line: string): Beyond | undefined {
  const [element] = elementsOf(`[${line}]`, LIMITS)
  return element?.beyond
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
