import type { Source } from '../../catalogue/directory.ts'
import { Slices } from '../../domain/slices.ts'
import type { ErrorCode, RowError } from '../../errors.ts'
import type { SentRows } from '../read-rows.ts'
import { keptRow, type KeptRow, type KnownFields } from './kept-row.ts'
import { unmappedWord, type Word } from './unmapped-words.ts'

/** What a row is; numbers are kept in the database. */
export const KINDS = { event: 1, observation: 2 } as const
export type Kind = keyof typeof KINDS

/** What has to be known of one kind of row to keep one that is refused. */
export interface RefusedKind extends KnownFields {
  kind: Kind
  /** The local day that an event says it is of, as days since 1970. */
  dayOf?: (row: Record<string, unknown>) => number | undefined
}

/** A row that was refused, as it is kept; what its batch has in common stands in `Refusals`. */
export interface Rejection extends KeptRow {
  index: number
  line: number | undefined
  eventId: string | null
  day: number | null
  errors: Array<Omit<RowError, 'index'>>
}

/** What is kept of the refused rows of a batch. */
export interface Refusals {
  source: Source
  receiptId: number
  at: Date
  kind: Kind
  mapping: SentRows['mapping']
  /** None of a batch of which nothing was stored because it is strict: its sender has it and sends it again. */
  rejections: Rejection[]
  words: CountedWord[]
}

/** How many rows had the word. */
export interface CountedWord extends Word { rows: number }

/** Rows whose content must not be kept, whatever else is wrong with them. */
const NEVER_KEPT: ReadonlySet<ErrorCode> = new Set(['personal-data', 'event-erased', 'closed-day'])
const EVENT_ID = /^[\x21-\x7E]{1,128}$/

/** Makes what is kept of rows that were refused, in slices; `errors` in the order of the rows. */
export async function rejectionsOf (
  sent: SentRows, errors: readonly RowError[], kind: RefusedKind, slices = new Slices()
): Promise<Rejection[]> {
  const rejections: Rejection[] = []
  for (let from = 0; from < errors.length;) {
    if (slices.over) await slices.pause()
    const index = errors[from]?.index ?? 0
    let to = from + 1
    while (errors[to]?.index === index) to++
    rejections.push(rejectionOf(sent, index, errors.slice(from, to), kind))
    from = to
  }
  return rejections
}

function rejectionOf (sent: SentRows, index: number, errors: readonly RowError[], kind: RefusedKind): Rejection {
  const line = sent.lines?.[index] ?? errors[0]?.line
  const rest = { index, line, errors: errors.map(({ index: _, ...error }) => error) }
  if (errors.some(({ code }) => NEVER_KEPT.has(code))) {
    return { ...rest, form: 'row', content: null, eventId: null, day: null }
  }
  const row = sent.rows[index]
  const known = typeof row === 'object' && row !== null ? row as Record<string, unknown> : {}
  const id = kind.kind === 'event' && typeof known['id'] === 'string' ? known['id'].trim() : ''
  return {
    ...rest, ...keptRow(sent, index, kind), eventId: EVENT_ID.test(id) ? id : null, day: kind.dayOf?.(known) ?? null
  }
}

/** The words of these rows that were not known, each with the number of its rows; in slices. */
export async function countWords (
  sent: SentRows, errors: readonly RowError[], kind: KnownFields, slices = new Slices()
): Promise<CountedWord[]> {
  const counted = new Map<string, CountedWord>()
  for (const error of errors) {
    if (slices.over) await slices.pause()
    const word = unmappedWord(sent, error, kind)
    if (word === undefined) continue
    const key = JSON.stringify([word.field, word.place, word.word])
    const known = counted.get(key)
    if (known === undefined) counted.set(key, { ...word, rows: 1 })
    else known.rows++
  }
  return [...counted.values()]
}
