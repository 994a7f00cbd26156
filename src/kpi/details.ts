import { EVERY_SERVICE } from '../catalogue/attribute-directory.ts'
import type { Directory, Service } from '../catalogue/directory.ts'
import type { AttributeRow } from '../catalogue/store/settings.ts'
import { readsReleases } from '../disclosure/rules.ts'
import type { Viewer } from '../disclosure/session.ts'
import { formatDay } from '../domain/calendar.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import type { KpiVersion } from '../domain/kpi/definition.ts'
import { hasChannels, hasDetails, needsBands, type EventTerm } from '../domain/kpi/event-term.ts'
import type { DateRange } from '../domain/period.ts'
import { ProblemError } from '../errors.ts'
import { eventTermsOf, type KpiQuestion } from './question.ts'

/** The terms of some versions that ask what events say beside their outcome, channel and place. */
export const detailTermsOf = (versions: Iterable<KpiVersion>): EventTerm[] =>
  [...versions].flatMap(eventTermsOf).filter(hasDetails)

/** Whether the sums that a question is answered from are of months: those of streets, and of details by ward. */
export const isByMonth = ({ split, versions }: Pick<KpiQuestion, 'split' | 'versions'>): boolean =>
  split === 'street' || (split === 'ward' && detailTermsOf(versions).length > 0)

/** Throws `ProblemError` where a question asks of wards or streets what is not kept of them. */
export function checkKept (question: KpiQuestion): void {
  if (!isByMonth(question)) return
  const { split, periods, versions } = question
  const what = split === 'street' ? 'Streets are' : 'Amounts, durations and attributes by ward are'
  const refuse = (detail: string): ProblemError => new ProblemError('invalid-request', detail)
  if (periods.some(({ start, end }) => !formatDay(start).endsWith('-01') || !formatDay(end).endsWith('-01'))) {
    throw refuse(`${what} kept by month: ask for months or longer periods.`)
  }
  const terms = versions.flatMap(eventTermsOf)
  if (terms.some((term) => hasChannels(term) && (split === 'street' || hasDetails(term)))) {
    throw refuse(`${what} kept without channel, so a KPI that tells channels apart cannot be split by ${split}.`)
  }
  if (terms.some(needsBands)) {
    throw refuse(
      `How many lie within a bound of durations is not kept by ${split}; ask for the whole authority, or by channel.`
    )
  }
}

// Also one that was removed: stored events may have it. A service's own goes before that of every service.
function declarationOf (
  { attributes }: Directory, service: Service, { attribute }: EventTerm
): AttributeRow | undefined {
  const ever = attribute === undefined ? [] : attributes.typesOf(attribute.name)
  const of = (id: number): AttributeRow | undefined => ever.find(({ service_id: own }) => own === id)
  return of(service.id) ?? of(EVERY_SERVICE)
}

/**
 * Whether a service declares the attribute of a term, on every day of a range: on days on which no event could have it,
 * there was not 0 of it.
 */
export function isDeclared (directory: Directory, service: Service, term: EventTerm, range?: DateRange): boolean {
  if (term.attribute === undefined) return true
  const declared = declarationOf(directory, service, term)
  if (declared === undefined || range === undefined) return declared !== undefined
  const { valid_from: from, valid_to: to } = declared
  return (from === null || formatDay(range.start) >= from) && (to === null || formatDay(range.end - 1) <= to)
}

/**
 * Whether what a term asks of an authority's events is not for the viewer: details are no part of releases, and an
 * attribute may not be published. Where an authority has a rule of its own, the gate suppresses them whole.
 */
export function hidesDetails (
  directory: Directory, viewer: Viewer, service: Service, level: DisclosureLevel
): (authorityId: number, term: EventTerm) => boolean {
  return (authorityId, term) =>
    hasDetails(term) && !viewer.seesAll(authorityId) &&
    (readsReleases(viewer, authorityId, level) || declarationOf(directory, service, term)?.published === false)
}
