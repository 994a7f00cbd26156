import type { Kysely } from 'kysely'
import { auditChange, mustGovern, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { nearest } from '../../catalogue/suggest.ts'
import { dashboardErrors, soundDashboard } from './document/check.ts'
import { everyModule } from './document/page.ts'
import type { Dashboard } from './document/schema.ts'
import type { Authority, DataSet, Directory } from '../../catalogue/directory.ts'
import { governs, type Principal } from '../../catalogue/principal.ts'
import { ProblemError, ROW_ERRORS_LISTED, type RowError } from '../../errors.ts'
import { viewerOf } from '../../http/plugins/session.ts'
import { mayRead, type Asker } from '../may-read.ts'
import { publicationOf } from '../publication.ts'
import { readableDataSet } from '../read/data-set.ts'
import { mustBeFree } from '../names.ts'
import { deleteDashboard, lockSlug, putDashboard, readDashboard, readHeads, readOwner } from '../store/dashboards.ts'
import type { Tables } from '../../postgres/tables.ts'
import { inSettings } from '../../postgres/transaction.ts'

/**
 * Creates or replaces a dashboard, of `owner` where it is named, else of whose it was. Throws `ProblemError`
 * (invalid-dashboard) naming whatever the front end could not bear, or (forbidden) where it is not theirs to write.
 */
export async function saveDashboard (
  change: CatalogueChange, slug: string, body: unknown, owner: Authority | undefined
): Promise<{ created: boolean, dashboard: Dashboard }> {
  const { db, catalogue, clock, principal } = change
  if (owner !== undefined) mustGovern(change, owner)
  if (principal.kind !== 'operator') mustBeFree(catalogue.directory, principal, slug)
  refuse(dashboardErrors(body, slug))
  const dashboard = soundDashboard(body as object, slug)
  refuse(missingDataSets(catalogue.directory, dashboard, { viewer: viewerOf(change.principal), now: clock() }))
  const publication = publicationOf(dashboard)
  const at = new Date(clock())
  return await inSettings(db, async (trx) => {
    await lockSlug(trx, slug)
    const before = await readOwner(trx, slug)
    const authorityId = owner?.id ?? before?.authority_id ?? null
    for (const id of before === undefined ? [authorityId] : [before.authority_id, authorityId]) mustOwn(principal, id)
    const created = await putDashboard(trx, { slug, body: dashboard, ...publication, authorityId }, at)
    await auditChange(trx, change, {
      action: 'put-dashboard',
      subject: slug,
      detail: { ...publication, modules: dashboard.modules.length },
      authorityId
    })
    return { created, dashboard }
  })
}

/** Whose administrators govern a dashboard: nobody's but the operator where it is the operator's; undefined: none. */
export async function governorsOfDashboard (
  db: Kysely<Tables>, slug: string
): Promise<{ governors: readonly number[], published: boolean } | undefined> {
  const found = await readOwner(db, slug)
  return found && {
    governors: found.authority_id === null ? [] : [found.authority_id], published: found.published
  }
}

/** Every dashboard that somebody wrote and that whoever asks may see, in no order. */
export async function listWritten ({ db, catalogue, principal }: CatalogueChange) {
  const heads = await readHeads(db)
  return heads.filter((head) => head.published || owns(principal, head.authority_id)).map((head) => ({
    slug: head.slug,
    title: head.title,
    authority: catalogue.directory.authorityById.get(head.authority_id ?? 0)?.slug ?? null,
    published: head.published,
    created_at: head.created_at.toISOString(),
    updated_at: head.updated_at.toISOString()
  }))
}

const owns = (principal: Principal, authorityId: number | null): boolean =>
  authorityId === null ? principal.kind === 'operator' : governs(principal, authorityId)

function mustOwn (principal: Principal, authorityId: number | null): void {
  if (owns(principal, authorityId)) return
  throw new ProblemError(
    'forbidden', 'A dashboard of an administrator is of an authority of its own: name it with ?authority=.'
  )
}

/** Throws `ProblemError` (not-found) where nobody wrote such a dashboard. */
export async function findDashboard (db: Kysely<Tables>, slug: string): Promise<Dashboard> {
  const found = await readDashboard(db, slug)
  if (found === undefined) throw notWritten(slug)
  return found.body as unknown as Dashboard
}

/** Removes a dashboard; one that makes itself may then show in its place. Throws `ProblemError` (not-found). */
export async function removeDashboard (change: CatalogueChange, slug: string): Promise<void> {
  await inSettings(change.db, async (trx) => {
    await lockSlug(trx, slug)
    const before = await readOwner(trx, slug)
    if (before === undefined || !await deleteDashboard(trx, slug)) throw notWritten(slug)
    const { authority_id: authorityId } = before
    mustOwn(change.principal, authorityId)
    await auditChange(trx, change, { action: 'delete-dashboard', subject: slug, detail: {}, authorityId })
  })
}

const notWritten = (slug: string): ProblemError =>
  new ProblemError(
    'not-found',
    `Nobody wrote a dashboard ${slug}; those that make themselves are at /public/dashboards.`
  )

// A module without a data set shows an error for ever, or stops the front end.
function missingDataSets (
  directory: Directory, { modules }: Dashboard, who: Pick<Asker, 'viewer' | 'now'>
): RowError[] {
  // One that whoever writes may not see is not there.
  const isKnown = (set: DataSet): boolean => mayRead(directory, set, { ...who, secret: undefined })
  return [...everyModule(modules)].flatMap(({ module, pointer }) => {
    const source = module['data-source']
    if (source === undefined) return []
    const { 'data-group': group, 'data-type': type } = source
    const set = readableDataSet(directory, group, type)
    if (set !== undefined && (set.configured === undefined || isKnown(set.configured))) return []
    const near = nearest(
      `${group}/${type}`, directory.dataSets.filter(isKnown).map((set) => `${set.data_group}/${set.data_type}`)
    )
    const suggestion = near === undefined ? '' : ` Did you mean ${near}?`
    const detail = `There is no data set ${group}/${type} that can be read.${suggestion}`
    return [{ index: 0, pointer: `${pointer}/data-source`, code: 'unknown-data-set' as const, detail }]
  })
}

function refuse (errors: RowError[]): void {
  const [first] = errors
  if (first === undefined) return
  throw new ProblemError(
    'invalid-dashboard',
    `${errors.length} ${errors.length === 1 ? 'thing is' : 'things are'} wrong; first, at ` +
      `${first.pointer || 'the top'}: ${first.detail}`,
    {
      errors: errors.slice(0, ROW_ERRORS_LISTED),
      errors_total: errors.length
    }
  )
}
