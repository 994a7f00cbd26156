import type { Step } from './pipeline.ts'

/** A value in the binary wire format, without its length; null where there is none. */
export type Field = Buffer | null

const TWO_TO_32 = 4_294_967_296
const NULL_LENGTH = -1
export const POSTGRES_EPOCH_DAY = 10_957 // 2000-01-01
const POSTGRES_EPOCH_MS = POSTGRES_EPOCH_DAY * 86_400_000

/** How a COPY in the binary format begins and ends. */
const SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const END = Buffer.from([0xFF, 0xFF])

/** A COPY of rows that are encoded already, in as many parts as they came in. */
export function copyParts (table: string, columns: readonly string[], parts: readonly Buffer[]): Step {
  return { name: `copy-${table}`, text: `COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`, copy: [SIGNATURE, ...parts, END] }
}

/** A COPY of a few rows, fields in the order of `columns`. */
export function copyRows (table: string, columns: readonly string[], rows: ReadonlyArray<readonly Field[]>): Step {
  const parts: Buffer[] = []
  for (const row of rows) {
    const lengths = Buffer.allocUnsafe(2 + row.length * 4)
    lengths.writeInt16BE(row.length)
    parts.push(lengths.subarray(0, 2))
    for (const [i, field] of row.entries()) {
      lengths.writeInt32BE(field === null ? NULL_LENGTH : field.length, 2 + i * 4)
      parts.push(lengths.subarray(2 + i * 4, 6 + i * 4))
      if (field !== null) parts.push(field)
    }
  }
  return copyParts(table, columns, [Buffer.concat(parts)])
}

/** A safe integer as eight bytes, in two halves: cheaper than a BigInt. */
export function writeInt8 (view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / TWO_TO_32))
  view.setInt32(at + 4, value % TWO_TO_32 | 0)
}

export function int2Field (value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2)
  buffer.writeInt16BE(value)
  return buffer
}

export function int4Field (value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4)
  buffer.writeInt32BE(value)
  return buffer
}

export function int8Field (value: number): Buffer {
  const buffer = Buffer.allocUnsafe(8)
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32))
  buffer.writeInt32BE(value % TWO_TO_32 | 0, 4)
  return buffer
}

/** Microseconds since 2000, from milliseconds since 1970. */
export const microseconds = (ms: number): number => (ms - POSTGRES_EPOCH_MS) * 1000

const JSONB_VERSION = Buffer.from([1])
export const jsonbField = (text: string): Buffer => Buffer.concat([JSONB_VERSION, Buffer.from(text)])
