import type { Step } from './pipeline.ts'

/** A column of a COPY; a date is days since 1970-01-01. */
export interface CopyColumn<T> { column: string, type: keyof typeof WIDTHS, pick: (row: T) => number }

const WIDTHS = { int2: 2, int4: 4, int8: 8, date: 4 } as const
const TWO_TO_32 = 4_294_967_296
export const POSTGRES_EPOCH_DAY = 10_957 // 2000-01-01
/** How a COPY in the binary format begins; it ends with a row of -1 columns. */
export const COPY_SIGNATURE = Buffer.from('PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
export const COPY_END = -1

/** A COPY of rows of whole numbers. */
export function copyRows<T> (table: string, columns: ReadonlyArray<CopyColumn<T>>, rows: readonly T[]): Step {
  const rowBytes = columns.reduce((sum, { type }) => sum + 4 + WIDTHS[type], 2)
  const buffer = Buffer.allocUnsafe(COPY_SIGNATURE.length + rows.length * rowBytes + 2)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  COPY_SIGNATURE.copy(buffer)
  let at = COPY_SIGNATURE.length
  for (const row of rows) {
    view.setInt16(at, columns.length)
    at += 2
    for (const { type, pick } of columns) {
      const width = WIDTHS[type]
      view.setInt32(at, width)
      const value = pick(row)
      if (width === 2) view.setInt16(at + 4, value)
      else if (width === 4) view.setInt32(at + 4, type === 'date' ? value - POSTGRES_EPOCH_DAY : value)
      else writeInt8(view, at + 4, value)
      at += 4 + width
    }
  }
  view.setInt16(at, COPY_END)
  return { name: `copy-${table}`, text: `COPY ${table} (${columns.map(({ column }) => column).join(', ')}) FROM STDIN (FORMAT binary)`, copy: buffer }
}

/** A safe integer as eight bytes, in two halves: cheaper than a BigInt. */
export function writeInt8 (view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / TWO_TO_32))
  view.setInt32(at + 4, value % TWO_TO_32 | 0)
}
