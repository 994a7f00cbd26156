import { findPersonalData } from '../domain/personal-data.ts'
import type { RowError } from '../errors.ts'

/** For every write door, before a row is checked or stored: the refusal of a row that holds personal data. */
export function refusePersonalData (row: unknown, index: number): RowError | undefined {
  const found = findPersonalData(row)
  if (found === undefined) return undefined
  const where = found.pointer === '' ? 'The row' : found.pointer.slice(1).replaceAll('/', '.')
  return {
    index,
    pointer: found.pointer,
    code: 'personal-data',
    detail: `${where} looks like it holds a person's data (${found.kind}); take it out and send the row again. It was not stored.`
  }
}
