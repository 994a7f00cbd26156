import type { RowError } from '../errors.ts'

/** How often a batch may name one event or figure: each time takes statements of its own. */
export const MOST_VERSIONS = 100

/** The refusal of a row beyond that; `what` is the event or figure. */
export const tooManyVersions = (index: number, pointer: string, what: string): RowError => ({
  index,
  pointer,
  code: 'invalid-value',
  detail: `${what} is in this batch more than ${MOST_VERSIONS} times; send the newest revision of it alone, or the ` +
    'others in batches of their own.'
})
