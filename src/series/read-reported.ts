import type { Session } from '../disclosure/session.ts'
import { OBSERVATION_MARGIN } from '../disclosure/observation-suppression.ts'
import { wholeRange } from '../domain/period.ts'
import { countMeasures, type CountMeasure } from '../observations/count-measures.ts'
import { readRevisedDays } from '../rollups/index.ts'
import { ObservationIndex } from '../observations/observation-index.ts'
import { hasObservations, readObservations } from '../observations/store/read.ts'
import { addUp, cutByBasis } from './add-up.ts'
import type { SumQuery } from './sum-query.ts'
import { asksOwners } from './owners.ts'
import { dimensionsOf } from './dimensions.ts'
import type { SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import { readEventSums } from './event-sums.ts'
import type { ReportedSums } from './sum.ts'

/**
 * Reads the sums of events, and observations only where they may count: nearly all councils send events, so look for
 * observations only where one is silent, or has declared that its counts hold, or changes between the two: whatever
 * else is asked for must not decide what holds.
 */
export async function readReported (session: Session, plan: SeriesPlan): Promise<ReportedSums> {
  const { directory, query, sums: ask } = plan
  const client = session.pool.within(ask)
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
  const [sums, all, counts, revised] = await Promise.all([
    readEventSums(client, ask),
    isFiltered || apart !== byAuthority
      ? readEventSums(client, { ...ask, groupBy: apart ? ['authority'] : [], filters: {} })
      : undefined,
    several ? hasCounts(authorityIds) : true, // ask at once: of several authorities some are likely to be silent
    readRevised(session, plan)
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
  return {
    sums,
    reported,
    isRevised: (period, ids) => {
      const range = query.periods[period]
      return range !== undefined && ids.some((id) => revised.in(id, type, range))
    }
  }
}

/** Reads events and observations, for authorities that send observations or changed between the two. */
async function readBoth (
  session: Session, plan: SeriesPlan, measures: readonly CountMeasure[]
): Promise<ReportedSums> {
  const { directory, sums: ask } = plan
  const client = session.pool.within(ask)
  const parts = cutByBasis(plan)
  const byAuthority: SumQuery = {
    ...ask,
    groupBy: ['authority', ...ask.groupBy.filter((dimension) => dimension !== 'authority')],
    starts: parts.starts
  }
  const margin = plan.maySuppress ? OBSERVATION_MARGIN : 0
  const [events, all, revised, observations] = await Promise.all([
    readEventSums(client, byAuthority),
    readEventSums(client, { ...byAuthority, groupBy: ['authority'], filters: {} }),
    readRevised(session, plan),
    readObservations(client, {
      authorityIds: ask.authorityIds,
      serviceId: ask.serviceId,
      measureIds: measures.map(({ measure }) => measure.id),
      from: (ask.starts[0] ?? 0) - margin,
      to: ask.end + margin
    })
  ])
  return addUp(plan, parts, { events, all, revised, measures, book: new ObservationIndex(directory, observations) })
}

const readRevised = async ({ pool }: Session, { sums: { authorityIds, serviceId, type, starts, end } }: SeriesPlan) =>
  await readRevisedDays(pool.within({ authorityIds }), {
    authorityIds, serviceId, types: [type], from: starts[0] ?? 0, before: end
  })
