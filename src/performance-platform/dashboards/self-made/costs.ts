import type { Module } from '../document/schema.ts'
import { sentBy, slugOf, type AuthorityServicePage } from './service-page.ts'
import { DATES, sourceOf, type Periods } from './modules.ts'

const TYPE = 'cost-per-transaction'
const COST = 'cost_per_transaction:mean'
/** The periods that costs are sent for, as the data API has them: the finest that has any is the one they come in. */
const PERIODS: Periods[] = [
  { period: 'week', duration: 9 },
  { period: 'month', duration: 12 },
  { period: 'quarter', duration: 8 },
  { period: 'year', duration: 5 }
]

/** What a transaction costs, period by period. */
export async function costModules ({ pair, read }: AuthorityServicePage): Promise<Module[]> {
  for (const periods of PERIODS) {
    const source = sourceOf(slugOf(pair), TYPE, periods, { collect: [COST], flatten: true })
    if (!(await read(source)).some((row) => typeof row[COST] === 'number')) continue
    return [{
      slug: TYPE,
      'module-type': 'table',
      title: 'Cost per transaction',
      info: [sentBy(pair), 'What the service cost in a period, divided by its transactions.'],
      axes: { x: DATES, y: [{ label: 'Cost per transaction', key: COST, format: { type: 'currency', pence: true } }] },
      'data-source': source
    }]
  }
  return []
}
