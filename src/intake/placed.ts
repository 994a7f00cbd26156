import { ROW_ERRORS_LISTED, type RowError, type RowWarning } from '../errors.ts'
import type { SentRows } from './sent-rows.ts'

/** Warnings that are kept of a file, and told. */
const WARNINGS_LISTED = 100

/** What is kept of a file while its rows are stored. */
export interface FileRead {
  warnings: RowWarning[] | null
  mapping: { name: string, version: number } | null
  describe: ((error: RowError) => RowError) | undefined
}

/** Undefined where the rows were no file's. */
export function fileOf ({ warnings = [], mapping, describe }: SentRows): FileRead | undefined {
  if (describe === undefined && warnings.length === 0 && mapping === undefined) return undefined
  const listed = warnings.slice(0, WARNINGS_LISTED)
  return { warnings: listed.length > 0 ? listed : null, mapping: mapping ?? null, describe }
}

/** The same errors, those that are told with their place in the file: most have it since their rows were checked. */
export function placed (errors: RowError[], file: FileRead | undefined): RowError[] {
  const describe = file?.describe
  if (describe === undefined) return errors
  return errors.map((error, i) => i < ROW_ERRORS_LISTED && error.line === undefined ? describe(error) : error)
}

/** Gives the errors that a refusal tells their place in the file: whoever refuses a stored row knows no file. */
export function placeRefused (error: unknown, file: FileRead | undefined): unknown {
  const told = (error as { extra?: { errors?: RowError[] } }).extra?.errors
  if (file?.describe === undefined || told === undefined) return error
  for (const one of told) if (one.line === undefined) Object.assign(one, file.describe(one))
  return error
}
