import { hash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

type Db = Kysely<Tables>

export interface AuditLine {
  at: Date
  actor: string
  action: string
  subject: string
  detail: unknown
  /** Whose administrators may read it; null: the operator alone. */
  authorityId: number | null
}

/** What the hash of the first line is made over, in place of that of a line before it. */
export const NO_HASH = Buffer.alloc(32)

/** What a line says, as one text: the same for the same line whatever the order in which its detail was written. */
const CANONICAL = sql<string>`jsonb_build_array(line.id,
  to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), line.actor, line.action, line.subject,
  line.detail, line.authority_id)::text`

/** The hash of a line: SHA-256 over that of the line before and the UTF-8 of what the line says. */
export const lineHash = (previous: Buffer, canonical: string): Buffer =>
  Buffer.from(hash('sha256', Buffer.concat([previous, Buffer.from(canonical, 'utf8')]), 'hex'), 'hex')

/**
 * Writes one line of the audit trail, in the transaction of the change that it records. Last of the transaction: from
 * here to its end all others that write a line wait, so that lines have one order, without gaps, and nobody who has
 * this lock waits for another.
 */
export async function writeAudit (
  db: Db, { at, actor, action, subject, detail, authorityId }: AuditLine
): Promise<void> {
  // A statement of its own: the next one sees what those who had the lock before have committed.
  // A line is there if what it tells of is, wherever that lies (cluster/functions.ts).
  await sql`SELECT pg_advisory_xact_lock(hashtext('audit'), 0), commit_as_one()`.execute(db)
  await sql`
    WITH last AS (SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1), line AS (
      SELECT coalesce((SELECT id FROM last), 0) + 1 AS id, ${at}::timestamptz AS at, ${actor}::text AS actor,
        ${action}::text AS action, ${subject}::text AS subject, ${JSON.stringify(detail)}::jsonb AS detail,
        ${authorityId}::smallint AS authority_id, coalesce((SELECT hash FROM last), ${NO_HASH}::bytea) AS previous
    )
    INSERT INTO audit (id, at, actor, action, subject, detail, authority_id, previous, hash)
    SELECT id, at, actor, action, subject, detail, authority_id, previous,
      sha256(previous || convert_to(${CANONICAL}, 'UTF8'))
    FROM line`.execute(db)
}

export interface ChainLine { id: number, previous: Buffer, hash: Buffer, canonical: string }

/** Some lines in the order of their numbers, from behind one of them, with what their hashes are made over. */
export async function chainAfter (db: Db, id: number, limit: number): Promise<ChainLine[]> {
  const { rows } = await sql<ChainLine>`
    SELECT line.id, line.previous, line.hash, ${CANONICAL} AS canonical
    FROM audit AS line WHERE line.id > ${id} ORDER BY line.id LIMIT ${limit}`.execute(db)
  return rows
}

/** No authority's id: a list must not be empty. */
const NOBODYS = 0

export interface AuditQuestion {
  /** Of these authorities alone; left out: all lines, those of no authority as well. */
  authorityIds?: readonly number[]
  actor?: string
  action?: string
  /** Part of a subject. */
  subject?: string
  /** Local days, both inclusive. */
  from?: string
  to?: string
  before?: number
  limit: number
}

/** The newest lines first, of those that are asked for. */
export async function readAudit (db: Db, question: AuditQuestion) {
  const { authorityIds, actor, action, subject, from, to, before, limit } = question
  const day = sql<string>`(at AT TIME ZONE 'Europe/London')::date`
  let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
  if (authorityIds !== undefined) query = query.where('authority_id', 'in', [...authorityIds, NOBODYS])
  if (actor !== undefined) query = query.where('actor', '=', actor)
  if (action !== undefined) query = query.where('action', '=', action)
  if (subject !== undefined) query = query.where(sql<boolean>`position(lower(${subject}::text) IN lower(subject)) > 0`)
  if (from !== undefined) query = query.where(sql<boolean>`${day} >= ${from}::date`)
  if (to !== undefined) query = query.where(sql<boolean>`${day} <= ${to}::date`)
  if (before !== undefined) query = query.where('id', '<', before)
  return await query.execute()
}
