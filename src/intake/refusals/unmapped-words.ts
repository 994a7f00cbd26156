import { personalDataIn } from '../../domain/personal-data.ts'
import type { ErrorCode, RowError } from '../../errors.ts'
import { isStorable } from '../../json/storable.ts'
import type { SentRows } from '../read-rows.ts'
import type { KnownFields } from './kept-row.ts'

/** A word that a source sent and nobody knew. */
export interface Word {
  /** `channel`, `ward`, `attributes.reason`. */
  field: string
  /** Of a ward the authority, of an attribute the service, as they were sent; of others empty. */
  place: string
  word: string
}

/** What is refused because it stands in no list. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set([
  'unknown-authority', 'unknown-service', 'unknown-channel', 'unknown-ward', 'unknown-measure', 'unknown-attribute',
  'invalid-outcome'
])
/** Fields of few words, which the schema lists. */
const LISTED = /^(?:outcome|type|period|attributes\.[a-z0-9_]+)$/
/** Whose word means nothing without the value of another field. */
const PLACES: Record<string, string> = { ward: 'authority', attributes: 'service' }

const LONGEST_WORD = 100

/** The word that a row was refused for, if it was refused for one. */
export function unmappedWord (sent: SentRows, error: RowError, known: KnownFields): Word | undefined {
  const row = asRecord(sent.rows[error.index])
  // Of a CloudEvent the fields stand in its data.
  const [field = '', attribute] = error.pointer.replace(/^\/data\//, '/').slice(1).split('/')
  const name = attribute === undefined ? field : `${field}.${attribute}`
  if (!UNKNOWN.has(error.code) && !(error.code === 'invalid-value' && LISTED.test(name))) return undefined
  if (attribute !== undefined && !known.isAttribute(attribute)) return undefined
  const value = attribute === undefined ? row[field] : asRecord(row[field])[attribute]
  // A cell of a file may have become nothing at all, because a list of the mapping does not have it.
  const cell = error.column === undefined ? undefined : asRecord(sent.raw?.(error.index))[error.column]
  const word = wordIn(value) ?? wordIn(cell)
  return word === undefined ? undefined : { field: name, place: wordIn(row[PLACES[field] ?? '']) ?? '', word }
}

function wordIn (value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const word = value.trim()
  const isKept = word !== '' && word.length <= LONGEST_WORD && isStorable(word) && personalDataIn(word) === undefined
  return isKept ? word : undefined
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
