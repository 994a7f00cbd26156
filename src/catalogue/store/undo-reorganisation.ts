import { sql, type Kysely } from 'kysely'
import { ProblemError } from '../../errors.ts'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>
interface Before { id: number, valid_to: string | null, origin: 'shipped' | 'local', changed_at: Date | string | null }

/** What a reorganisation changed, as it was before. Lists: what was added to them. */
export interface Undo {
  dayBefore: string
  ended: Before[]
  begun: number[]
  areas: Before[]
  sources: Array<{ id: number, added: number[] }>
  tokens: Array<{ id: string, expires_at: Date | string | null, ends_at: Date | string }>
  groups: Array<{ slug: string, added: number[] }>
  covers: Array<Omit<Before, 'valid_to'> & { added: string[] }>
  administrators: Array<{ id: string, added: number[] }>
}

/**
 * Puts everything back. The new authorities stay as rows that nobody finds, since something may refer to them by now;
 * their wards, provision and rules go. Throws `ProblemError` (conflict) where an authority was changed since.
 */
export async function undoReorganisation (db: Db, undo: Undo, { id, at }: { id: string, at: Date }): Promise<void> {
  await restoreAuthorities(db, undo)
  await restoreAreas(db, undo)
  await shortenLists(db, undo, at)
  const begun = sql<number>`ANY (${undo.begun}::int2[])`
  for (const table of ['area', 'provision', 'disclosure_rule'] as const) {
    await db.deleteFrom(table).where('authority_id', '=', begun).execute()
  }
  await sql`
    UPDATE authority SET key = 'undone-' || id, gss = NULL, valid_to = NULL, removed_at = ${at}, changed_at = ${at},
      attribution = ${`reorganisation ${id}, which was undone`}
    WHERE id = ANY (${undo.begun}::int2[])`.execute(db)
}

async function restoreAuthorities (db: Db, { dayBefore, ended, begun }: Undo): Promise<void> {
  const later = await db.selectFrom('authority').select('slug').where('id', '=', sql<number>`ANY (${begun}::int2[])`)
    .where(sql<boolean>`replaced_by <> '{}'`).execute()
  if (later.length > 0) {
    throw new ProblemError(
      'conflict',
      `${later.map(({ slug }) => slug).join(', ')} gives way to others already: undo that reorganisation first.`
    )
  }
  for (const { id, valid_to, origin, changed_at } of ended) {
    const { numUpdatedRows } = await db.updateTable('authority')
      .set({ valid_to, replaced_by: [], origin, changed_at: changed_at === null ? null : new Date(changed_at) })
      .where('id', '=', id).where('valid_to', '=', dayBefore).executeTakeFirst()
    if (numUpdatedRows === 0n) {
      throw new ProblemError(
        'conflict', `An authority that was to end on ${dayBefore} was given another day since: set it back first.`
      )
    }
  }
}

async function restoreAreas (db: Db, { areas }: Undo): Promise<void> {
  await sql`
    UPDATE area SET valid_to = old.valid_to, origin = old.origin, changed_at = old.changed_at, removed_at = NULL
    FROM jsonb_to_recordset(${JSON.stringify(areas)}::jsonb)
      AS old(id int, valid_to date, origin text, changed_at timestamptz)
    WHERE area.id = old.id`.execute(db)
}

async function shortenLists (db: Db, undo: Undo, at: Date): Promise<void> {
  const { sources, tokens, groups, covers, administrators } = undo
  for (const { id, added } of sources) {
    await sql`
      UPDATE source SET provider_for = ${without('provider_for', 'int2', added)}, updated_at = ${at},
        carried_to = ${without('carried_to', 'int2', added)}
      WHERE id = ${id}`.execute(db)
  }
  for (const { id, expires_at: expires, ends_at: ends } of tokens) {
    await sql`UPDATE token SET expires_at = ${expires} WHERE id = ${id} AND expires_at = ${ends}`.execute(db)
  }
  for (const { slug, added } of groups) {
    await sql`
      UPDATE comparator_group SET authorities = ${without('authorities', 'int2', added)} WHERE slug = ${slug}`
      .execute(db)
  }
  for (const { id, origin, changed_at: changed, added } of covers) {
    await sql`
      UPDATE authority SET covers = ${without('covers', 'text', added)}, origin = ${origin}, changed_at = ${changed}
      WHERE id = ${id}`.execute(db)
  }
  for (const { id, added } of administrators) {
    await sql`UPDATE token SET authorities = ${without('authorities', 'int2', added)} WHERE id = ${id}`.execute(db)
  }
}

/** A list without some, the rest in its order. */
function without (column: string, type: 'int2' | 'text', gone: ReadonlyArray<number | string>) {
  return sql`ARRAY(
    SELECT one FROM unnest(${sql.ref(column)}) WITH ORDINALITY AS list(one, n)
    WHERE one <> ALL (${gone}::${sql.raw(type)}[]) ORDER BY n)`
}
