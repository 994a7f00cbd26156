import {
  DEEPEST_LEVEL, NestedTooDeep, personalDataInId, personalDataOf, type PersonalData
} from '../domain/personal-data.ts'
import { ProblemError, type RowError } from '../errors.ts'

/** Characters: of a field whose name is longer, only the row is named. */
const LONGEST_POINTER = 500

/**
 * For whatever stores rows, before a row is checked or stored: the refusal of a row that holds personal data, or is
 * nested so deep that it cannot be looked through. `opaque`: the field of its id.
 */
export function refusePersonalData (row: unknown, index: number, opaque?: string): RowError | undefined {
  return refusals(row, index, { opaque })[0]
}

/** The same, of every field that holds some. */
export const personalErrors = (row: unknown, index: number, opaque?: string): RowError[] =>
  refusals(row, index, { opaque, all: true })

function refusals (row: unknown, index: number, how: { opaque: string | undefined, all?: boolean }): RowError[] {
  try {
    return personalDataOf(row, how).map((found) => refusal(found, index))
  } catch (error) {
    if (!(error instanceof NestedTooDeep)) throw error
    return [{
      index,
      pointer: '',
      code: 'invalid-value',
      detail: `The row is nested deeper than ${DEEPEST_LEVEL} levels.`
    }]
  }
}

function refusal ({ kind, pointer: found }: PersonalData, index: number): RowError {
  const pointer = found.length > LONGEST_POINTER ? '' : found
  const where = pointer === '' ? 'The row' : pointer.slice(1).replaceAll('/', '.')
  return {
    index,
    pointer,
    code: 'personal-data',
    detail:
      `${where} looks like it holds a person's data (${kind}); take it out and send the row again. It was ` +
        'not stored.'
  }
}

/** The same for a body that is taken or refused whole. Throws `ProblemError`. */
export function refusePersonalBody (body: unknown): void {
  for (const [index, row] of (Array.isArray(body) ? body : [body]).entries()) {
    const found = refusePersonalData(row, index)
    if (found === undefined) continue
    if (found.code !== 'personal-data') throw new ProblemError('invalid-request', found.detail)
    throw new ProblemError(found.code, found.detail, { errors: [found], errors_total: 1 })
  }
}

/** And for a key outside the body, which is the sender's own; `what` names it. Throws `ProblemError`. */
export function refusePersonalKey (what: string, key: string): void {
  const kind = personalDataInId(key)
  if (kind !== undefined) {
    throw new ProblemError('personal-data', `${what} looks like it holds a person's data (${kind}); send another.`)
  }
}
