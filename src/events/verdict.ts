import type { Repeats } from '../intake/repeats.ts'
import type { Comparison } from './store/compare.ts'

/** What becomes of a row. `older`: what is stored is newer, so it is passed over. */
export type Verdict = 'new' | 'duplicate' | 'newer' | 'older' | 'conflict' | 'stale'

/**
 * How a row of a revision (0: it has none) stands to what is stored of its event. What an earlier version said is a
 * late retry and changes nothing, unless the batch is all that holds of its days.
 */
export function verdictOf (revision: number, stored: Comparison, { newest, period }: Repeats): Verdict {
  const replaces = period !== undefined
  if (stored.same && (revision === 0 || revision === stored.revision)) {
    return replaces && stored.voided ? 'newer' : 'duplicate'
  }
  if (stored.revision === 0) return 'new'
  if (revision > stored.revision) return 'newer'
  if (stored.known && !replaces) return revision === 0 ? 'older' : 'duplicate'
  if (revision === 0) return 'newer'
  if (revision === stored.revision) return newest ? 'newer' : 'conflict'
  return newest ? 'older' : 'stale'
}
