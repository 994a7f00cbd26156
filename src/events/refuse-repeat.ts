import { HIGHEST_REVISION } from '../domain/revision.ts'
import type { RowError } from '../errors.ts'

/** The refusal of a row that contradicts what is stored of its event, or is older. */
export function refuseRepeat (index: number, id: string, why: 'conflict' | 'stale', stored: number): RowError {
  const correction = stored < HIGHEST_REVISION
    ? `send a correction with revision ${stored + 1} or above`
    : 'which is the highest there is: void it and send it with another id'
  return why === 'conflict'
    ? {
        index,
        pointer: '/id',
        code: 'conflict',
        detail: `${id} is stored already as revision ${stored} with other content; ${correction}, or the batch with ` +
          'on_repeat=newest, or another event with another id.',
        stored_revision: stored
      }
    : {
        index,
        pointer: '/revision',
        code: 'stale-revision',
        detail: `${id} is stored already as revision ${stored}; ${correction}.`,
        stored_revision: stored
      }
}
