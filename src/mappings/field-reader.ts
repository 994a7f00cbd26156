import type { TableRow } from '../files/table.ts'

/** A row with what a replay knows of it: how many rows equal to it came before, of a mapping that counts them. */
export type ReadableRow = TableRow & { equalBefore?: number }

/** What a field of a row is; undefined: it is left out. */
export type FieldReader = (row: ReadableRow) => unknown
