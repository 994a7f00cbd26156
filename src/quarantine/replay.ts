import type { Directory, Source } from '../catalogue/directory.ts'
import { Slices } from '../domain/slices.ts'
import { acceptEvents, refusedEvents, type EventIntake } from '../events/accept-events.ts'
import { ownerOf } from '../intake/owner.ts'
import type { Batch } from '../intake/accept-batch.ts'
import type { SentRows } from '../intake/read-rows.ts'
import type { Receipt } from '../intake/receipt.ts'
import { REFUSE_REPEATS } from '../intake/repeats.ts'
import { rejectionsOf, type Kind, type RefusedKind } from '../intake/refusals/refusals.ts'
import { narrowed } from '../postgres/scoped.ts'
import { acceptObservations, REFUSED_OBSERVATIONS } from '../observations/accept-observations.ts'
import { readKept, type CellReader } from './read-kept.ts'
import { markReplayed, type StoredRejection } from './store/rejections.ts'

export interface Replaying extends EventIntake { readCells: CellReader }

/** Somebody else replayed one of the rows, or removed it, while this was on its way: nothing of this was stored. */
export class Overtaken extends Error {}

/**
 * Sends kept rows of one kind again, as a lenient batch, and marks in its transaction what became of each. `corrected`
 * stands in the place of a single row: where it is refused, what was kept stays as it was. Throws `Overtaken`.
 */
export async function replay (
  replaying: Replaying, source: Source, kept: readonly StoredRejection[], corrected?: unknown
): Promise<Receipt> {
  const [first] = kept
  if (first === undefined) throw new RangeError('nothing to replay')
  const rows = corrected === undefined ? kept : [withContent(first, corrected)]
  let sent: SentRows | undefined
  const batch: Batch = {
    source,
    bytes: rows.reduce((sum, { content }) => sum + (content?.length ?? 0), 0),
    read: async (slices) => {
      const read = await readKept(rows, replaying.readCells, slices)
      return (sent = first.kind === 'observation' && corrected === undefined ? asFirst(read) : read)
    },
    lenient: true,
    dryRun: false,
    // A row that waited is no newer than what was sent meanwhile.
    repeats: REFUSE_REPEATS,
    idempotency: undefined,
    settle: async (client, receipt) => {
      if (sent === undefined || receipt.id === null) throw new Error('settled what was not read')
      const refused = await rejectionsOf(sent, receipt.errors, kindOf(first.kind, replaying.directory), new Slices())
      const byIndex = new Map(refused.map((one) => [one.index, one]))
      const owner = ownerOf(source)
      const at = { at: new Date(replaying.now), receiptId: receipt.id }
      const marks = kept.map((place, i) => ({
        place, refused: byIndex.get(i), keepsErrors: corrected !== undefined
      }))
      const marked = await narrowed(client, { authorityIds: [owner.ownerId] }, async () =>
        await markReplayed(client, owner, at, marks))
      if (marked < kept.length) throw new Overtaken('rows were replayed or removed meanwhile')
    }
  }
  return first.kind === 'event' ? await acceptEvents(replaying, batch) : await acceptObservations(replaying, batch)
}

// A figure without a revision would replace one that was sent meanwhile: of a row that waited, nobody knows which is
// the newer.
const asFirst = (sent: SentRows): SentRows => ({
  ...sent,
  rows: sent.rows.map((row) =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? { revision: 1, ...row } : row)
})

const kindOf = (kind: Kind, directory: Directory): RefusedKind =>
  kind === 'event' ? refusedEvents(directory) : REFUSED_OBSERVATIONS

const withContent = (rejection: StoredRejection, row: unknown): StoredRejection =>
  ({ ...rejection, form: rejection.form === 'text' ? 'row' : rejection.form, content: JSON.stringify(row) })
