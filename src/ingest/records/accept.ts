import type { Kysely } from 'kysely'
import type { DataSet } from '../../catalogue/directory.ts'
import { DataError } from '../../domain/data-error.ts'
import { parseExact } from '../../domain/exact-json.ts'
import { beginWrite, deleteRecord, emptyRecords, findRecord, upsertRecords } from '../../store/records/write.ts'
import type { Tables } from '../../store/tables.ts'
import type { Fields } from './check.ts'
import { prepareBatch, prepareChange } from './prepare.ts'

export interface WriteContext { db: Kysely<Tables>, clock: () => number }

/** Stores a batch, all of it or nothing, each record in place of the one that has its id. */
export async function addRecords ({ db, clock }: WriteContext, set: DataSet, items: unknown[]): Promise<void> {
  const records = prepareBatch(items, set)
  if (records.length === 0) return
  await inTurn(db, set, async (trx) => await upsertRecords(trx, set, records, new Date(clock())))
}

/** Puts a batch in the place of everything the data set holds; readers see the old records or the new, never neither. */
export async function replaceRecords ({ db, clock }: WriteContext, set: DataSet, items: unknown[]): Promise<void> {
  const records = prepareBatch(items, set)
  await inTurn(db, set, async (trx) => {
    await emptyRecords(trx, set.id)
    if (records.length > 0) await upsertRecords(trx, set, records, new Date(clock()))
  })
}

/** Sets the given fields of a record and leaves the rest. */
export async function changeRecord ({ db, clock }: WriteContext, set: DataSet, id: string, change: unknown): Promise<void> {
  await inTurn(db, set, async (trx) => {
    const found = id.includes('\0') ? undefined : await findRecord(trx, set.id, id)
    if (found === undefined) throw notFound(id)
    const stored = { ...parseExact(found.body) as Fields, ...(found.at === null ? {} : { _timestamp: found.at }) }
    await upsertRecords(trx, set, [prepareChange(stored, change, id, set)], new Date(clock()))
  })
}

export async function removeRecord ({ db }: WriteContext, set: DataSet, id: string): Promise<void> {
  await inTurn(db, set, async (trx) => {
    if (id.includes('\0') || !await deleteRecord(trx, set, id)) throw notFound(id)
  })
}

const notFound = (id: string): DataError => new DataError(400, `No record found with id ${id}`)

async function inTurn (db: Kysely<Tables>, set: DataSet, work: (trx: Kysely<Tables>) => Promise<void>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (!await beginWrite(trx, set.id)) throw new DataError(404, 'data_set not found')
    await work(trx)
  })
}
