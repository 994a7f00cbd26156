import { BinaryWriter, OID, writeValue, type PgType, type Written } from './binary-writer.ts'

const [EMPTY_ARRAY, ARRAY_HEADER] = [12, 20]

/** How a COPY in the binary format begins and ends. */
const SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const END = Buffer.from([0xFF, 0xFF])

/** Writes the rows of a COPY in the binary format, for `copyRows`. */
export class CopyWriter extends BinaryWriter {
  /** `size` is a guess at the bytes that will be written. */
  constructor (size: number) {
    super(size + SIGNATURE.length + END.length)
    this.buffer.set(SIGNATURE)
    this.at = SIGNATURE.length
  }

  /** Begins a row of so many fields, and makes room for so many bytes of them, lengths included. */
  row (fields: number, bytes = 0): void {
    this.reserve(bytes + 2)
    this.view.setInt16(this.at, fields)
    this.at += 2
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

  /** An array of any type, of which elements may be null; makes room for itself. */
  array<T extends PgType> (type: T, values: ReadonlyArray<Written[T] | null>): void {
    this.reserve(4 + ARRAY_HEADER)
    const start = this.at
    this.#arrayHeader(OID[type], values.length, 0)
    for (const value of values) writeValue(this, type, value)
    this.view.setInt32(start, this.at - start - 4)
  }

  /** Numbers as the bytes of one field, each as Postgres sends an int4. */
  int4Bytes (values: readonly number[]): void {
    const [view, length] = [this.view, values.length]
    view.setInt32(this.at, 4 * length)
    for (let i = 0; i < length; i++) view.setInt32(this.at + 4 + 4 * i, values[i] ?? 0)
    this.at += 4 + 4 * length
  }

  int8Bytes (values: readonly number[]): void {
    this.view.setInt32(this.at, 8 * values.length)
    for (let i = 0; i < values.length; i++) this.wide(this.at + 4 + 8 * i, values[i] ?? 0)
    this.at += 4 + 8 * values.length
  }

  #arrayHeader (oid: number, length: number, elementBytes: number): void {
    const { view, at } = this
    view.setInt32(at, length === 0 ? EMPTY_ARRAY : ARRAY_HEADER + length * elementBytes)
    view.setInt32(at + 4, length === 0 ? 0 : 1) // dimensions
    view.setInt32(at + 8, 0) // no nulls
    view.setInt32(at + 12, oid)
    if (length === 0) {
      this.at += 4 + EMPTY_ARRAY
      return
    }
    view.setInt32(at + 16, length)
    view.setInt32(at + 20, 1) // lower bound
    this.at += 4 + ARRAY_HEADER
  }

  /** All that was written, as a COPY. */
  get written (): Buffer {
    this.reserve(END.length)
    this.buffer.set(END, this.at)
    return this.buffer.subarray(0, this.at + END.length)
  }
}

/** One COPY of the rows of several. */
export function joinCopies (copies: readonly Buffer[]): Buffer {
  const rows = copies.map((copy) => copy.subarray(SIGNATURE.length, copy.length - END.length))
  return Buffer.concat([SIGNATURE, ...rows, END])
}

const LENGTH_BYTES = 4

/** The fields of each row of a COPY, each as its length and its bytes. */
function * rowsOf (copy: Buffer): Generator<Buffer[]> {
  let at = SIGNATURE.length
  for (let fields = copy.readInt16BE(at); fields !== -1; fields = copy.readInt16BE(at)) {
    at += 2
    yield Array.from({ length: fields }, () => {
      const from = at
      at += LENGTH_BYTES + Math.max(0, copy.readInt32BE(at))
      return copy.subarray(from, at)
    })
  }
}

/** The fields of each row of a COPY as binary parameters. */
export const parametersOf = (copy: Buffer): Array<Array<Buffer | null>> =>
  [...rowsOf(copy)].map((row) => row.map((field) => field.readInt32BE(0) < 0 ? null : field.subarray(LENGTH_BYTES)))

/** The columns of a COPY as arrays of these types, which hold the fields as they are. */
export function arraysOf (copy: Buffer, types: readonly PgType[]): Buffer[] {
  const rows = [...rowsOf(copy)]
  return types.map((type, column) => {
    const fields = rows.map((row) => row[column] ?? Buffer.alloc(0))
    const header = Buffer.alloc(ARRAY_HEADER)
    // Dimensions, whether there are nulls (Postgres looks for itself), type, length, lower bound.
    for (const [i, part] of [1, 0, OID[type], rows.length, 1].entries()) header.writeInt32BE(part, 4 * i)
    return Buffer.concat([header, ...fields])
  })
}
