import {
  DEEPEST_LEVEL, findPersonalData, NestedTooDeep, personalDataIn, type PersonalData
} from '../domain/personal-data.ts'
import { ProblemError, type RowError } from '../errors.ts'

/** Characters: of a field whose name is longer, only the row is named. */
const LONGEST_POINTER = 500

/**
 * For whatever stores rows, before a row is checked or stored: the refusal of a row that holds personal data, or is
 * nested so deep that it cannot be looked through.
 */
export function refusePersonalData (row: unknown, index: number): RowError | undefined {
  const found = search(row)
  if (found === undefined) return undefined
  if (found === 'too deep') {
    return {
      index,
      pointer: '',
      code: 'invalid-value',
      detail: `The row is nested deeper than ${DEEPEST_LEVEL} levels.`
    }
  }
  const pointer = found.pointer.length > LONGEST_POINTER ? '' : found.pointer
  const where = pointer === '' ? 'The row' : pointer.slice(1).replaceAll('/', '.')
  return {
    index,
    pointer,
    code: 'personal-data',
    detail:
      `${where} looks like it holds a person's data (${found.kind}); take it out and send the row again. It was ` +
        'not stored.'
  }
}

function search (row: unknown): PersonalData | 'too deep' | undefined {
  try {
    return findPersonalData(row)
  } catch (error) {
    if (error instanceof NestedTooDeep) return 'too deep'
    throw error
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

/** And for a text outside the body; `what` names it. Throws `ProblemError`. */
export function refusePersonalText (what: string, text: string): void {
  const kind = personalDataIn(text)
  if (kind !== undefined) {
    throw new ProblemError('personal-data', `${what} looks like it holds a person's data (${kind}); send another.`)
  }
}
