import type { Authority, Service } from '../../catalogue/directory.ts'
import { formatDay, parseDay } from '../../domain/calendar.ts'
import { wholeRange, type DateRange } from '../../domain/period.ts'
import { ProblemError } from '../../errors.ts'
import { inSettings } from '../../postgres/transaction.ts'
import type { RequestPool } from '../../postgres/scoped.ts'
import { deleteAnnotation, putAnnotation, readAnnotations, type AnnotationRow } from '../store/annotations.ts'
import { auditChange, mustGovern, withinReach, type CatalogueChange } from '../../catalogue/catalogue-change.ts'
import { known } from '../../catalogue/explain.ts'
import { actorOf } from '../../catalogue/principal.ts'

export interface AnnotationInput {
  id: string
  authority: string
  service?: string | null
  start_on: string
  end_on?: string | null
  note: string
}

/** Creates or replaces a note; returns whether it is new. Throws `ProblemError` where that is not for them to write. */
export async function saveAnnotation (
  context: CatalogueChange, { id, authority: name, service: slug, start_on, end_on = null, note }: AnnotationInput
): Promise<boolean> {
  const { directory } = context.catalogue
  const authority = known(directory.authority(name), 'unknown-authority', 'authority')
  mustGovern(context, authority)
  const service = slug == null ? undefined : known(directory.service(slug), 'unknown-service', 'service')
  if (parseDay(start_on) === undefined || (end_on !== null && (parseDay(end_on) ?? 0) < (parseDay(start_on) ?? 0))) {
    throw new ProblemError(
      'invalid-period-range', 'end_on lies before start_on, or one of them is no day of the calendar.'
    )
  }
  const at = new Date(context.clock())
  const author = actorOf(context.principal)
  const entry = {
    action: 'put-annotation',
    subject: `${authority.slug}/${id}`,
    detail: { service: service?.slug ?? null, start_on, end_on },
    authorityId: authority.id
  }
  return await inSettings(context.db, async (trx) => {
    const created = await withinReach(trx, context, entry, async () => await putAnnotation(trx, {
      authorityId: authority.id, serviceId: service?.id ?? 0, id, startOn: start_on, endOn: end_on, note, author
    }, at))
    await auditChange(trx, context, entry)
    return created
  })
}

/** Removes a note. Throws `ProblemError` where there is none, or it is not for them to remove. */
export async function removeAnnotation (context: CatalogueChange, name: string, id: string): Promise<void> {
  const authority = known(context.catalogue.directory.authority(name), 'unknown-authority', 'authority')
  mustGovern(context, authority)
  const entry = {
    action: 'delete-annotation', subject: `${authority.slug}/${id}`, detail: {}, authorityId: authority.id
  }
  await inSettings(context.db, async (trx) => {
    if (!await withinReach(trx, context, entry, async () => await deleteAnnotation(trx, authority.id, id))) {
      throw new ProblemError('not-found', `${authority.slug} has no note ${id}; see /v1/annotations.`)
    }
    await auditChange(trx, context, entry)
  })
}

/** A council may have thousands: an answer shows the newest, and says where the others are. */
const MOST_NOTES = 100

/** Notes to show with a series; `isAll`: there are no others of its days. */
export interface Notes { notes: AnnotationRow[], isAll: boolean }

/** The newest notes on the authorities and the service of a series that touch its days. */
export async function notesOf (
  pool: RequestPool,
  { authorities, service, periods }: {
    authorities: readonly Authority[], service: Service, periods: readonly DateRange[]
  }
): Promise<Notes> {
  const { start, end } = wholeRange(periods)
  const authorityIds = authorities.map(({ id }) => id)
  const found = await readAnnotations(pool.within({ authorityIds }), {
    authorityIds,
    serviceId: service.id,
    startOn: formatDay(start),
    endOn: formatDay(end - 1),
    most: MOST_NOTES + 1
  })
  return { notes: found.slice(-MOST_NOTES), isAll: found.length <= MOST_NOTES }
}
