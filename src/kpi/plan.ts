import { isUnknown, type Directory } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import type { GateQuestion } from '../disclosure/gate.ts'
import { maySuppress, readsReleases } from '../disclosure/rules.ts'
import type { Viewer } from '../disclosure/session.ts'
import { formatDay } from '../domain/calendar.ts'
import { checkCount } from '../domain/cost.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import {
  isEventTerm, isMeasureTerm, termsOf, versionInForce, type EventTerm, type KpiVersion
} from '../domain/kpi/definition.ts'
import { wholeRange, type DateRange } from '../domain/period.ts'
import { checkKept, hidesDetails } from './details.ts'
import { eventTermsOf, type AuthorityPeriod, type KpiQuestion, type Split } from './question.ts'
import { DAYS_AFTER } from './weeks.ts'

/** What to read for a question, and how to publish it. */
export interface KpiPlan {
  directory: Directory
  question: KpiQuestion
  /** Every authority in every period. */
  all: AuthorityPeriod[]
  /** Those of them for which there can be anything to read. */
  toRead: AuthorityPeriod[]
  /** Measures whose observations may be needed. */
  measures: Measure[]
  gate: GateQuestion
  /** Whether the viewer reads an authority's figures by ward or street from releases. */
  isReleased: (authorityId: number) => boolean
  /** Whether what a term asks of an authority's events beside their count is not for the viewer. */
  hidesDetails: (authorityId: number, term: EventTerm) => boolean
  /** Whether observations of the whole financial year are needed to decide what may be shown. */
  maySuppress: boolean
}

const LEVEL: Record<Split, DisclosureLevel> = {
  none: 'authority', channel: 'authority', ward: 'ward', street: 'street'
}

/** Throws `ProblemError` where the question is too large, or asks of wards or streets what is not stored. */
export function planKpi (viewer: Viewer, directory: Directory, question: KpiQuestion): KpiPlan {
  checkKept(question)
  const { versions, service, authorities, periods, split, today } = question
  const level = LEVEL[split]
  const all = authorityPeriods(question)
  return {
    directory,
    question,
    all,
    toRead: all.filter(({ version, authority }) =>
      version !== undefined && directory.provision(authority, service).delivers !== 'no'
    ),
    measures: measuresOf(directory, question),
    gate: {
      serviceId: service.id,
      types: [...new Set(versions.flatMap(eventTermsOf).map(({ events }) => EVENT_TYPES[events]))],
      authorityIds: authorities.map(({ id }) => id),
      level,
      range: withWeeksAfter(versions, wholeRange(periods)),
      listsYears: split === 'street',
      today
    },
    isReleased: (id) => readsReleases(viewer, id, level),
    hidesDetails: hidesDetails(directory, viewer, service, level),
    maySuppress: authorities.some(({ id }) =>
      readsReleases(viewer, id, level) || maySuppress(directory, viewer, id, service.id)
    )
  }
}

// The last week that begins in the last period may go on after it.
function withWeeksAfter (versions: readonly KpiVersion[], { start, end }: DateRange): DateRange {
  return { start, end: versions.flatMap(termsOf).some(isMeasureTerm) ? end + DAYS_AFTER : end }
}

const MOST_AUTHORITY_PERIODS = 20_000

function authorityPeriods ({ authorities, periods, versions }: KpiQuestion): AuthorityPeriod[] {
  checkCount(
    authorities.length * periods.length,
    MOST_AUTHORITY_PERIODS,
    `values of ${authorities.length} authorities over ${periods.length} periods`,
    'fewer authorities, longer periods or a shorter range'
  )
  const inForce = periods.map(({ start }) => versionInForce(versions, formatDay(start)))
  return authorities.flatMap((authority) =>
    periods.map((range, period) => ({ authority, period, range, version: inForce[period] }))
  )
}

function measuresOf (directory: Directory, { versions }: KpiQuestion): Measure[] {
  const names = versions.flatMap(termsOf).flatMap((term) =>
    isEventTerm(term) ? Object.keys(term.counts ?? {}) : isMeasureTerm(term) ? [term.measure] : []
  )
  return [...new Set(names)].flatMap((name) => {
    const measure = directory.kpis.measure(name)
    return isUnknown(measure) ? [] : [measure]
  })
}
