import { ProblemError } from '../errors.ts'

/** What an answer holds, as far as it is known before it is computed; what is left out counts as one. */
export interface AnswerSize {
  periods?: number
  groups?: number
  /** What is said of each period of a group. */
  columns?: number
  /** The bytes of one period of a group; left out: of each column `BYTES_A_COLUMN`. */
  bytes?: number
}

/** Values of one answer: five years of hours of one group with twenty columns, or 365 days of 400 groups with six. */
export const MOST_VALUES = 1_000_000
/** Bytes of one answer: the cache keeps none that is larger (`cache/cache.ts`). */
export const MOST_BYTES = 16 * 1024 * 1024
const BYTES_A_COLUMN = 20

/**
 * Throws `ProblemError` (too-costly) where an answer would be too large: asked before it is computed, with as many of
 * the numbers as are known then, and again when the others are.
 */
export function checkSize (
  { periods = 1, groups = 1, columns = 1, bytes = columns * BYTES_A_COLUMN }: AnswerSize
): void {
  const cells = periods * groups
  if (cells * columns <= MOST_VALUES && cells * bytes <= MOST_BYTES) return
  const [values, megabytes] = [cells * columns, Math.ceil(cells * bytes / 1024 / 1024)]
  throw new ProblemError(
    'too-costly',
    `That is ${periods} periods of ${groups} ${groups === 1 ? 'group' : 'groups'} with ${columns} ` +
      `${columns === 1 ? 'column' : 'columns'}: ${values} values in some ${megabytes} MiB. Ask for at most ` +
      `${MOST_VALUES} values and ${MOST_BYTES / 1024 / 1024} MiB: longer periods, a shorter range, fewer groups or ` +
      'fewer columns.'
  )
}

/** Throws `ProblemError` (too-costly) where a count is above its bound. `of` names it; `instead`: what to ask for. */
export function checkCount (count: number, most: number, of: string, instead: string): void {
  if (count <= most) return
  throw new ProblemError('too-costly', `That is ${count} ${of}; ask for at most ${most}: ${instead}.`)
}
