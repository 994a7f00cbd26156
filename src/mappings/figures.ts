import type { Column } from './columns.ts'
import type { FieldReader } from './field-reader.ts'
import { readerOf, type Reading } from './readers.ts'

/** A column of figures, of files with several in a row; `fixed`: the fields that the column stands for. */
export interface FigureReader { column: Column, fixed: Record<string, string>, read: FieldReader }

/** A blank cell of such a column is no figure, which is never a 0. */
export function figureReaders (reading: Reading): FigureReader[] {
  return (reading.mapping.figures ?? []).map(({ column, unit, measure, channel, ward }) => ({
    column: reading.columns.of(column),
    fixed: {
      ...(measure !== undefined && { measure }),
      ...(channel !== undefined && { channel }),
      ...(ward !== undefined && { ward })
    },
    read: leavingOut(readerOf(
      'value', { column, if_blank: { value: NO_FIGURE }, ...(unit !== undefined && { unit }) }, reading
    ))
  }))
}

const NO_FIGURE = ''
const leavingOut = (read: FieldReader): FieldReader => (row) => {
  const value = read(row)
  return value === NO_FIGURE ? undefined : value
}
