import type { Kysely } from 'kysely'
import type { DataSet, Directory } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { DataError } from '../data-error.ts'
import type { Intake, Sender } from '../../intake/intake.ts'
import { piecesOf } from '../../intake/pieces.ts'
import { Slices } from '../../domain/slices.ts'
import { parseExact } from '../../json/exact-json.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import { countingOf, readDataSet, type Counting } from '../store/counting.ts'
import { beginWrite, deleteRecord, emptyRecords, findRecord, upsertRecords } from '../store/write.ts'
import type { Tables } from '../../postgres/tables.ts'
import { inTransaction } from '../../postgres/transaction.ts'
import { asEvents, eventIdOf, type RecordEvents } from './as-events.ts'
import type { Fields } from './check.ts'
import { countEvents, othersThan } from './count.ts'
import { Messages } from './messages.ts'
import { prepareBatch, prepareChange, type PreparedRecord } from './prepare.ts'

export interface WriteContext { intake: Intake, catalogue: Catalogue, clock: () => number }

/** A body as it was sent: its size, and what reads it. Throws `DataError`. */
export interface Sent<Body> { bytes: number, read: (slices: Slices) => Promise<Body> }

/** Of one data set one write at a time goes on in this process, whoever sends it. */
export const senderTo = (dataSetId: number, bytes: number): Sender => ({ key: `data set ${dataSetId}`, bytes })

/**
 * Stores a batch, all of it or nothing, each record in place of the one that has its id. Returns how many were sent.
 */
export async function addRecords (context: WriteContext, set: DataSet, sent: Sent<unknown[]>): Promise<number> {
  return await inTurn(context, set, sent, async (items, slices) => ({
    records: await prepareBatch(items, set, slices), received: items.length
  }), async ({ records, received }) => {
    if (records.length > 0) await whileLocked(context, set, async (write) => await write.put(records))
    return received
  })
}

/**
 * Puts a batch in the place of everything the data set holds; readers see the old records or the new, never neither.
 * Returns how many records were sent.
 */
export async function replaceRecords (context: WriteContext, set: DataSet, sent: Sent<unknown[]>): Promise<number> {
  return await inTurn(context, set, sent, async (items, slices) => ({
    records: await prepareBatch(items, set, slices), received: items.length
  }), async ({ records, received }) => {
    await whileLocked(context, set, async (write) => {
      await emptyRecords(write.db, set.id)
      await write.put(records, true)
    })
    return received
  })
}

/** Sets the given fields of a record and leaves the rest. */
export async function changeRecord (
  context: WriteContext, set: DataSet, id: string, sent: Sent<unknown>
): Promise<void> {
  await inTurn(context, set, sent, async (change) => change, async (change) => {
    await whileLocked(context, set, async (write) => {
      const found = id.includes('\0') ? undefined : await findRecord(write.db, set.id, id)
      if (found === undefined) throw notFound(id)
      const stored = { ...parseExact(found.body) as Fields, ...(found.at === null ? {} : { _timestamp: found.at }) }
      const record = await prepareChange(stored, change, id, set, new Slices())
      await write.put([Object.hasOwn(change as Fields, '_timestamp') ? record : { ...record, day: found.day }])
    })
  })
}

export async function removeRecord (context: WriteContext, set: DataSet, id: string): Promise<void> {
  await context.intake.store(senderTo(set.id, 0), async () => await whileLocked(context, set, async (write) => {
    if (id.includes('\0') || !await write.remove(id)) throw notFound(id)
  }))
}

// A body is read when the turn of its transaction has come: as objects it takes many times its size.
async function inTurn<Body, Prepared, Result> (
  { intake }: WriteContext, set: DataSet, { bytes, read }: Sent<Body>,
  prepare: (body: Body, slices: Slices) => Promise<Prepared>, store: (prepared: Prepared) => Promise<Result>
): Promise<Result> {
  const sender = senderTo(set.id, bytes)
  return await intake.store(sender, async () => await store(await intake.read(sender, async (slices) =>
    await prepare(await read(slices), slices))))
}

const notFound = (id: string): DataError => new DataError(400, `No record found with id ${id}`)

interface LockedWrite {
  db: Kysely<Tables>
  /** Stores records; with `alone`, those before are gone already. */
  put: (records: PreparedRecord[], alone?: boolean) => Promise<void>
  /** Returns whether there was such a record. What it stood for in the typed series goes as well. */
  remove: (id: string) => Promise<boolean>
}

async function whileLocked (
  { intake, catalogue, clock }: WriteContext, set: DataSet, work: (write: LockedWrite) => Promise<void>
): Promise<void> {
  await inTransaction(intake.pool, async (client) => {
    const db = queryBuilderOn(client)
    if (!await beginWrite(db, set.id)) throw new DataError(404, 'data_set not found')
    // What `set` says of them is from before the body was read: the operator may have changed it, and all sums with it.
    const stored = await readDataSet(db, set.id)
    if (stored === undefined) throw new DataError(404, 'data_set not found')
    const counting = await countingOf(db, stored)
    const now = clock()
    const at = new Date(now)
    await work({
      db,
      put: async (records, alone = false) => {
        const { rows, none } = counting === undefined
          ? { rows: [], none: [] }
          : await countable(records, counting, catalogue.directory, now)
        // In pieces, whatever the size of the batch: it is one transaction, and nobody else waits for it.
        for (const some of piecesOf(records)) await upsertRecords(db, stored, some, at)
        if (counting === undefined) return
        const gone = alone ? await othersThan(client, counting.owner, rows) : none
        for (const some of piecesOf(rows)) await countEvents(client, counting.owner, { rows: some, none: [] }, at)
        for (const some of piecesOf(gone)) await countEvents(client, counting.owner, { rows: [], none: some }, at)
      },
      remove: async (id) => {
        if (!await deleteRecord(db, stored, id)) return false
        if (counting !== undefined) await countEvents(client, counting.owner, { rows: [], none: [eventIdOf(id)] }, at)
        return true
      }
    })
  })
}

/** Throws one `DataError` of everything that is wrong with records which count. */
async function countable (
  records: PreparedRecord[], counting: Counting, directory: Directory, now: number
): Promise<Pick<RecordEvents, 'rows' | 'none'>> {
  const { rows, none, faults } = await asEvents(records, counting, directory, now, new Slices())
  const messages = new Messages()
  for (const { index, detail } of faults) messages.report(`Row ${records[index]?.row ?? 0}: ${detail}`)
  messages.refuse(messages.full ? records.length - 1 - (faults.at(-1)?.index ?? 0) : 0)
  return { rows, none }
}
