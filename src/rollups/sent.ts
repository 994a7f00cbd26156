import type pg from 'pg'
import { dayOf } from '../domain/calendar.ts'
import { periodStart, type DateRange } from '../domain/period.ts'
import { eachSum } from './read.ts'

/** What an authority has ever sent of a service and type of event: the codes of outcomes, and avoidable contact. */
export interface Sent { outcomes: Set<number>, avoidable: boolean }

interface Question { authorityIds: readonly number[], serviceId: number, type: number }
type LeftOut = (authorityId: number) => readonly DateRange[]

/** Every day that an event can have. Mondays, so that the smallest rollup answers. */
const [FIRST, END] = [periodStart('week', dayOf(1900, 1, 1)), periodStart('week', dayOf(2101, 1, 8))]

/**
 * What each authority has ever sent, whatever period is asked for: who never sends an outcome has no count of it, which
 * is not a count of 0. An event of count 0 says that there was none. Without the days of an authority that are left
 * out.
 */
export async function readSent (
  client: pg.Pool | pg.ClientBase,
  question: Question,
  leftOut: LeftOut = () => []
): Promise<Map<number, Sent>> {
  const sent = new Map(question.authorityIds.map((id): [number, Sent] => [
    id, { outcomes: new Set(), avoidable: false }
  ]))
  await eachSumEver(client, question, 'outcome', leftOut, ({ authorityId, outcome, events, avoidable }) => {
    const own = sent.get(authorityId)
    if (own === undefined || events <= 0) return
    own.outcomes.add(outcome)
    if (avoidable > 0) own.avoidable = true
  })
  return sent
}

/**
 * The channels that an authority has ever sent events of a service and type in, whatever period is asked for. Without
 * the days that are left out.
 */
export async function readSentChannels (
  client: pg.Pool | pg.ClientBase,
  { authorityId, ...question }: { authorityId: number, serviceId: number, type: number },
  leftOut: LeftOut
): Promise<Set<number>> {
  const events = new Map<number, number>()
  await eachSumEver(client, { ...question, authorityIds: [authorityId] }, 'channel', leftOut, (sum) => {
    events.set(sum.channel, (events.get(sum.channel) ?? 0) + sum.events)
  })
  return new Set([...events].filter(([, count]) => count > 0).map(([id]) => id)) // a void takes its event off again
}

/** Sums of all days, by the day only where some are left out. */
async function eachSumEver (
  client: pg.Pool | pg.ClientBase,
  question: Question,
  dimension: 'outcome' | 'channel',
  leftOut: LeftOut,
  onSum: Parameters<typeof eachSum>[2]
): Promise<void> {
  const byDay = question.authorityIds.some((id) => leftOut(id).length > 0)
  await eachSum(client, {
    ...question, from: FIRST, before: END, dimensions: [dimension], ...(!byDay && { starts: [FIRST] })
  }, (sum) => {
    if (!leftOut(sum.authorityId).some(({ start, end }) => sum.day >= start && sum.day < end)) onSum(sum)
  })
}
