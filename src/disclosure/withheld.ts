import type { Directory } from '../catalogue/directory.ts'
import { financialYears } from '../domain/disclosure/publication-dates.ts'
import { overlaps, wholeRange, type DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { Viewer } from './session.ts'

/** Tells which days of an authority a viewer may not see yet. */
export type WithheldDays = (authorityId: number) => readonly DateRange[]

/** Of a service; what is not published yet and not for this viewer. */
export function withheldDays (viewer: Pick<Viewer, 'isAmong'>, directory: Directory, serviceId: number): WithheldDays {
  return remembered((authorityId: number) =>
    directory.publication.restricted(authorityId, serviceId).filter(({ audience }) =>
      !viewer.isAmong(audience, authorityId, serviceId)
    )
  )
}

/** Whether any of those days is in a range: then the figure of the range is withheld, whole. */
export const touches = (withheld: readonly DateRange[], range: DateRange): boolean =>
  withheld.some((days) => overlaps(days, range))

/** From 1 April before the range to the 31 March after it. */
export const wholeYears = (range: DateRange): DateRange => wholeRange(financialYears(range))
