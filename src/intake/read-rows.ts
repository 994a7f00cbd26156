import { isAscii, isUtf8 } from 'node:buffer'
import { EVENT_LIMITS } from '../domain/event.ts'
import { BrokenList, elementsOf, isArray, membersIn, type Element } from '../json/elements.ts'
import { explainFault, placeIn, type Place } from '../json/explain-json.ts'
import { faultIn, type Fault } from '../json/fault.ts'
import { ProblemError } from '../errors.ts'
import { ROW_LIMITS, RowTexts } from './row-text.ts'
import type { RowReader } from './sent-rows.ts'

export type { RowReader, SentRows } from './sent-rows.ts'

/** A line of so many characters is looked through before it is parsed; a shorter one costs little in any case. */
const LONG_LINE = 16 * 1024

const [NEWLINE, RETURN, SPACE, TAB] = [10, 13, 32, 9]
const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const NOT_UTF8 = 'it is not UTF-8; a letter replaced in silence would be another letter'

/**
 * One event, or an array of them. An element that is not JSON is a bad row, as long as it is certain where it ends.
 * Throws `ProblemError` where the body is empty, no JSON, or holds too many rows.
 */
export const readJsonRows: RowReader = async (body, slices) => {
  if (body.length === 0) {
    throw new ProblemError('empty-body', 'The body is empty; send one event or an array of events.')
  }
  if (!isUtf8(body)) throw new ProblemError('invalid-json', `The body is not JSON: ${NOT_UTF8}.`)
  const text = textOf(withoutMark(body))
  const rows = new RowTexts()
  const inList = isArray(text)
  const refuseBody = (what: string, at: number): never => {
    const why = explainFault(what, placeIn(text, at), inList ? rows.count : undefined)
    throw new ProblemError('invalid-json', `The body is not JSON: ${why}.`)
  }
  try {
    for (const element of elementsOf(text, ROW_LIMITS)) {
      if (slices.over) await slices.pause()
      limitRows(rows.count + 1)
      if (rows.take(element)) continue
      const fault = faultIn(text, element) ?? UNREAD
      if (!fault.bounded || !inList) refuseBody(fault.what, fault.at)
      rows.refuseText('row', element.text, fault, () => placeIn(text, fault.at))
    }
  } catch (error) {
    if (!(error instanceof BrokenList)) throw error
    const { from, after } = error
    const fault = after === undefined ? faultIn(text, { from, to: text.length }) : undefined
    if (fault !== undefined) refuseBody(fault.what, fault.at)
    if (after !== undefined) refuseBody('something after its end', after)
    refuseBody('its end', text.length)
  }
  return rows.sent
}

/** What the parser refuses and `faultIn` does not: there is nothing known. */
const UNREAD: Fault = { at: 0, what: 'something that is no JSON', pointer: '', bounded: false }

/** One event a line; blank lines are passed over and do not count. */
export const readNdjsonRows: RowReader = async (bytes, slices) => {
  const body = withoutMark(bytes)
  const wellFormed = isUtf8(body)
  // Of which characters and bytes have the same places.
  const ascii = isAscii(body) ? body.toString('latin1') : undefined
  const rows = new RowTexts()
  for (let start = pastBlanks(body, 0); start < body.length; start = pastBlanks(body, start)) {
    if (slices.over) await slices.pause()
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const line = (ascii?.slice(start, end) ?? body.toString('utf8', start, end)).trim()
    const [from, readable] = [start, wellFormed || isUtf8(body.subarray(start, end))]
    start = end + 1
    if (line === '') continue
    limitRows(rows.count + 1)
    if (!readable) rows.refuse(`The line is not JSON: ${NOT_UTF8}.`, 'invalid-json')
    else if (!rows.take(elementOf(line))) {
      const fault = faultIn(line) ?? UNREAD
      rows.refuseText('line', line, fault, () => placeInLines(body, from, fault.at))
    }
  }
  if (rows.count === 0) throw new ProblemError('empty-body', 'The body holds no line; send one event a line.')
  return rows.sent
}

function placeInLines (body: Buffer, from: number, at: number): Place {
  let [line, start] = [1, 0]
  for (let end = body.indexOf(NEWLINE); end !== -1 && end < from; end = body.indexOf(NEWLINE, start)) {
    line++
    start = end + 1
  }
  return { line, column: from - start + at + 1 }
}

// Eight million empty lines are passed over in no time.
function pastBlanks (body: Buffer, from: number): number {
  let at = from
  for (let byte = body[at]; byte === NEWLINE || byte === RETURN || byte === SPACE || byte === TAB; byte = body[at]) at++
  return at
}

// A long line as an element of an array, so that a row that is an array itself is looked through as one.
function elementOf (line: string): Pick<Element, 'text' | 'members' | 'beyond'> {
  if (line.length <= LONG_LINE) return { text: line, members: membersIn(line), beyond: undefined }
  const [element] = elementsOf(`[${line}]`, ROW_LIMITS)
  return { text: line, members: element?.members ?? 0, beyond: element?.beyond }
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
