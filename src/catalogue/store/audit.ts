import type { Kysely } from 'kysely'
import type { Tables } from '../../postgres/tables.ts'

export interface AuditLine {
  at: Date
  actor: string
  action: string
  subject: string
  detail: unknown
  /** Whose administrators may read it; null: the operator alone. */
  authorityId: number | null
}

/** Writes one line of the audit trail, in the transaction of the change that it records. */
export async function writeAudit (
  db: Kysely<Tables>, { authorityId, detail, ...line }: AuditLine
): Promise<void> {
  await db.insertInto('audit').values({ ...line, authority_id: authorityId, detail: JSON.stringify(detail) }).execute()
}
