import type pg from 'pg'
import type { WithheldDays } from '../../disclosure/withheld.ts'
import { dayOf } from '../../domain/calendar.ts'
import { addendOf } from './addend.ts'
import type { SeriesPlan } from '../plan.ts'
import { NOT_GIVEN } from '../attribute-values.ts'
import { DetailSenders } from './senders.ts'
import { eachDetail } from '../../rollups/index.ts'
import type { Seen } from './detail-sums.ts'

/** Every day that an event can have. */
const [FIRST, END] = [dayOf(1900, 1, 1), dayOf(2101, 1, 1)]

/**
 * Who ever sends what a plan asks for, whatever its periods: of those `among` whom the sums do not show to, all their
 * days are read. Without the days of an authority that are left out.
 */
export async function readDetailSenders (
  client: pg.ClientBase, { query, sums: { serviceId, type } }: SeriesPlan,
  { seen, leftOut, among }: { seen: Seen, leftOut: WithheldDays, among: readonly number[] }
): Promise<DetailSenders> {
  const { attribute, measure: { kind } } = query
  const addOne = addendOf(query)
  const isOfEvents = kind === 'count' || kind === 'events'
  const withEver = async (
    known: ReadonlySet<number>, name: string, isSent: (sum: Parameters<typeof addOne>[0]) => boolean
  ): Promise<ReadonlySet<number>> => {
    const all = new Set(known)
    const authorityIds = among.filter((id) => !known.has(id))
    if (authorityIds.length === 0) return all
    const question = { authorityIds, serviceId, type, from: FIRST, before: END, attribute: name, dimensions: [] }
    await eachDetail(client, question, (sum) => {
      const isLeftOut = leftOut(sum.authorityId).some(({ start, end }) => sum.day >= start && sum.day < end)
      if (!isLeftOut && isSent(sum)) all.add(sum.authorityId)
    })
    return all
  }
  const [measured, attributed] = await Promise.all([
    isOfEvents ? undefined : withEver(seen.measured, '', (sum) => addOne(sum, NOT_GIVEN).things > 0),
    attribute && withEver(seen.attributed, attribute.declared.name, ({ events }) => events > 0)
  ])
  return new DetailSenders(measured, attributed)
}
