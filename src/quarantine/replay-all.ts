import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { EVENT_LIMITS } from '../domain/event.ts'
import { ProblemError } from '../errors.ts'
import { ownerOf } from '../intake/owner.ts'
import type { Receipt } from '../intake/receipt.ts'
import type { Kind } from '../intake/refusals/refusals.ts'
import { within } from '../postgres/scoped.ts'
import { Overtaken, replay, type Replaying } from './replay.ts'
import {
  countRejections, readRejection, readRejections, type Place, type RejectionFilter, type StoredRejection
} from './store/rejections.ts'

const TRIES = 3

/** Runs a replay anew where somebody else was faster with some of its rows. Throws `ProblemError`. */
async function untilAlone<T> (run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
      if (attempt === TRIES) {
        throw new ProblemError('changed-meanwhile', 'Somebody else replays the same rows; ask again what is left.')
      }
    }
  }
}

/** What a bulk replay did: its receipt, undefined where nothing was left to do, and where to go on. */
export interface BulkReplay { kind: Kind, receipt: Receipt | undefined, next: Place | undefined, left: number }

/**
 * Replays what waits, the oldest first: rows of one kind, as many as a batch may have. Rows that are refused again stay
 * behind, so `next` goes on after them.
 */
export async function replayAll (
  replaying: Replaying, source: Source, filter: RejectionFilter, after: Place | undefined
): Promise<BulkReplay> {
  const owner = ownerOf(source)
  const reader = readerOf(replaying, source)
  const now = new Date(replaying.now)
  const waiting = { ...filter, waiting: true }
  return await untilAlone(async () => {
    const page = await readRejections(reader, owner, now, waiting, {
      after, limit: EVENT_LIMITS.perRequest, bytes: EVENT_LIMITS.bodyBytes
    })
    const end = page.findIndex(({ kind }) => kind !== page[0]?.kind)
    const kept = end === -1 ? page : page.slice(0, end)
    const last = kept.at(-1)
    if (last === undefined) return { kind: filter.kind ?? 'event', receipt: undefined, next: undefined, left: 0 }
    const receipt = await replay(replaying, source, kept)
    const left = await countRejections(reader, owner, now, waiting, last)
    return { kind: last.kind, receipt, left, next: left === 0 ? undefined : last }
  })
}

/** Replays one row, or what stands in its place; undefined where it was replayed before, or is not there. */
export async function replayOne (
  replaying: Replaying, source: Source, place: Place, corrected?: unknown
): Promise<{ rejection: StoredRejection | undefined, receipt: Receipt | undefined }> {
  return await untilAlone(async () => {
    const rejection =
      await readRejection(readerOf(replaying, source), ownerOf(source), new Date(replaying.now), place)
    if (rejection === undefined || rejection.state === 'replayed') return { rejection, receipt: undefined }
    if (rejection.content === null && corrected === undefined) {
      throw new ProblemError(
        'invalid-request', 'The row was not kept, so it cannot be replayed as it came; send it mended, as `row`.'
      )
    }
    return { rejection, receipt: await replay(replaying, source, [rejection], corrected) }
  })
}

const readerOf = ({ intake }: Replaying, { authority_id: owner }: Source): pg.ClientBase =>
  within(intake.pool, { authorityIds: [owner] })
