import { POSTGRES_EPOCH_DAY, POSTGRES_EPOCH_MS } from './binary-array.ts'
import { free } from './free.ts'
import type { Step } from './pipeline.ts'

const TWO_TO_32 = 4_294_967_296
const NULL_LENGTH = -1
const JSONB_VERSION = 1
const [EMPTY_ARRAY, ARRAY_HEADER] = [12, 20]
const OID = { int4: 23, int8: 20 } as const

/** How a COPY in the binary format begins and ends. */
const SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const END = Buffer.from([0xFF, 0xFF])

/**
 * A COPY of rows that `CopyWriter` wrote, in as many parts as there are. As one: each write to the socket costs as much
 * as a row.
 */
export function copyStep (table: string, columns: readonly string[], parts: readonly Buffer[]): Step {
  return {
    name: `copy-${table}`,
    text: `COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`,
    copy: joined(parts)
  }
}

// Each part begins and ends as a whole COPY does: where there is one alone, its rows are not copied once more.
function joined (parts: readonly Buffer[]): Buffer {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const joined = Buffer.concat([
    SIGNATURE, ...parts.map((part) => part.subarray(SIGNATURE.length, part.length - END.length)), END
  ])
  for (const part of parts) free(part)
  return joined
}

/**
 * Writes rows of a COPY in the binary format, each field as its length and its bytes: this is the hottest loop of the
 * service.
 */
export class CopyWriter {
  #buffer: Buffer
  #view: DataView
  #at = SIGNATURE.length

  /** `size` is a guess at the bytes that will be written. */
  constructor (size: number) {
    this.#buffer = Buffer.allocUnsafe(size + SIGNATURE.length + END.length)
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length)
    this.#buffer.set(SIGNATURE)
  }

  /** Begins a row of so many fields, which take `bytes` at most with their lengths. */
  row (fields: number, bytes: number): void {
    if (this.#at + bytes + 2 + END.length > this.#buffer.length) this.#grow(bytes + 2 + END.length)
    this.#view.setInt16(this.#at, fields)
    this.#at += 2
  }

  #grow (bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes))
    this.#buffer.copy(larger, 0, 0, this.#at)
    free(this.#buffer)
    this.#buffer = larger
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length)
  }

  none (): void {
    this.#view.setInt32(this.#at, NULL_LENGTH)
    this.#at += 4
  }

  bool (value: boolean): void {
    this.#view.setInt32(this.#at, 1)
    this.#view.setInt8(this.#at + 4, value ? 1 : 0)
    this.#at += 5
  }

  int2 (value: number): void {
    this.#view.setInt32(this.#at, 2)
    this.#view.setInt16(this.#at + 4, value)
    this.#at += 6
  }

  int4 (value: number): void {
    this.#view.setInt32(this.#at, 4)
    this.#view.setInt32(this.#at + 4, value)
    this.#at += 8
  }

  int8 (value: number): void {
    this.#view.setInt32(this.#at, 8)
    this.#wide(this.#at + 4, value)
    this.#at += 12
  }

  // A safe integer in two halves: cheaper than a BigInt.
  #wide (at: number, value: number): void {
    this.#view.setInt32(at, Math.floor(value / TWO_TO_32))
    this.#view.setInt32(at + 4, value % TWO_TO_32 | 0)
  }

  /** Days since 1970-01-01. */
  date (day: number): void {
    this.int4(day - POSTGRES_EPOCH_DAY)
  }

  /** Milliseconds since 1970-01-01. */
  timestamptz (ms: number): void {
    this.int8((ms - POSTGRES_EPOCH_MS) * 1000)
  }

  /** ASCII alone. For texts this short a loop beats a call into the runtime. */
  ascii (text: string): void {
    this.#view.setInt32(this.#at, text.length)
    this.#at += 4
    this.#characters(text)
  }

  /** A JSON text of ASCII alone. */
  jsonb (text: string): void {
    this.#view.setInt32(this.#at, text.length + 1)
    this.#view.setInt8(this.#at + 4, JSONB_VERSION)
    this.#at += 5
    this.#characters(text)
  }

  #characters (text: string): void {
    const buffer = this.#buffer
    let at = this.#at
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i)
    this.#at = at
  }

  bytes (value: Buffer): void {
    this.#view.setInt32(this.#at, value.length)
    value.copy(this.#buffer, this.#at + 4)
    this.#at += 4 + value.length
  }

  /** An array of `values`, or from one position of it to before another. */
  int8Array (values: readonly number[], from = 0, to = values.length): void {
    this.#arrayHeader(OID.int8, to - from, 12)
    for (let i = from; i < to; i++) this.int8(values[i] ?? 0)
  }

  int4Array (values: readonly number[], from = 0, to = values.length): void {
    this.#arrayHeader(OID.int4, to - from, 8)
    for (let i = from; i < to; i++) this.int4(values[i] ?? 0)
  }

  /** Numbers as the bytes of one field, each as Postgres sends an int4. */
  int4Bytes (values: readonly number[]): void {
    const [view, length] = [this.#view, values.length]
    view.setInt32(this.#at, 4 * length)
    for (let i = 0; i < length; i++) view.setInt32(this.#at + 4 + 4 * i, values[i] ?? 0)
    this.#at += 4 + 4 * length
  }

  int8Bytes (values: readonly number[]): void {
    this.#view.setInt32(this.#at, 8 * values.length)
    for (let i = 0; i < values.length; i++) this.#wide(this.#at + 4 + 8 * i, values[i] ?? 0)
    this.#at += 4 + 8 * values.length
  }

  #arrayHeader (oid: number, length: number, elementBytes: number): void {
    const [view, at] = [this.#view, this.#at]
    view.setInt32(at, length === 0 ? EMPTY_ARRAY : ARRAY_HEADER + length * elementBytes)
    view.setInt32(at + 4, length === 0 ? 0 : 1) // dimensions
    view.setInt32(at + 8, 0) // no nulls
    view.setInt32(at + 12, oid)
    if (length === 0) {
      this.#at += 4 + EMPTY_ARRAY
      return
    }
    view.setInt32(at + 16, length)
    view.setInt32(at + 20, 1) // lower bound
    this.#at += 4 + ARRAY_HEADER
  }

  /** All that was written, as a COPY. */
  get written (): Buffer {
    this.#buffer.set(END, this.#at)
    return this.#buffer.subarray(0, this.#at + END.length)
  }
}
