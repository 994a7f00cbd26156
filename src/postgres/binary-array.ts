import { DAY_MS } from '../domain/calendar.ts'

/**
 * One-dimensional Postgres arrays in the binary wire format: node-postgres sends a Buffer as a binary parameter, which
 * spares both sides the text form of every number (1.5 times the ingest rate, see docs/performance.md).
 * Format: dimensions, has-null flag, element OID, length, lower bound, then each element as length and bytes; -1 is
 * null.
 */

const OID = { bool: 16, int8: 20, int2: 21, int4: 23, text: 25, date: 1082, timestamptz: 1184, jsonb: 3802 } as const
const HEADER = 20
const NULL_LENGTH = -1

function header (buffer: Buffer, oid: number, length: number, hasNull: boolean): void {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0)
  buffer.writeInt32BE(hasNull ? 1 : 0, 4)
  buffer.writeInt32BE(oid, 8)
  if (length === 0) return
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
}

type Write = (buffer: Buffer, value: number, offset: number) => void

function fixed (oid: number, width: number, write: Write) {
  return <T>(rows: readonly T[], pick: (row: T) => number | null): Buffer => {
    const buffer = Buffer.allocUnsafe(rows.length === 0 ? 12 : HEADER + rows.length * (4 + width))
    let offset = HEADER
    let hasNull = false
    for (const row of rows) {
      const value = pick(row)
      buffer.writeInt32BE(value === null ? NULL_LENGTH : width, offset)
      offset += 4
      if (value === null) {
        hasNull = true
      } else {
        write(buffer, value, offset)
        offset += width
      }
    }
    header(buffer, oid, rows.length, hasNull)
    return rows.length === 0 ? buffer : buffer.subarray(0, offset)
  }
}

const writeInt2: Write = (buffer, value, offset) => {
  buffer.writeInt16BE(value, offset)
}
const writeInt4: Write = (buffer, value, offset) => {
  buffer.writeInt32BE(value, offset)
}
// Two halves instead of a BigInt: every value is a safe integer.
const writeInt8: Write = (buffer, value, offset) => {
  buffer.writeInt32BE(Math.floor(value / 4_294_967_296), offset)
  buffer.writeUInt32BE(((value % 4_294_967_296) + 4_294_967_296) % 4_294_967_296, offset + 4)
}
export const POSTGRES_EPOCH_DAY = 10_957 // 2000-01-01
export const POSTGRES_EPOCH_MS = POSTGRES_EPOCH_DAY * DAY_MS

export const int2Array = fixed(OID.int2, 2, writeInt2)
export const int4Array = fixed(OID.int4, 4, writeInt4)
export const int8Array = fixed(OID.int8, 8, writeInt8)
/** Days since 1970-01-01. */
export const dateArray = fixed(
  OID.date, 4, (buffer, day, offset) => writeInt4(buffer, day - POSTGRES_EPOCH_DAY, offset)
)
/** Milliseconds since 1970-01-01. */
export const timestamptzArray = fixed(
  OID.timestamptz, 8, (buffer, ms, offset) => writeInt8(buffer, (ms - POSTGRES_EPOCH_MS) * 1000, offset)
)

export function boolArray<T> (rows: readonly T[], pick: (row: T) => boolean): Buffer {
  return writeBools(rows, (row) => pick(row) ? 1 : 0)
}
const writeBools = fixed(OID.bool, 1, (buffer, value, offset) => {
  buffer.writeUInt8(value, offset)
})

/** ASCII alone: event ids, which the schema limits to it. */
export function asciiArray<T> (rows: readonly T[], pick: (row: T) => string): Buffer {
  let size = rows.length === 0 ? 12 : HEADER
  for (const row of rows) size += 4 + pick(row).length
  const buffer = Buffer.allocUnsafe(size)
  header(buffer, OID.text, rows.length, false)
  let offset = HEADER
  for (const row of rows) {
    const text = pick(row)
    buffer.writeInt32BE(text.length, offset)
    buffer.write(text, offset + 4, 'latin1')
    offset += 4 + text.length
  }
  return buffer
}

/** JSON texts. */
export function jsonbArray<T> (rows: readonly T[], pick: (row: T) => string | null): Buffer {
  const texts = rows.map(pick)
  const size = texts.reduce(
    (sum, text) => sum + 4 + (text === null ? 0 : 1 + Buffer.byteLength(text)), rows.length === 0 ? 12 : HEADER
  )
  const buffer = Buffer.allocUnsafe(size)
  header(buffer, OID.jsonb, rows.length, texts.includes(null))
  let offset = HEADER
  for (const text of texts) {
    if (text === null) {
      offset = buffer.writeInt32BE(NULL_LENGTH, offset)
      continue
    }
    const length = buffer.write(text, offset + 5)
    buffer.writeInt32BE(length + 1, offset)
    buffer.writeUInt8(1, offset + 4) // version of the jsonb format
    offset += 5 + length
  }
  return buffer
}
