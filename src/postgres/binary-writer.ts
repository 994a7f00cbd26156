import { DAY_MS } from '../domain/calendar.ts'

/** The Postgres types that are written in binary, and the JavaScript value of each. */
export interface Written {
  bool: boolean
  int2: number
  int4: number
  /** A safe integer. */
  int8: number
  /** Days since 1970-01-01. */
  date: number
  /** Milliseconds since 1970-01-01. */
  timestamptz: number
  text: string
  /** A JSON text. */
  jsonb: string
  bytea: Buffer
}
export type PgType = keyof Written

export const OID: Record<PgType, number> = {
  bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, date: 1082, timestamptz: 1184, jsonb: 3802
}

const TWO_TO_32 = 4_294_967_296
const NULL_LENGTH = -1
const JSONB_VERSION = 1
const POSTGRES_EPOCH_DAY = 10_957 // 2000-01-01
const POSTGRES_EPOCH_MS = POSTGRES_EPOCH_DAY * DAY_MS

/**
 * Writes values in the binary form of Postgres, each as its length and its bytes: a field of a COPY and an element of
 * an array look the same. Whoever calls the method of a type makes room with `reserve` first; `writeValue` does both.
 */
export class BinaryWriter {
  protected buffer: Buffer
  protected view: DataView
  protected at = 0

  /** `size` is a guess at the bytes that will be written. */
  constructor (size: number) {
    this.buffer = Buffer.allocUnsafe(size)
    this.view = viewOf(this.buffer)
  }

  /** Makes room for so many bytes. */
  reserve (bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
    this.view = viewOf(larger)
  }

  none (): void {
    this.view.setInt32(this.at, NULL_LENGTH)
    this.at += 4
  }

  bool (value: boolean): void {
    this.view.setInt32(this.at, 1)
    this.view.setInt8(this.at + 4, value ? 1 : 0)
    this.at += 5
  }

  int2 (value: number): void {
    this.view.setInt32(this.at, 2)
    this.view.setInt16(this.at + 4, value)
    this.at += 6
  }

  int4 (value: number): void {
    this.view.setInt32(this.at, 4)
    this.view.setInt32(this.at + 4, value)
    this.at += 8
  }

  int8 (value: number): void {
    this.view.setInt32(this.at, 8)
    this.wide(this.at + 4, value)
    this.at += 12
  }

  date (day: number): void {
    this.int4(day - POSTGRES_EPOCH_DAY)
  }

  timestamptz (ms: number): void {
    this.int8((ms - POSTGRES_EPOCH_MS) * 1000)
  }

  text (text: string): void {
    const length = this.#characters(text, this.at + 4)
    this.view.setInt32(this.at, length)
    this.at += 4 + length
  }

  jsonb (text: string): void {
    const length = this.#characters(text, this.at + 5)
    this.view.setInt32(this.at, length + 1)
    this.view.setInt8(this.at + 4, JSONB_VERSION)
    this.at += 5 + length
  }

  bytea (value: Buffer): void {
    this.view.setInt32(this.at, value.length)
    value.copy(this.buffer, this.at + 4)
    this.at += 4 + value.length
  }

  /** Two halves: cheaper than a BigInt. */
  protected wide (at: number, value: number): void {
    this.view.setInt32(at, Math.floor(value / TWO_TO_32))
    this.view.setInt32(at + 4, value % TWO_TO_32 | 0)
  }

  // Ids and codes are short ASCII: for those a loop beats a call into the runtime.
  #characters (text: string, start: number): number {
    const { buffer } = this
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7F) return buffer.write(text, start)
      buffer[start + i] = code
    }
    return text.length
  }
}

function viewOf (buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}

const FIXED: Partial<Record<PgType, number>> = { bool: 1, int2: 2, int4: 4, int8: 8, date: 4, timestamptz: 8 }
const UTF8_BYTES_A_CHARACTER = 3

/** Writes a value, or null, and makes room for it. */
export function writeValue<T extends PgType> (writer: BinaryWriter, type: T, value: Written[T] | null): void {
  writer.reserve(mostBytes(type, value))
  if (value === null) writer.none()
  else (writer[type] as (this: BinaryWriter, value: Written[T]) => void).call(writer, value)
}

function mostBytes<T extends PgType> (type: T, value: Written[T] | null): number {
  const fixed = FIXED[type]
  if (fixed !== undefined || value === null) return 4 + (fixed ?? 0)
  return Buffer.isBuffer(value) ? 4 + value.length : 5 + String(value).length * UTF8_BYTES_A_CHARACTER
}
