import { EVENT_TYPES } from '../../../domain/event.ts'
import { BY_STAGE } from '../../read/kpi-views.ts'
import type { Module } from '../document/schema.ts'
import { sentBy, slugOf, type AuthorityServicePage } from './service-page.ts'
import { COMPLETED_OF_STARTED, share, sourceOf } from './modules.ts'
import { recentPeriodsOf, WHOLE_WEEKS } from './recent-periods.ts'

export const COMPLETION_INFO =
  'The completion rate is journeys that were completed as a percentage of those that were started.'

/** The completion rate, of journeys that came as events, or counted by the week. */
export async function completionModules ({ pair, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.journey, now) ?? WHOLE_WEEKS
  const source = sourceOf(slugOf(pair), BY_STAGE, periods, {
    collect: ['count:sum'], group_by: ['stage'], flatten: true
  })
  if ((await read(source)).length === 0) return []
  return [share({
    slug: 'completion-rate',
    title: 'Completion rate',
    info: [sentBy(pair), COMPLETION_INFO],
    periods,
    source,
    of: COMPLETED_OF_STARTED
  })]
}
