import type pg from 'pg'
import { formatDay } from '../domain/calendar.ts'
import { PERIOD_OF_CODE } from '../domain/observation.ts'
import { HIGHEST_REVISION, nextRevision } from '../domain/revision.ts'
import type { RowError } from '../errors.ts'
import { inPieces, piecesOf } from '../intake/pieces.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { REFUSE_REPEATS } from '../intake/repeats.ts'
import type { ChangedPlace } from '../rollups/index.ts'
import { compareObservations, type Comparison } from './store/compare.ts'
import type { ObservationRow } from './store/row.ts'
import { writeObservations, type Sent } from './store/write.ts'
import type { Sender } from './sender.ts'

/** `changed`: the series that the caller passes to `recordChanges` at the end of the transaction. */
export interface Stored {
  stored: number
  revised: number
  older: number
  errors: RowError[]
  changed: ChangedPlace[]
}

/**
 * Writes what is new of layers of distinct observations, behind `lockPlaces`. One equal to what is stored, or to an
 * earlier version that it does not say it replaces, changes nothing; one that contradicts what is stored, or would
 * replace what another source sent, is an error.
 */
export async function storeLayers (
  client: pg.ClientBase, layers: ReadonlyArray<ReadonlyArray<CheckedRow<ObservationRow>>>, sent: Sent, sender: Sender,
  repeats = REFUSE_REPEATS
): Promise<Stored> {
  const result: Stored = { stored: 0, revised: 0, older: 0, errors: [], changed: [] }
  for (const layer of layers) {
    const comparisons = await inPieces(layer, async (some) =>
      await compareObservations(client, some.map(({ row }) => row), sender.mayReplace, repeats))
    const writing: ObservationRow[] = []
    for (const [i, { row, index }] of layer.entries()) {
      const comparison = comparisons[i]
      if (comparison === undefined) throw new RangeError(`no verdict on row ${i}`)
      const { verdict, last, ordinal } = comparison
      if (verdict === 'new') result.stored++
      else if (verdict === 'newer') result.revised++
      else if (verdict === 'older') {
        result.older++
        continue
      } else {
        if (verdict !== 'duplicate') result.errors.push({ index, ...refusal(row, comparison, sender) })
        continue
      }
      writing.push({ ...row, revision: row.revision === 0 ? nextRevision(last) : row.revision, lastOrdinal: ordinal })
    }
    for (const some of piecesOf(writing)) await writeObservations(client, some, sent)
    result.changed.push(...writing)
  }
  return result
}

const correction = (last: number): string => last < HIGHEST_REVISION
  ? `send a correction with revision ${last + 1} or above`
  : 'which is the highest there is: send a correction without one'

const nameOf = (period: number): string => PERIOD_OF_CODE.get(period)?.replace('_', ' ') ?? ''

function refusal (
  { period, startOn, revision }: ObservationRow, { verdict, last, other, sentBy }: Comparison, sender: Sender
): Omit<RowError, 'index'> {
  const figure = `The figure of the ${nameOf(period)} from ${formatDay(startOn)}`
  if (verdict === 'foreign') return { pointer: '', ...sender.refuse(figure, sentBy) }
  if (verdict === 'contradicts') {
    const name = nameOf(other?.period ?? 0)
    return {
      pointer: '/period',
      code: 'conflict',
      detail:
        `${figure} contradicts ${other?.value ?? 0}, which is stored for the ${name} of the same days; correct that ` +
          'one, or withdraw it with PUT.'
    }
  }
  return verdict === 'conflict'
    ? {
        pointer: '/revision',
        code: 'conflict',
        detail: `${figure} is stored already with revision ${revision} and other content; ${correction(last)}, or ` +
          'the batch with on_repeat=newest.',
        stored_revision: last
      }
    : {
        pointer: '/revision',
        code: 'stale-revision',
        detail: `${figure} is stored already with revision ${last}; ${correction(last)}.`,
        stored_revision: last
      }
}
