import { SERIES_COLUMNS } from './series-rows.ts'

/** What a column of an export is, in Parquet; `instant` and `day` are texts in the rows, `json` is any value. */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'instant' | 'day' | 'json'

export interface ExportColumn { name: string, type: ColumnType }

const SERIES_TYPES: Partial<Record<string, ColumnType>> = { start_on: 'day', end_on: 'day', value: 'number' }

/** Of the rows of `seriesRows`. */
export const SERIES_EXPORT: readonly ExportColumn[] =
  SERIES_COLUMNS.map((name) => ({ name, type: SERIES_TYPES[name] ?? 'text' }))
