import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { DataSet } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { DataError } from '../data-error.ts'
import { parseExact } from '../../json/exact-json.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import { countingOf, readDataSet } from '../store/counting.ts'
import { beginWrite, deleteRecord, emptyRecords, findRecord, upsertRecords } from '../store/write.ts'
import type { Tables } from '../../postgres/tables.ts'
import { inTransaction } from '../../postgres/transaction.ts'
import { asEvents, eventIdOf } from './as-events.ts'
import type { Fields } from './check.ts'
import { countEvents, othersThan } from './count.ts'
import { Messages } from './messages.ts'
import { prepareBatch, prepareChange, type PreparedRecord } from './prepare.ts'

export interface WriteContext { pool: pg.Pool, catalogue: Catalogue, clock: () => number }

/** Stores a batch, all of it or nothing, each record in place of the one that has its id. */
export async function addRecords (context: WriteContext, set: DataSet, items: unknown[]): Promise<void> {
  const records = prepareBatch(items, set)
  if (records.length === 0) return
  await whileLocked(context, set, async (write) => await write.put(records))
}

/**
 * Puts a batch in the place of everything the data set holds; readers see the old records or the new, never neither.
 */
export async function replaceRecords (context: WriteContext, set: DataSet, items: unknown[]): Promise<void> {
  const records = prepareBatch(items, set)
  await whileLocked(context, set, async (write) => {
    await emptyRecords(write.db, set.id)
    await write.put(records, true)
  })
}

/** Sets the given fields of a record and leaves the rest. */
export async function changeRecord (context: WriteContext, set: DataSet, id: string, change: unknown): Promise<void> {
  await whileLocked(context, set, async (write) => {
    const found = id.includes('\0') ? undefined : await findRecord(write.db, set.id, id)
    if (found === undefined) throw notFound(id)
    const stored = { ...parseExact(found.body) as Fields, ...(found.at === null ? {} : { _timestamp: found.at }) }
    await write.put([prepareChange(stored, change, id, set)])
  })
}

export async function removeRecord (context: WriteContext, set: DataSet, id: string): Promise<void> {
  await whileLocked(context, set, async (write) => {
    if (id.includes('\0') || !await write.remove(id)) throw notFound(id)
  })
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
  { pool, catalogue, clock }: WriteContext, set: DataSet, work: (write: LockedWrite) => Promise<void>
): Promise<void> {
  await inTransaction(pool, async (client) => {
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
        if (records.length > 0) await upsertRecords(db, stored, records, at)
        if (counting === undefined) return
        const { rows, none, faults } = asEvents(records, counting, catalogue.directory, now)
        const messages = new Messages()
        for (const { index, detail } of faults) messages.report(`Row ${records[index]?.row ?? 0}: ${detail}`)
        messages.refuse(messages.full ? records.length - 1 - (faults.at(-1)?.index ?? 0) : 0)
        await countEvents(client, counting.owner, {
          rows, none: alone ? await othersThan(client, counting.owner, rows) : none
        }, at)
      },
      remove: async (id) => {
        if (!await deleteRecord(db, stored, id)) return false
        if (counting !== undefined) await countEvents(client, counting.owner, { rows: [], none: [eventIdOf(id)] }, at)
        return true
      }
    })
  })
}
