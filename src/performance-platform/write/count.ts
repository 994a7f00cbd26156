import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Directory } from '../../catalogue/directory.ts'
import { ProblemError } from '../../errors.ts'
import { parseExact } from '../../json/exact-json.ts'
import { compareEvents } from '../../events/store/compare.ts'
import { insertEvents } from '../../events/store/insert.ts'
import { countingEventIds, lockEvents, reviseEvents, voidEvents } from '../../events/store/revise.ts'
import type { EventRow } from '../../events/columns.ts'
import type { Owner } from '../../intake/owner.ts'
import { piecesOf } from '../../intake/pieces.ts'
import { Slices } from '../../domain/slices.ts'
import { drawReceiptId, insertReceipts } from '../../intake/store/receipts.ts'
import { recordsAfter, type Counting } from '../store/counting.ts'
import { narrowed } from '../../postgres/scoped.ts'
import { recordChange, RollupChange } from '../../rollups/index.ts'
import type { Tables } from '../../postgres/tables.ts'
import type { Fields } from './check.ts'
import { asEvents } from './as-events.ts'

/** Events to be as `rows` say, and those of `none` to count no more. */
export interface Wanted { rows: EventRow[], none: string[] }

/**
 * Brings the events of a data set in line with its records, and the rollups with them, inside the transaction that
 * wrote the records and had the data set's turn: nobody else writes to its source meanwhile. What says the same as
 * before is left alone, so that a batch that is sent every night makes no history.
 */
export async function countEvents (client: pg.ClientBase, owner: Owner, wanted: Wanted, at: Date): Promise<void> {
  const rows = wanted.rows.toSorted((a, b) => a.id < b.id ? -1 : 1)
  if (rows.length + wanted.none.length === 0) return
  const receiptId = await drawReceiptId(client)
  const done = await narrowed(client, { authorityIds: [owner.ownerId] }, async () =>
    await writeEvents(client, owner, { rows, none: wanted.none }, { receiptId, at }))
  const { change, stored, duplicates, revised } = done
  if (stored + revised + done.voided === 0) return
  await recordChange(client, change)
  await insertReceipts(client, [{
    id: receiptId,
    ...owner,
    receivedAt: at,
    received: rows.length,
    stored,
    duplicates,
    revised,
    rejected: 0,
    errors: [],
    errorsTotal: 0,
    older: null,
    voided: null,
    idempotencyKey: null,
    bodyHash: null
  }])
}

interface Written { change: RollupChange, stored: number, duplicates: number, revised: number, voided: number }

async function writeEvents (
  client: pg.ClientBase, owner: Owner, { rows, none }: Wanted, { receiptId, at }: { receiptId: number, at: Date }
): Promise<Written> {
  const change = new RollupChange()
  const ids = [...rows.map(({ id }) => id), ...none]
  const stored = new Map((await lockEvents(client, owner, ids)).map((event) => [event.id, event]))
  const fresh = rows.filter(({ id }) => !stored.has(id))
  if (fresh.length > 0) await insertEvents(client, owner, fresh, receiptId)
  for (const row of fresh) change.add(row, 1)

  const known = rows.flatMap((row) => {
    const old = stored.get(row.id)
    return old === undefined ? [] : [{ old, row: { ...row, revision: old.revision } }]
  })
  const comparisons = await compareEvents(client, owner, known.map(({ row }) => row))
  const changed = known.filter(({ old }, i) => old.voided || comparisons[i]?.same !== true)
  for (const { old, row } of changed) {
    if (!old.voided) change.add(old, -1)
    change.addCorrected(row)
  }
  if (changed.length > 0) {
    const revised = changed.map(({ old, row }) => ({ ...row, revision: old.revision + 1, lastOrdinal: old.ordinal }))
    await reviseEvents(client, owner, revised, receiptId, at)
  }

  const gone = none.flatMap((id) => stored.get(id) ?? []).filter(({ voided }) => !voided)
  for (const event of gone) change.add(event, -1)
  if (gone.length > 0) await voidEvents(client, owner, gone.map(({ id }) => id), at)

  return {
    change,
    stored: fresh.length,
    duplicates: known.length - changed.length,
    revised: changed.length,
    voided: gone.length
  }
}

/** The events of a source that count and are none of these. */
export async function othersThan (client: pg.ClientBase, owner: Owner, rows: EventRow[]): Promise<string[]> {
  const remaining = new Set(rows.map(({ id }) => id))
  const counting = await narrowed(client, { authorityIds: [owner.ownerId] }, async () =>
    await countingEventIds(client, owner))
  return counting.filter((id) => !remaining.has(id))
}

const CHUNK = 5000

/**
 * After a data set's configuration changed, or before it is removed (`after` undefined): makes its records count as
 * they do now, and no longer as they did. Throws `ProblemError` naming the first record that cannot be counted.
 */
export async function recount (
  { client, db, directory, now }: { client: pg.ClientBase, db: Kysely<Tables>, directory: Directory, now: number },
  dataSetId: number,
  before: Counting | undefined,
  after: Counting | undefined
): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const at = new Date(now)
  if (before !== undefined && before.owner.sourceId !== after?.owner.sourceId) {
    for (const none of piecesOf(await othersThan(client, before.owner, []))) {
      await countEvents(client, before.owner, { rows: [], none }, at)
    }
  }
  if (after === undefined) return
  for (let last = ''; ;) {
    const records = (await recordsAfter(db, dataSetId, last, CHUNK)).map(({ id, at, day, body }) => ({
      id, at, day, body: parseExact(body) as Fields
    }))
    const { faults: [fault], ...wanted } = await asEvents(records, after, directory, now, new Slices())
    if (fault !== undefined) {
      throw new ProblemError(
        'invalid-request',
        `The record ${records[fault.index]?.id ?? ''} cannot be counted: ${fault.detail}`
      )
    }
    await countEvents(client, after.owner, wanted, at)
    if (records.length < CHUNK) return
    last = records.at(-1)?.id ?? ''
  }
}
