import { DAY_MS } from '../../../domain/calendar.ts'
import type { Row } from '../../read/shape.ts'
import { startOfPeriod } from '../../utc-period.ts'
import type { Module } from '../document/schema.ts'
import { sentBy, slugOf, type AuthorityServicePage } from './service-page.ts'
import { DATES, sourceOf, type Periods } from './modules.ts'

// Typed ratings first, then those that an old sender keeps in a data set of its own; both in the fields of the old
// platform.
const RATED = ['user-satisfaction-score', 'customer-satisfaction']
const RATINGS = ['rating_1:sum', 'rating_2:sum', 'rating_3:sum', 'rating_4:sum', 'rating_5:sum', 'total:sum']

const LABELS = [
  'Very dissatisfied', 'Dissatisfied', 'Neither satisfied or dissatisfied', 'Satisfied', 'Very satisfied'
]
const COLUMNS = [
  { label: 'User satisfaction', key: 'rating', format: 'percent' },
  ...LABELS.map((label, i) => ({ label, key: `rating_${i + 1}:sum`, format: 'integer' }))
]

const BY_DAY: Periods = { period: 'day', duration: 30 }
const LONGER: Periods[] = [
  { period: 'week', duration: 9 }, { period: 'month', duration: 12 }, { period: 'quarter', duration: 4 }
]

/** User satisfaction, by the period in which the ratings come. */
export async function satisfactionModules ({ pair, read }: AuthorityServicePage): Promise<Module[]> {
  for (const type of RATED) {
    const rated = async (periods: Periods): Promise<Row[]> =>
      (await read(sourceAs(periods))).filter((row) => Number(row['total:sum']) > 0)
    const sourceAs = (periods: Periods) =>
      sourceOf(slugOf(pair), type, periods, { collect: RATINGS, flatten: true })
    const days = await rated(BY_DAY)
    const periods = days.length > 0 && !areOneAWeek(days) ? BY_DAY : await firstWith(LONGER, rated) ?? BY_DAY
    if (days.length === 0 && periods === BY_DAY) continue
    return [{
      slug: 'user-satisfaction',
      'module-type': 'user_satisfaction_graph',
      title: 'User satisfaction',
      info: [sentBy(pair), 'Ratings from 1 to 5 after a transaction; their mean is shown as a percentage.'],
      'value-attribute': 'rating',
      'axis-period': periods.period,
      axes: { x: DATES, y: COLUMNS },
      'data-source': sourceAs(periods)
    }]
  }
  return []
}

/** Whether they come weekly: in more than one week, and on one day of each. */
function areOneAWeek (days: readonly Row[]): boolean {
  const weeks = new Set(days.map((row) => startOfPeriod('week', Date.parse(String(row['_start_at']))) / DAY_MS))
  return weeks.size > 1 && weeks.size === days.length
}

async function firstWith (all: readonly Periods[], read: (periods: Periods) => Promise<Row[]>) {
  for (const periods of all) if ((await read(periods)).length > 0) return periods
  return undefined
}
