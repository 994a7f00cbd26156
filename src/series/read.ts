import type { Session } from '../disclosure/session.ts'
import { OBSERVATION_MARGIN } from '../disclosure/observation-suppression.ts'
import { wholeRange } from '../domain/period.ts'
import { countMeasures, type CountMeasure } from '../observations/count-measures.ts'
import { ObservationIndex } from '../observations/observation-index.ts'
import { hasObservations, readObservations } from '../observations/store/read.ts'
import { addUp, cutByBasis } from './add-up.ts'
import { Coverage, readReportedRanges } from './coverage.ts'
import type { SumQuery } from './sum-query.ts'
import { asksOutcomes, asksOwners } from './owners.ts'
import { readSent, type Sent } from '../rollups/index.ts'
import { dimensionsOf, isArea, type SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import { readEventSums } from './event-sums.ts'
import type { ReportedSums, SentByAuthority } from './sum.ts'

/** What was read for a question. */
export interface Found extends ReportedSums {
  /** The channels and outcomes of the authorities' own figures; read where areas may have to be suppressed. */
  breakdowns: string[]
  sent: SentByAuthority
  coverage: Coverage
}

/** Reads the sums of a plan: of events, and of observations where they stand for events. */
export async function readSums (session: Session, plan: SeriesPlan): Promise<Found> {
  const { authorityIds, serviceId, type } = plan.sums
  const [sums, days, sent, breakdowns] = await Promise.all([
    readReported(session, plan),
    readReportedRanges(session.client, plan.sums),
    asksOutcomes(plan.query) ? readSent(session.client, { authorityIds, serviceId, type }) : new Map<number, Sent>(),
    plan.maySuppress && plan.gate.level !== 'authority' ? readBreakdowns(session, plan) : []
  ])
  return { ...sums, sent, breakdowns, coverage: new Coverage(days, plan.query.periods, sums.counted) }
}

/**
 * Reads the sums of events, and observations only where they may count: nearly all councils send events, so look for
 * observations only where one is silent, or has declared that its counts hold, or changes between the two: whatever
 * else is asked for must not decide what holds.
 */
async function readReported (session: Session, plan: SeriesPlan): Promise<ReportedSums> {
  const { client } = session
  const { directory, query, sums: ask } = plan
  const { authorityIds, serviceId, type } = ask
  const measures = countMeasures(directory, query.service, query.type)
  const range = wholeRange(query.periods)
  const isDeclared = (id: number): boolean => {
    const [first, ...others] = directory.kpis.basisRanges(id, serviceId, type, range)
    return first?.basis === 'counts' || others.length > 0
  }
  if (authorityIds.some(isDeclared)) return await readBoth(session, plan, measures)
  const byStreet = dimensionsOf(query).includes('street') // there are no observations of streets
  const hasCounts = async (ids: readonly number[]): Promise<boolean> =>
    !byStreet && ids.length > 0 && await hasObservations(client, {
      authorityIds: ids,
      serviceId,
      measureIds: measures.map(({ measure }) => measure.id),
      from: ask.starts[0] ?? 0,
      to: ask.end
    })
  const byAuthority = query.groupBy.includes('authority')
  const isFiltered = Object.keys(query.filters).length > 0 // filtered sums do not say whether anything was reported
  const several = authorityIds.length > 1
  const apart = byAuthority || asksOwners(query)
  const [sums, all, counts] = await Promise.all([
    readEventSums(client, ask),
    isFiltered || apart !== byAuthority
      ? readEventSums(client, { ...ask, groupBy: apart ? ['authority'] : [], filters: {} })
      : undefined,
    several ? hasCounts(authorityIds) : true // ask at once: of several authorities some are likely to be silent
  ])
  const reported = new Reported()
  for (const { authority = several ? 0 : authorityIds[0] ?? 0, period } of all ?? sums) reported.add(authority, period)
  const begun = query.periods.filter(({ start }) => start <= query.today).length
  const isSilent = (id: number): boolean =>
    query.periods.some((_, period) => period < begun && !reported.in(period, [id]))
  const addedUp = !byAuthority && several // the sums do not show which authority is silent
  if (counts && (addedUp || await hasCounts(authorityIds.filter(isSilent)))) {
    return await readBoth(session, plan, measures)
  }
  return { sums, reported }
}

/** Reads events and observations, for authorities that send observations or changed between the two. */
async function readBoth (
  { client }: Session, plan: SeriesPlan, measures: readonly CountMeasure[]
): Promise<ReportedSums> {
  const { directory, sums: ask } = plan
  const parts = cutByBasis(plan)
  const byAuthority: SumQuery = {
    ...ask,
    groupBy: ['authority', ...ask.groupBy.filter((dimension) => dimension !== 'authority')],
    starts: parts.starts
  }
  const margin = plan.maySuppress ? OBSERVATION_MARGIN : 0
  const [events, all, observations] = await Promise.all([
    readEventSums(client, byAuthority),
    readEventSums(client, { ...byAuthority, groupBy: ['authority'], filters: {} }),
    readObservations(client, {
      authorityIds: ask.authorityIds,
      serviceId: ask.serviceId,
      measureIds: measures.map(({ measure }) => measure.id),
      from: (ask.starts[0] ?? 0) - margin,
      to: ask.end + margin
    })
  ])
  return addUp(plan, parts, { events, all, measures, book: new ObservationIndex(directory, observations) })
}

/** The channels and outcomes that the authorities' own figures show, without regard to the areas asked for. */
async function readBreakdowns ({ client }: Session, { sums: ask, gate: { range } }: SeriesPlan): Promise<string[]> {
  const dimensions = ask.groupBy.filter((dimension) => !isArea(dimension))
  if (dimensions.length === 0) return ['']
  const filters = { ...ask.filters }
  delete filters.ward
  delete filters.street
  const sums = await readEventSums(client, {
    ...ask, groupBy: dimensions, filters, starts: [range.start], end: range.end
  })
  return sums.map((sum) => dimensions.map((dimension) => sum[dimension]).join(' '))
}
