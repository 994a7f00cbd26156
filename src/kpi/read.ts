import type pg from 'pg'
import { OBSERVATION_MARGIN } from '../disclosure/observation-suppression.ts'
import type { Gate } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { withheldDays } from '../disclosure/withheld.ts'
import { OUTCOMES } from '../domain/event.ts'
import { isEventTerm } from '../domain/kpi/definition.ts'
import { hasDetails } from '../domain/kpi/event-term.ts'
import { ObservationIndex } from '../observations/observation-index.ts'
import { readRevisedDays } from '../rollups/index.ts'
import { readObservations } from '../observations/store/read.ts'
import { DayPlan } from './day-plan.ts'
import { detailTermsOf, isByMonth } from './details.ts'
import type { KpiPlan } from './plan.ts'
import type { KpiQuestion } from './question.ts'
import { ReleasedEvents } from './released-events.ts'
import { readSends } from './sends.ts'
import { readSendsDetails } from './sends-details.ts'
import { readDetailSums, type DetailSums } from './store/detail-sums.ts'
import { readEventSums, type RangeSum } from './store/event-sums.ts'
import { Tallier } from './tally.ts'

/** What was read for a question. */
export interface Found { book: ObservationIndex, days: DayPlan, tallier: Tallier }

/**
 * Reads the observations first, then the live events of the days that they cover; those of releases are in the gate.
 */
export async function readSums (session: Session, plan: KpiPlan, gate: Gate): Promise<Found> {
  const { directory, question, toRead, isReleased, hidesDetails, gate: { authorityIds, types, range } } = plan
  const { service, split, wards, top, earlier = 0 } = question
  const client = session.pool.within({ authorityIds })
  const book = await readBook(client, plan)
  const days = await DayPlan.of({ directory, service, split, byMonth: isByMonth(question), book }, toRead, (id) =>
    !isReleased(id)
  )
  const sendsLeftOut = withheldDays(session.viewer, directory, service.id)
  const detailTerms = detailTermsOf(new Set(toRead.flatMap(({ version }) => version ?? [])))
  const areaOf = split === 'channel' ? 'none' : split
  const details = await readDetailSums(client, {
    serviceId: service.id,
    eventRanges: days.eventRanges,
    split: areaOf,
    terms: detailTerms,
    hides: hidesDetails,
    wardIds: areaOf === 'none' ? undefined : wards?.map(({ id }) => id)
  })
  const ranked = sumsOfNumerators(question, details)
  const ofEvents = readEventSums(client, {
    serviceId: service.id,
    eventRanges: days.eventRanges,
    split: areaOf,
    ...(split === 'street' && {
      streets: {
        wardIds: wards?.map(({ id }) => id),
        outcomes: numeratorOutcomes(question),
        most: ranked === 'mixed' ? null : top,
        among: toRead.filter(({ period, authority, range }) =>
          period >= earlier && !gate.withholds(authority.id, range)
        ).flatMap((period) => days.eventRangesOf(period)),
        by: ranked === 'mixed' ? undefined : ranked
      }
    })
  })
  const released = new ReleasedEvents(gate, plan)
  const [{ sums, reportedDays }, sends, sendsDetails, revisedDays] = await Promise.all([
    ofEvents,
    readSends(client, plan, sendsLeftOut),
    readSendsDetails(client, plan, detailTerms, details, sendsLeftOut),
    readRevisedDays(client, {
      authorityIds, serviceId: service.id, types, from: range.start, before: range.end
    })
  ])
  const tallier = new Tallier(plan, { book, days, released }, {
    sums,
    details: details.sums,
    reportedDays,
    sends: (authorityId, term) => sends(authorityId, term) && sendsDetails(authorityId, term),
    revisedDays
  })
  return { book, days, tallier }
}

async function readBook (client: pg.ClientBase, plan: KpiPlan): Promise<ObservationIndex> {
  const { directory, question: { service }, toRead, measures, gate: { authorityIds, range }, maySuppress } = plan
  if (measures.length === 0 || toRead.length === 0) return new ObservationIndex(directory, [])
  // Whether an observation may be published depends on those of the whole financial years that it touches.
  const margin = maySuppress ? OBSERVATION_MARGIN : 0
  return new ObservationIndex(
    directory,
    await readObservations(client, {
      authorityIds,
      serviceId: service.id,
      measureIds: measures.map(({ id }) => id),
      from: range.start - margin,
      to: range.end + margin
    })
  )
}

/**
 * Streets of a definition that asks for details are those with the most of what it counts; undefined where it asks for
 * none. `mixed`: of all events too, so that the largest are not known before all are worked out.
 */
function sumsOfNumerators ({ versions }: KpiQuestion, { sums }: DetailSums): RangeSum[] | 'mixed' | undefined {
  const terms = versions.flatMap(({ numerator }) => numerator).filter(isEventTerm)
  if (!terms.some(hasDetails)) return undefined
  return terms.every(hasDetails) ? terms.flatMap((term) => sums.get(term) ?? []) : 'mixed'
}

function numeratorOutcomes ({ versions }: KpiQuestion): number[] {
  const names = versions.flatMap(({ numerator }) => numerator).filter(isEventTerm)
    .flatMap(({ outcomes }) => Object.keys(outcomes))
  return [...new Set(names.map((name) => OUTCOMES[name as keyof typeof OUTCOMES]))]
}
