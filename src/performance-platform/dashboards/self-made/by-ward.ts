import { EVENT_TYPES } from '../../../domain/event.ts'
import { BY_WARD } from '../../read/typed.ts'
import type { Module } from '../document/schema.ts'
import { sentBy, slugOf, type AuthorityServicePage } from './service-page.ts'
import { countTable, sourceOf } from './modules.ts'
import { recentPeriodsOf } from './recent-periods.ts'

/** Transactions of the last week by ward, where any of a ward may be published. */
export async function wardModules ({ pair, newest, read, now }: AuthorityServicePage): Promise<Module[]> {
  const periods = recentPeriodsOf(newest, EVENT_TYPES.transaction, now, 1)
  if (periods?.period !== 'week') return []
  const source = sourceOf(slugOf(pair), BY_WARD, periods, {
    collect: ['count:sum'], group_by: ['ward'], sort_by: 'ward:ascending', flatten: false
  })
  const rows = await read(source)
  if (!rows.some((row) => row['ward'] !== 'unknown' && row['count:sum'] !== null)) return []
  return [countTable({
    slug: 'by-ward',
    title: 'Transactions by ward',
    info: [sentBy(pair), 'Shows the last week with figures. A dash: not published.'],
    source,
    rows,
    key: 'ward',
    label: 'Ward'
  })]
}
