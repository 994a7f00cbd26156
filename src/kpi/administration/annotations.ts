import type pg from 'pg'
import type { Authority, Service } from '../../catalogue/directory.ts'
import { formatDay, parseDay } from '../../domain/calendar.ts'
import { wholeRange, type DateRange } from '../../domain/period.ts'
import { ProblemError } from '../../errors.ts'
import { putAnnotation, readAnnotations, type AnnotationRow } from '../store/annotations.ts'
import { writeAudit } from '../../catalogue/store/sources.ts'
import { writable, writableAuthority, type SettingsContext } from './settings.ts'

export interface AnnotationInput {
  id: string
  authority: string
  service?: string | null
  start_on: string
  end_on?: string | null
  note: string
}

/** Creates or replaces a note; returns whether it is new. Throws `ProblemError` for what the source may not write. */
export async function saveAnnotation (
  context: SettingsContext, { id, authority: name, service: slug, start_on, end_on = null, note }: AnnotationInput
): Promise<boolean> {
  const { authority, service } = slug == null
    ? { authority: writableAuthority(context, name), service: undefined }
    : writable(context, { authority: name, service: slug })
  if (parseDay(start_on) === undefined || (end_on !== null && (parseDay(end_on) ?? 0) < (parseDay(start_on) ?? 0))) {
    throw new ProblemError(
      'invalid-period-range', 'end_on lies before start_on, or one of them is no day of the calendar.'
    )
  }
  const at = new Date(context.clock())
  const author = context.source === null ? 'operator' : `${context.source.authority.slug}/${context.source.name}`
  return await context.db.transaction().execute(async (trx) => {
    const created = await putAnnotation(trx, {
      authorityId: authority.id, serviceId: service?.id ?? 0, id, startOn: start_on, endOn: end_on, note, author
    }, at)
    await writeAudit(trx, {
      at,
      actor: author,
      action: 'put-annotation',
      subject: `${authority.slug}/${id}`,
      detail: { service: service?.slug ?? null, start_on, end_on }
    })
    return created
  })
}

/** The notes to show with a series: those on its authorities and service that touch its days. */
export async function notesOf (
  pool: pg.Pool,
  { authorities, service, periods }: {
    authorities: readonly Authority[], service: Service, periods: readonly DateRange[]
  }
): Promise<AnnotationRow[]> {
  const { start, end } = wholeRange(periods)
  return await readAnnotations(pool, {
    authorityIds: authorities.map(({ id }) => id),
    serviceId: service.id,
    startOn: formatDay(start),
    endOn: formatDay(end - 1)
  })
}
