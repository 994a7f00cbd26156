import type { Slices } from '../domain/slices.ts'
import type { RowError, RowWarning } from '../errors.ts'

/** The rows of a body as they were sent. A line of NDJSON that is not JSON is a bad row, not a bad body. */
export interface SentRows {
  rows: unknown[]
  unreadable: RowError[]
  /**
   * Where a field of the event `index` stands in what was sent, if it stands elsewhere. Takes and gives a JSON pointer.
   */
  locate?: (pointer: string, index: number) => string
  /** A row as it came, where that is not `rows[index]`; of a file the cells that a field reads, by column. */
  raw?: (index: number) => unknown
  /** Of a file: the line, from 1, on which each row begins. */
  lines?: number[]
  warnings?: RowWarning[]
  /** Says of an error which line and column of a file it is about. */
  describe?: (error: RowError) => RowError
  /** What the file was read through. */
  mapping?: { name: string, version: number }
}

/** Reads the rows out of a body, in slices. Throws `ProblemError`. */
export type RowReader = (body: Buffer, slices: Slices) => Promise<SentRows>
