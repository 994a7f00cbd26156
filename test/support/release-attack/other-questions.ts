import type { App } from '../../../src/app.ts'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { periodStart, type Period } from '../../../src/domain/period.ts'
import { get } from '../builders.ts'
import { addDays } from './days.ts'
import type { Knowledge } from './knowledge.ts'
import { KPIS } from './kpi-questions.ts'
import { AUTHORITY, SERVICE } from './questions.ts'
import { nameOf } from './world.ts'

interface Comparison {
  start_on: string
  end_on: string
  data: Array<{ authority: { slug: string }, numerator: number | null }>
}

/** The authority among others: its sides are its own live figures. */
export async function askComparison (
  app: App, knowledge: Knowledge, kpi: string, period: Period, day: number
): Promise<void> {
  const start = periodStart(period, day)
  const url = `/v1/kpis/${kpi}/comparison?service=${SERVICE}&period=${period}&start_on=${formatDay(start)}`
  const answer = await get(app, url) as Comparison
  const row = answer.data.find(({ authority }) => authority.slug === AUTHORITY)
  if (row?.numerator == null || KPIS[kpi]!.figures === true) return
  knowledge.seeLive({
    ...KPIS[kpi]!.above,
    ward: -1,
    start: parseDay(answer.start_on)!,
    end: addDays(answer.end_on, 1),
    value: row.numerator,
    what: url
  })
}

type Row = Record<string, unknown>

/** The records of the old dialect, one a ward and week. */
export async function askOldDialect (app: App, knowledge: Knowledge): Promise<void> {
  const { world } = knowledge
  const url = `/data/${AUTHORITY}-${SERVICE}/transactions-by-ward`
  const names = world.wards.map(nameOf)
  const monday = (day: number): string => `${formatDay(periodStart('week', day))}T00:00:00Z`
  const weeks = `start_at=${monday(world.start)}&end_at=${monday(world.start + world.days + 70)}`
  for (const query of ['', `period=week&group_by=ward&collect=count:sum&${weeks}`]) {
    const { data } = await get(app, `${url}?${query}`) as { data: Array<Row & { values?: Row[] }> }
    const rows = data.flatMap(({ values, ...one }): Row[] => values?.map((value) => ({ ...one, ...value })) ?? [one])
    for (const row of rows) {
      const at = (row['_start_at'] ?? row['_timestamp']) as string | undefined
      const value = (Object.hasOwn(row, 'count:sum') ? row['count:sum'] : row['count']) as number | null | undefined
      if (at === undefined || value === undefined || row['_count'] === 0) continue
      const start = periodStart('week', parseDay(at.slice(0, 10))!)
      knowledge.see({
        ward: row['ward'] === 'unknown' ? world.wards.length - 1 : names.indexOf(row['ward'] as string),
        start,
        end: start + 7,
        value,
        what: `${url}?${query} ${String(row['ward'])}`
      })
    }
  }
}
