import { findPersonalData, personalDataIn } from '../../domain/personal-data.ts'
import { isSpeltNumber } from '../../json/exact-json.ts'
import type { SentRows } from '../read-rows.ts'

/** The fields that somebody reads of rows of one kind. */
export interface KnownFields {
  fields: ReadonlySet<string>
  /** Whether some service has an attribute of this name. */
  isAttribute: (name: string) => boolean
}

/** How what is kept of a row is to be read; numbers are kept in the database. */
export const FORMS = { row: 1, text: 2, cells: 3 } as const
export type Form = keyof typeof FORMS

/** `content` is JSON; null where nothing may be kept. */
export interface KeptRow { form: Form, content: string | null }

/** Characters: no field that is read takes a longer text, and none of a file may fill the disk. */
const [LONGEST_TEXT, LONGEST_CELL, LONGEST_CONTENT] = [300, 1000, 16_384]
/** Stands for a value that nobody may read. No field takes an array, so a replay of it is refused again. */
const NOT_KEPT = ['not kept']

/**
 * What is kept of a row that was refused: as it came, without what nobody reads. A field that does not exist keeps its
 * name, so that a replay is refused as the row was, and not its value, which may be a person's.
 */
export function keptRow (sent: SentRows, index: number, known: KnownFields): KeptRow {
  const read = sent.rows[index]
  const raw = sent.raw?.(index)
  if (read === undefined && typeof raw === 'string') return kept('text', isReadable(raw, known) ? raw : undefined)
  if (isObject(raw) && sent.mapping !== undefined) return kept('cells', areHarmless(raw) ? raw : undefined)
  // Of a file whose headings are names of fields a cell that could not be read is in `raw` alone.
  const row = isObject(raw) && sent.lines !== undefined ? raw : read
  return kept('row', isObject(row) ? readFields(row, known) : undefined)
}

function kept (form: Form, value: object | string | undefined): KeptRow {
  const content = value === undefined ? null : JSON.stringify(value)
  return { form, content: content === null || content.length > LONGEST_CONTENT ? null : content }
}

function readFields (row: Record<string, unknown>, { fields, isAttribute }: KnownFields): Record<string, unknown> {
  return mapValues(row, (name, value) => {
    if (name === 'attributes' && isObject(value)) {
      return mapValues(value, (attribute, one) => isAttribute(attribute) && isPlain(one) ? one : NOT_KEPT)
    }
    return fields.has(name) && isPlain(value) ? value : NOT_KEPT
  })
}

// Not an object literal, in which the name __proto__ would be lost.
const mapValues = (row: Record<string, unknown>, map: (name: string, value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, map(name, value)]))

const isPlain = (value: unknown): boolean => typeof value === 'string'
  ? value.length <= LONGEST_TEXT
  : value === null || ['number', 'boolean'].includes(typeof value) || isSpeltNumber(value)

// The columns are those that a mapping reads, but a cell may say more than what is made of it.
const areHarmless = (cells: Record<string, unknown>): boolean =>
  Object.values(cells).every((cell) => typeof cell !== 'string' || cell.length <= LONGEST_CELL) &&
    findPersonalData(cells) === undefined

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_][\w-]*/g

/** Whether a line that is no JSON names nothing but fields that somebody reads, as far as it can be read. */
function isReadable (line: string, { fields, isAttribute }: KnownFields): boolean {
  if (!line.startsWith('{') || line.length > LONGEST_CONTENT || personalDataIn(line) !== undefined) return false
  for (const { 0: token, index } of line.matchAll(TOKEN)) {
    if (!/^\s*:/.test(line.slice(index + token.length, index + token.length + 20))) continue
    const name = token.replaceAll(/^["']|["']$/g, '')
    if (!fields.has(name) && !isAttribute(name)) return false
  }
  return true
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
