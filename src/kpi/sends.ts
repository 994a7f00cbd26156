import type pg from 'pg'
import type { WithheldDays } from '../disclosure/withheld.ts'
import { areOptional, EVENT_TYPES } from '../domain/event.ts'
import type { EventTerm } from '../domain/kpi/definition.ts'
import { readSent, type Sent } from '../rollups/index.ts'
import type { KpiPlan } from './plan.ts'
import { eventTermsOf } from './question.ts'
import { outcomesOf } from './store/detail-sums.ts'

/** Whether an authority ever sends what a term counts: if not, it has no count of it, not 0. */
export type Sends = (authorityId: number, term: EventTerm) => boolean

// Every system tells what was completed, reported or started; of the rest, ask whether this one does.
const isOptional = (term: EventTerm): boolean => term.avoidable === true || areOptional(outcomesOf(term))

/** Reads what the authorities of a question ever sent, where a definition counts what some never do. */
export async function readSends (
  client: pg.Pool | pg.ClientBase, { question: { service, versions }, toRead }: KpiPlan, leftOut: WithheldDays
): Promise<Sends> {
  const types = new Set(versions.flatMap(eventTermsOf).filter(isOptional).map(({ events }) => events))
  const authorityIds = [...new Set(toRead.map(({ authority }) => authority.id))]
  const sent = new Map(await Promise.all([...types].map(async (events): Promise<[string, Map<number, Sent>]> =>
    [events, await readSent(client, { authorityIds, serviceId: service.id, type: EVENT_TYPES[events] }, leftOut)]
  )))
  return (authorityId, term) => {
    if (!isOptional(term)) return true
    const own = sent.get(term.events)?.get(authorityId)
    if (own === undefined) return false
    return term.avoidable === true ? own.avoidable : outcomesOf(term).some((outcome) => own.outcomes.has(outcome))
  }
}
