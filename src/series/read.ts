import type { Session } from '../disclosure/session.ts'
import { withheldDays } from '../disclosure/withheld.ts'
import { readSent, type Sent } from '../rollups/index.ts'
import { Coverage, readReportedRanges } from './coverage.ts'
import { readDetails } from './details/read-details.ts'
import { asksOutcomes } from './owners.ts'
import type { SeriesPlan } from './plan.ts'
import { readObserved } from './read-observed.ts'
import { readReported } from './read-reported.ts'
import { Reported } from './reported.ts'
import type { ReportedSums, SentByAuthority } from './sum.ts'

/** What was read for a question. */
export interface Found extends ReportedSums {
  sent: SentByAuthority
  coverage: Coverage
}

/** Reads what of a plan is live: counts of events (or observations that stand for them), details, or observations. */
export async function readSums (session: Session, plan: SeriesPlan): Promise<Found> {
  const { authorityIds, serviceId, type } = plan.sums
  if (authorityIds.length === 0) {
    const sent: SentByAuthority = new Map()
    return { sums: [], reported: new Reported(), isRevised: () => false, sent, coverage: new Coverage(new Map(), []) }
  }
  const leftOut = withheldDays(session.viewer, plan.directory, serviceId)
  const client = session.pool.within({ authorityIds })
  const readSums = { counts: readReported, details: readDetails, observed: readObserved }[plan.reads]
  const [sums, days, sent] = await Promise.all([
    readSums(session, plan),
    plan.reads === 'observed' ? new Map<number, never>() : readReportedRanges(client, plan.sums),
    asksOutcomes(plan.query)
      ? readSent(client, { authorityIds, serviceId, type }, leftOut)
      : new Map<number, Sent>()
  ])
  return { ...sums, sent, coverage: new Coverage(days, plan.query.periods, sums.counted) }
}
