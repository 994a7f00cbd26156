import type { Kysely, Selectable } from 'kysely'
import type { ReorganisationTable, Tables } from '../../postgres/tables.ts'
import type { Report } from '../reorganisation/report.ts'
import type { Undo } from './undo-reorganisation.ts'

type Db = Kysely<Tables>
export type StoredReorganisation =
  & Omit<Selectable<ReorganisationTable>, 'report' | 'undo'>
  & { report: Report, undo: Undo }

export async function insertReorganisation (
  db: Db,
  { id, title, on, order, madeAt, body, report, undo }: {
    id: string, title: string, on: string, order: string | null, madeAt: Date, body: object, report: Report, undo: Undo
  },
  madeBy: string
): Promise<void> {
  await db.insertInto('reorganisation').values({
    id,
    title,
    on_day: on,
    order_text: order,
    body: JSON.stringify(body),
    report: JSON.stringify(report),
    undo: JSON.stringify(undo),
    made_at: madeAt,
    made_by: madeBy
  }).execute()
}

/** All that were made, by their day. */
export async function readReorganisations (db: Db): Promise<StoredReorganisation[]> {
  const rows = await db.selectFrom('reorganisation').selectAll().orderBy('on_day').orderBy('id').execute()
  return rows as StoredReorganisation[]
}

export async function readReorganisation (db: Db, id: string): Promise<StoredReorganisation | undefined> {
  const row = await db.selectFrom('reorganisation').selectAll().where('id', '=', id).executeTakeFirst()
  return row as StoredReorganisation | undefined
}

export async function deleteReorganisation (db: Db, id: string): Promise<void> {
  await db.deleteFrom('reorganisation').where('id', '=', id).execute()
}
