import type { Kysely } from 'kysely'
import type { Counted, Quotas } from '../domain/quotas.ts'
import { ProblemError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import type { Directory } from './directory.ts'
import { fullest } from './store/quotas.ts'

/** What a change adds to, by its action in the audit trail. */
const GROWN_BY: Record<string, Counted> = {
  'put-area': 'wards',
  'put-areas': 'wards',
  'put-annotation': 'notes',
  'put-source': 'sources',
  'issue-token': 'tokens',
  'put-data-set': 'data_sets',
  'put-dashboard': 'dashboards',
  'put-kpi-target': 'targets',
  'put-kpi-targets': 'targets',
  'put-publication-rule': 'publication_rules',
  'put-authoritative': 'declarations',
  'put-declaration': 'declarations',
  'put-declarations': 'declarations',
  propose: 'proposals',
  'put-mapping': 'mappings'
}

/** Rows that were removed stay, since what is stored names them: so many times what may be there. */
const REMOVED_TIMES = 10
const NOBODYS_TIMES = 20

/**
 * Throws `ProblemError` (quota-exceeded) where a change, made in this transaction at `at`, leaves an authority with
 * more than it may have. Call it behind the lock of the audit trail, where nobody else can add at the same time.
 */
export async function keepQuota (
  trx: Kysely<Tables>,
  { action, authorityId }: { action: string, authorityId: number | null },
  { quotas, directory }: { quotas: Quotas, directory: Directory },
  at: Date
): Promise<void> {
  const counted = GROWN_BY[action]
  if (counted === undefined || quotas[counted] === 0) return
  const most = { of: quotas[counted], removedTimes: REMOVED_TIMES, nobodysTimes: NOBODYS_TIMES }
  const over = await fullest(trx, counted, { authorityId, at, most })
  if (over === undefined) return
  const [name, allowed] = [counted.replaceAll('_', ' '), over.authorityId === null ? most.of * NOBODYS_TIMES : most.of]
  const whose = over.authorityId === null
    ? 'What belongs to no authority'
    : directory.authorityById.get(over.authorityId)?.slug ?? 'The authority'
  throw new ProblemError(
    'quota-exceeded',
    (over.live > allowed
      ? `${whose} would have ${over.live} ${name}, and may have ${allowed}. Nothing was stored: remove some first, `
      : `${whose} has removed so many ${name} that there is no room for more. Nothing was stored: `) +
      'ask the operator for more (QUOTAS).'
  )
}
