import type { Kysely } from 'kysely'
import { ProblemError } from '../errors.ts'
import { isConnectionLost } from '../postgres/failures.ts'
import type { Tables } from '../postgres/tables.ts'
import { narrowedSettings } from '../postgres/scoped.ts'
import { inSettings } from '../postgres/transaction.ts'
import { writeAudit } from './store/audit.ts'
import { notifyCatalogueChanged } from './store/catalogue.ts'
import type { Authority } from './directory.ts'
import type { Catalogue } from './live.ts'
import { actorOf, governs, type Principal } from './principal.ts'
import { keepQuota } from './quotas.ts'

/** What a function needs to change the catalogue; `principal` is who changes it. */
export interface CatalogueChange { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number, principal: Principal }

/**
 * A change as the audit trail tells it; `authorityId`: whose it is, so that it reaches nobody else's rows, and whose
 * administrators may read that; null or left out: it is about several or all.
 */
export interface ChangeEntry { action: string, subject: string, detail: unknown, authorityId?: number | null }

/**
 * Runs `work` in one transaction together with its line in the audit trail, tells the other processes, and reads the
 * catalogue anew. Throws what `work` throws; nothing is stored then.
 */
export async function changeCatalogue<T> (
  change: CatalogueChange, entry: ChangeEntry, work: (trx: Kysely<Tables>, at: Date) => Promise<T>
): Promise<T> {
  return await committing(change, async (trx) => {
    const done = await withinReach(trx, change, entry, async () => await work(trx, new Date(change.clock())))
    await auditChange(trx, change, entry)
    await notifyCatalogueChanged(trx)
    return done
  })
}

/**
 * Runs `work` so that it sees and changes nothing but rows of the authority of the change, or of those that whoever
 * makes it governs: whatever its statements say (docs/adr/0037-row-level-security.md).
 */
export async function withinReach<T> (
  trx: Kysely<Tables>,
  { principal }: Pick<CatalogueChange, 'principal'>,
  { authorityId }: Pick<ChangeEntry, 'authorityId'>,
  work: () => Promise<T>
): Promise<T> {
  if (authorityId != null) return await narrowedSettings(trx, { authorityIds: [authorityId] }, work)
  if (principal.kind === 'operator') return await work() // of everybody's
  const authorityIds = principal.kind === 'administrator' ? principal.authorities : []
  return await narrowedSettings(trx, { authorityIds }, work)
}

/**
 * Runs `work`, which ends with `notifyCatalogueChanged`, in a transaction, and reads the catalogue anew: once this
 * returns the change is in force. If it throws, it is not, or nobody may be answered by the catalogue until it is read.
 */
export async function committing<T> (
  { db, catalogue }: Pick<CatalogueChange, 'db' | 'catalogue'>, work: (trx: Kysely<Tables>) => Promise<T>
): Promise<T> {
  return await inForce(catalogue, inSettings(db, work))
}

/** The same for a transaction that somebody else runs. */
export async function inForce<T> (catalogue: Catalogue, transaction: Promise<T>): Promise<T> {
  const result = await transaction.catch((error: unknown) => {
    if (isConnectionLost(error)) catalogue.doubt() // it may have been committed all the same
    throw error
  })
  await catalogue.refresh()
  return result
}

/**
 * Writes the line of the audit trail for a change in a transaction of its own. Last: other writers wait for it. Throws
 * `ProblemError` (quota-exceeded) where the change is one too many.
 */
export async function auditChange (
  trx: Kysely<Tables>, { clock, catalogue, principal }: Omit<CatalogueChange, 'db'>, entry: ChangeEntry
): Promise<void> {
  const { action, subject, detail, authorityId = null } = entry
  const at = new Date(clock())
  await writeAudit(trx, { at, actor: actorOf(principal), action, subject, detail, authorityId })
  await keepQuota(trx, { action, authorityId }, catalogue, at)
}

/** Throws `ProblemError` (forbidden) unless whoever makes the change governs the authority. */
export function mustGovern ({ principal }: Pick<CatalogueChange, 'principal'>, { id, slug }: Authority): void {
  if (!governs(principal, id)) {
    throw new ProblemError('forbidden', `Only the operator and administrators of ${slug} may do this.`)
  }
}
