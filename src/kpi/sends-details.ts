import type pg from 'pg'
import type { WithheldDays } from '../disclosure/withheld.ts'
import { EVENT_TYPES } from '../domain/event.ts'
import type { EventTerm } from '../domain/kpi/event-term.ts'
import { addPeriods, FIRST_DAY, periodStart } from '../domain/period.ts'
import type { KpiPlan } from './plan.ts'
import type { Sends } from './sends.ts'
import { answeredTogether, readEverTold, type DetailSums } from './store/detail-sums.ts'

/**
 * Whether an authority ever tells what a term needs beside the event: who never sends durations, amounts or the
 * attribute has no count of them, which is not 0. Most show it in the days that were asked for; of the others all days
 * are looked at.
 */
export async function readSendsDetails (
  client: pg.Pool | pg.ClientBase,
  { question: { service, today }, toRead, hidesDetails }: KpiPlan,
  terms: readonly EventTerm[],
  { seenOn }: DetailSums,
  leftOut: WithheldDays
): Promise<Sends> {
  const isLeftOut = (authorityId: number, day: number): boolean =>
    leftOut(authorityId).some(({ start, end }) => day >= start && day < end)
  const authorityIds = [...new Set(toRead.map(({ authority }) => authority.id))]
  const found = new Map(terms.map((term): [EventTerm, Set<number>] => [
    term,
    new Set([...seenOn.get(term) ?? []].flatMap(([id, days]) =>
      days.values().some((day) => !isLeftOut(id, day)) ? [id] : []
    ))
  ]))
  await Promise.all(answeredTogether(terms).map(async (some) => {
    const [first] = some
    if (first === undefined) return
    const unseen = authorityIds.filter((id) =>
      some.some((term) => found.get(term)?.has(id) !== true && !hidesDetails(id, term))
    )
    if (unseen.length === 0) return
    const ever = await readEverTold(client, {
      authorityIds: unseen,
      serviceId: service.id,
      type: EVENT_TYPES[first.events],
      from: FIRST_DAY,
      before: addPeriods('year', periodStart('year', today), 2)
    }, some, isLeftOut)
    for (const [term, ids] of ever) for (const id of ids) found.get(term)?.add(id)
  }))
  return (authorityId, term) => found.get(term)?.has(authorityId) ?? true
}
