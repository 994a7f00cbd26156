import { personalDataIn } from '../domain/personal-data.ts'
import type { ErrorCode } from '../errors.ts'

/** Why a field of a row cannot be read. */
export class Fault {
  readonly detail: string
  readonly code: ErrorCode
  constructor (detail: string, code: ErrorCode = 'invalid-value') {
    this.detail = detail
    this.code = code
  }
}

const LONGEST = 60

/** A cell as a message repeats it: never whole where it is long, never a person's data. */
export function quoted (cell: string): string {
  if (personalDataIn(cell) !== undefined) return 'A cell'
  return JSON.stringify(cell.length > LONGEST ? `${cell.slice(0, LONGEST)}…` : cell)
}

/** `"31/02/2026" in the column "Date reported"` */
export const cellIn = (cell: string, heading: string): string => `${quoted(cell)} in the column "${heading}"`
