import { isSpeltNumber, type SpeltNumber } from '../../json/exact-json.ts'
import { isFieldName, isInternalField, SETTABLE_INTERNAL_FIELDS } from '../field.ts'
import { isStorable } from '../../json/storable.ts'
import { looksLikeDate, parseTimestamp } from '../utc-instant.ts'

export type Fields = Record<string, unknown>

const TIMES = ['_timestamp', '_start_at', '_end_at'] as const
const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n

export const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isSpeltNumber(value)

/** The first thing wrong with a record's keys, values or id, in words; undefined if there is none. */
export function fault (record: Fields): string | undefined {
  for (const [key, value] of Object.entries(record)) {
    const found = keyFault(key) ?? (key === '_id' ? idFault(value) : valueFault(key, value))
    if (found !== undefined) return found
  }
  return undefined
}

function keyFault (key: string): string | undefined {
  if (!isFieldName(key)) {
    return `${JSON.stringify(key)} is not a valid key: letters without accents, digits and underscores, ` +
      'two characters or more'
  }
  if (isInternalField(key) && !SETTABLE_INTERNAL_FIELDS.has(key)) {
    return `${key} is not allowed: keys with a leading underscore are the platform's own`
  }
  return undefined
}

/** The indexes of records keep their ids, and an entry of theirs has some 2,700 bytes at most. */
export const ID_BYTES = 1000
export const isTooLong = (id: string): boolean => Buffer.byteLength(id) > ID_BYTES

function idFault (id: unknown): string | undefined {
  if (typeof id === 'string' && id !== '' && !/\s/.test(id) && isStorable(id) && !isTooLong(id)) return undefined
  return `_id is not a valid id: a string, not empty, without white space, of ${ID_BYTES} bytes at most`
}

function valueFault (key: string, value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return undefined
  if (typeof value === 'string') return isStorable(value) ? undefined : `${key} holds a character that is none`
  if (isSpeltNumber(value)) {
    return isInRange(value)
      ? undefined
      : `${key} is a number beyond 64 bits, or of more than ${LONGEST_NUMBER} characters`
  }
  return `${key} has an invalid value: strings, numbers, true, false and null are allowed`
}

/** Characters: no number that a sender works with has more, and Postgres keeps 16,383 digits behind the point. */
const LONGEST_NUMBER = 400

function isInRange ({ rawJSON }: SpeltNumber): boolean {
  if (rawJSON.length > LONGEST_NUMBER) return false
  if (!/^-?\d+$/.test(rawJSON)) {
    const [digits = '', exponent = '0'] = rawJSON.split(/e/i)
    const value = Number(rawJSON)
    // 1e-20000 is no 0, and 0e-20000 would be written out.
    return Number.isFinite(value) && (value !== 0 || !/[1-9]/.test(digits)) &&
      Math.abs(Number(exponent)) <= LONGEST_NUMBER
  }
  if (rawJSON.length > 20) return false
  const value = BigInt(rawJSON)
  return value >= MIN_INTEGER && value <= MAX_INTEGER
}

/** What a record's own times are once read: the columns and fields to store. */
export interface Times {
  parsed: Partial<Record<typeof TIMES[number], string>>
  /** The local day of `_timestamp`, where it is written in it. */
  day: string | undefined
  faults: string[]
}

/**
 * Reads a record's times. A text that nobody could read as a date is reported twice, as the original did: it cannot be
 * parsed, and so is no datetime. A text that a lenient parser would have guessed at is reported here only if the schema
 * did not report it.
 */
export function readTimes (record: Fields, schemaFaults: number): Times {
  const parsed: Times['parsed'] = {}
  const faults: string[] = []
  let day: string | undefined
  for (const key of TIMES) {
    const value = record[key]
    if (!Object.hasOwn(record, key)) continue
    const time = typeof value === 'string' ? parseTimestamp(value) : undefined
    if (time !== undefined) {
      parsed[key] = time.text
      if (key === '_timestamp') day = time.day
    } else if (typeof value === 'string' && !looksLikeDate(value)) {
      faults.push(
        `${key} cannot be parsed: ${JSON.stringify(value)}`,
        `${key} is not a valid timestamp, such as 2014-05-26T00:00:00Z`
      )
    } else if (schemaFaults === 0) faults.push(`${key} is not a valid timestamp, such as 2014-05-26T00:00:00Z`)
  }
  return { parsed, day, faults }
}
