import { ProblemError } from '../errors.ts'
import { isUnknown, type Unknown } from './directory.ts'

/** "There is no authority solihul. Did you mean solihull?" */
export function explainUnknown ({ unknown, suggestion, ambiguous }: Unknown, what: string): string {
  if (ambiguous !== undefined) {
    return `The ${what} ${unknown} is ambiguous: it may be ${listOf(ambiguous, 'or')}; say which of them.`
  }
  return `There is no ${what} ${unknown}.${suggestion === undefined ? '' : ` Did you mean ${suggestion}?`}`
}

const MOST_NAMED = 10

/** "a, b and c"; of very many the first. */
export function listOf (names: readonly string[], word: 'and' | 'or'): string {
  const shown = names.length > MOST_NAMED
    ? [...names.slice(0, MOST_NAMED), `${names.length - MOST_NAMED} others`]
    : names
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(` ${word} `)
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
