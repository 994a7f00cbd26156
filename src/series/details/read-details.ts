import type { Session } from '../../disclosure/session.ts'
import { withheldDays } from '../../disclosure/withheld.ts'
import { placeOf } from '../coverage.ts'
import type { SeriesPlan } from '../plan.ts'
import { readReported } from '../read-reported.ts'
import type { ReportedSums } from '../sum.ts'
import { readDetailSums } from './detail-sums.ts'
import { readDetailSenders } from './read-senders.ts'

/**
 * Reads details of events: amounts, durations, attributes, and how many events there are. An authority has none in a
 * period of which figures stand for its events on any day.
 */
export async function readDetails (session: Session, plan: SeriesPlan): Promise<ReportedSums> {
  const client = session.pool.within(plan.sums)
  const { counted, reported, isRevised } = await readReported(session, byAuthority(plan))
  const isCounted = (authorityId: number, period: number): boolean =>
    (counted?.get(placeOf(authorityId, period))?.counted ?? 0) > 0
  const leftOut = withheldDays(session.viewer, plan.directory, plan.sums.serviceId)
  const { sums, seen } = await readDetailSums(client, plan, isCounted, (id) => leftOut(id).length > 0)
  const senders = await readDetailSenders(client, plan, {
    seen, leftOut, among: plan.sums.authorityIds.filter((id) => reported.ever([id]))
  })
  return { sums, reported, isRevised, senders, ...(counted !== undefined && { counted }) }
}

/** The plan to read which authorities reported in which periods. */
function byAuthority (plan: SeriesPlan): SeriesPlan {
  const groupBy = plan.sums.authorityIds.length > 1 ? ['authority' as const] : []
  return {
    ...plan,
    query: { ...plan.query, groupBy, filters: {} },
    sums: { ...plan.sums, groupBy, filters: {} }
  }
}
