import { ProblemError } from '../errors.ts'
import { isUnknown, type Unknown } from './directory.ts'

/** "There is no authority solihul. Did you mean solihull?" */
export function explainUnknown ({ unknown, suggestion, successors }: Unknown, what: string): string {
  if (successors !== undefined) {
    return `The ${what} ${unknown} was replaced by ${successors.join(' and ')}: use the one it is for.`
  }
  return `There is no ${what} ${unknown}.${suggestion === undefined ? '' : ` Did you mean ${suggestion}?`}`
}

/** The found thing, or a `ProblemError` that suggests the nearest name. */
export function known<T extends object> (
  found: T | Unknown,
  code:
    | 'unknown-authority'
    | 'unknown-service'
    | 'unknown-channel'
    | 'unknown-ward'
    | 'unknown-measure'
    | 'unknown-kpi',
  what: string
): T {
  if (!isUnknown(found)) return found
  throw new ProblemError(code, explainUnknown(found, what))
}
