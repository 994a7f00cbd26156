import { findPersonalData, personalDataIn } from '../domain/personal-data.ts'
import { ProblemError, type RowError } from '../errors.ts'

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

/** The same for a body that is taken or refused whole. Throws `ProblemError`. */
export function refusePersonalBody (body: unknown): void {
  for (const [index, row] of (Array.isArray(body) ? body : [body]).entries()) {
    const found = refusePersonalData(row, index)
    if (found !== undefined) throw new ProblemError('personal-data', found.detail, { errors: [found], errors_total: 1 })
  }
}

/** And for a text outside the body; `what` names it. Throws `ProblemError`. */
export function refusePersonalText (what: string, text: string): void {
  const kind = personalDataIn(text)
  if (kind !== undefined) throw new ProblemError('personal-data', `${what} looks like it holds a person's data (${kind}); send another.`)
}
