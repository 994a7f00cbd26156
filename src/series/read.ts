import type { Session } from '../disclosure/session.ts'
import { OBSERVATION_MARGIN } from '../disclosure/observation-suppression.ts'
import { countMeasures, type CountMeasure } from '../observations/count-measures.ts'
import { ObservationBook } from '../observations/observation-book.ts'
import { hasObservations, readObservations } from '../observations/store/read.ts'
import { addUp, sumsByAuthority } from './add-up.ts'
import type { CellQuery } from './cell.ts'
import { asksOwners } from './owners.ts'
import { dimensionsOf, isArea, type SeriesPlan } from './plan.ts'
import { Reported } from './reported.ts'
import { readCells } from './stored-cells.ts'
import type { Sums } from './sum.ts'

/** What was read for a question. */
export interface Found extends Sums {
  /** The channels and outcomes of the authorities' own figures; read where areas may have to be suppressed. */
  breakdowns: string[]
}

/** Reads the sums of a plan: of events, and of observations where they stand for events. */
export async function readSums (session: Session, plan: SeriesPlan): Promise<Found> {
  const [sums, breakdowns] = await Promise.all([
    readReported(session, plan),
    plan.maySuppress && plan.gate.level !== 'authority' ? readBreakdowns(session, plan) : []
  ])
  return { ...sums, breakdowns }
}

/**
 * Nearly all councils send events. Only where somebody is silent, or has declared that counts hold, does it matter
 * whether there are observations.
 */
async function readReported (session: Session, plan: SeriesPlan): Promise<Sums> {
  const { client } = session
  const { directory, query, sums: ask } = plan
  const { authorityIds, serviceId, type } = ask
  const measures = countMeasures(directory, query.service, query.type)
  if (directory.kpis.declaresCounts(authorityIds, serviceId, type)) return await readBoth(session, plan, measures)
  const byStreet = dimensionsOf(query).includes('street') // of which observations say nothing
  const hasCounts = async (ids: readonly number[]): Promise<boolean> =>
    !byStreet && ids.length > 0 && await hasObservations(client, {
      authorityIds: ids,
      serviceId,
      measureIds: measures.map(({ measure }) => measure.id),
      from: ask.starts[0] ?? 0,
      to: ask.end
    })
  const byAuthority = query.groupBy.includes('authority')
  const isFiltered = Object.keys(query.filters).length > 0 // then the sums do not say whether anything was reported
  const several = authorityIds.length > 1
  const apart = byAuthority || asksOwners(query)
  const [sums, all, counts] = await Promise.all([
    readCells(client, ask),
    isFiltered || apart !== byAuthority
      ? readCells(client, { ...ask, groupBy: apart ? ['authority'] : [], filters: {} })
      : undefined,
    several ? hasCounts(authorityIds) : true // of several some are likely to be silent
  ])
  const reported = new Reported()
  for (const { authority = several ? 0 : authorityIds[0] ?? 0, period } of all ?? sums) reported.add(authority, period)
  const begun = query.periods.filter(({ start }) => start <= query.today).length
  const isSilent = (id: number): boolean =>
    query.periods.some((_, period) => period < begun && !reported.in(period, [id]))
  const addedUp = !byAuthority && several // then who is silent cannot be seen
  if (counts && (addedUp || await hasCounts(authorityIds.filter(isSilent)))) {
    return await readBoth(session, plan, measures)
  }
  return { sums, reported }
}

/** Where authorities send observations instead of events, or changed from one to the other. */
async function readBoth ({ client }: Session, plan: SeriesPlan, measures: readonly CountMeasure[]): Promise<Sums> {
  const { directory, sums: ask } = plan
  const parts = sumsByAuthority(plan)
  const byAuthority: CellQuery = {
    ...ask,
    groupBy: ['authority', ...ask.groupBy.filter((dimension) => dimension !== 'authority')],
    starts: parts.starts
  }
  const margin = plan.maySuppress ? OBSERVATION_MARGIN : 0
  const [events, all, observations] = await Promise.all([
    readCells(client, byAuthority),
    readCells(client, { ...byAuthority, groupBy: ['authority'], filters: {} }),
    readObservations(client, {
      authorityIds: ask.authorityIds,
      serviceId: ask.serviceId,
      measureIds: measures.map(({ measure }) => measure.id),
      from: (ask.starts[0] ?? 0) - margin,
      to: ask.end + margin
    })
  ])
  return addUp(plan, parts, { events, all, measures, book: new ObservationBook(directory, observations) })
}

/** The channels and outcomes that the authorities' own figures show, whatever areas are asked for. */
async function readBreakdowns ({ client }: Session, { sums: ask, gate: { range } }: SeriesPlan): Promise<string[]> {
  const dimensions = ask.groupBy.filter((dimension) => !isArea(dimension))
  if (dimensions.length === 0) return ['']
  const filters = { ...ask.filters }
  delete filters.ward
  delete filters.street
  const sums = await readCells(client, {
    ...ask, groupBy: dimensions, filters, starts: [range.start], end: range.end
  })
  return sums.map((sum) => dimensions.map((dimension) => sum[dimension]).join(' '))
}
