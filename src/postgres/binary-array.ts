import { BinaryWriter, OID, writeValue, type PgType, type Written } from './binary-writer.ts'

const [HEADER_BYTES, EMPTY_BYTES, USUAL_BYTES] = [20, 12, 12]

class ArrayWriter extends BinaryWriter {
  constructor (oid: number, length: number) {
    super(HEADER_BYTES + length * USUAL_BYTES)
    this.view.setInt32(0, length === 0 ? 0 : 1) // dimensions
    this.view.setInt32(4, 0) // whether there are nulls: Postgres looks for itself
    this.view.setInt32(8, oid)
    this.view.setInt32(12, length)
    this.view.setInt32(16, 1) // lower bound
    this.at = length === 0 ? EMPTY_BYTES : HEADER_BYTES
  }

  get written (): Buffer {
    return this.buffer.subarray(0, this.at)
  }
}

/**
 * Makes the function that writes arrays of a type in the binary wire format. node-postgres sends a Buffer as a binary
 * parameter, which spares both sides the text form of every number.
 */
export const arrayOf =
  <P extends PgType>(type: P) => <T>(rows: readonly T[], pick: (row: T) => Written[P] | null): Buffer => {
    const writer = new ArrayWriter(OID[type], rows.length)
    for (const row of rows) writeValue(writer, type, pick(row))
    return writer.written
  }

export const boolArray = arrayOf('bool')
export const int2Array = arrayOf('int2')
export const int4Array = arrayOf('int4')
export const int8Array = arrayOf('int8')
export const dateArray = arrayOf('date')
export const textArray = arrayOf('text')
