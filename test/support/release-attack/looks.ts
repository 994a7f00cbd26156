import type { App } from '../../../src/app.ts'
import { localDay } from '../../../src/domain/calendar.ts'
import { addPeriods, periodStart, type DateRange, type Period } from '../../../src/domain/period.ts'
import type { Knowledge } from './knowledge.ts'
import { askKpi, KPIS } from './kpi-questions.ts'
import { askComparison, askOldDialect } from './other-questions.ts'
import { askSeries } from './questions.ts'
import type { World } from './world.ts'

interface Viewed { app: App, clock: { now: number }, world: World, knowledge: Knowledge }

const PERIODS: Period[] = ['week', 'month', 'quarter', 'financial_year']

/** Wards' totals, and the authority's own figures of the last days. */
export async function look ({ app, clock, world, knowledge }: Viewed, isLive: boolean): Promise<void> {
  const today = localDay(clock.now)
  if (isLive) knowledge.release({ upTo: today, isRevision: true })
  const range = { start: world.start, end: Math.max(today, world.start) + 1 }
  const lately = { start: Math.max(world.start, today - 9), end: range.end }
  await askSeries(app, knowledge, { period: 'day', range: lately, by: ['channel', 'outcome'] })
  await askSeries(app, knowledge, { period: 'day', range: lately, by: ['ward'] })
  for (const period of PERIODS) await askSeries(app, knowledge, { period, range, by: ['ward'] })
}

/** Every question that the public may ask about wards and streets. */
export async function lookAtEverything ({ app, clock, world, knowledge }: Viewed): Promise<void> {
  const today = localDay(clock.now)
  const range = { start: world.start, end: today + 1 }
  const ranges = [range, { start: world.start + 9, end: Math.max(world.start + 20, today - 5) }]
  for (const by of [['ward'], ['ward', 'channel'], ['ward', 'outcome'], ['ward', 'channel', 'outcome']] as const) {
    for (const period of [...PERIODS, 'day', 'year'] as Period[]) {
      for (const range of ranges) await askSeries(app, knowledge, { period, range, by: [...by] })
    }
  }
  for (const period of ['week', 'month', 'quarter'] as Period[]) {
    const filters = [
      ...world.channels.map((channel) => ({ channel })), ...world.outcomes.map((outcome) => ({ outcome }))
    ]
    for (const filter of filters) await askSeries(app, knowledge, { period, range, by: ['ward'], filter })
    await askSeries(app, knowledge, { period, range, by: ['ward'], csv: true })
    for (const ward of world.wards.keys()) {
      await askSeries(app, knowledge, { period, range, by: [], filter: { ward } })
      await askSeries(app, knowledge, { period, range, by: ['channel'], filter: { ward } })
    }
    for (const kpi of Object.keys(KPIS)) {
      await askKpi(app, knowledge, { kpi, period, range, by: 'ward', compare: true })
      await askKpi(app, knowledge, { kpi, period, range, by: 'ward', ward: 0 })
      await askComparison(app, knowledge, kpi, period, today - 8)
    }
  }
  await askSeries(app, knowledge, { period: 'day', range, by: ['channel', 'outcome'] })
  await askOldDialect(app, knowledge)
  if (world.streets > 0) await lookAtStreets({ app, knowledge, range })
}

async function lookAtStreets ({ app, knowledge, range }: Pick<Viewed, 'app' | 'knowledge'> & { range: DateRange }): Promise<void> {
  const { world } = knowledge
  range = { start: range.start, end: addPeriods('month', periodStart('month', range.end - 1), 1) } // they are kept by month
  for (const period of ['month', 'quarter', 'financial_year', 'year'] as Period[]) {
    for (const by of [['street'], ['ward', 'street'], ['ward', 'street', 'outcome'], ['street', 'outcome']] as const) {
      await askSeries(app, knowledge, { period, range, by: [...by] })
    }
    for (const ward of world.wards.keys()) await askSeries(app, knowledge, { period, range, by: ['street'], filter: { ward } })
    for (const kpi of ['transactions']) { // streets are kept without channel
      await askKpi(app, knowledge, { kpi, period, range, by: 'street' })
      await askKpi(app, knowledge, { kpi, period, range, by: 'street', ward: 1 })
    }
  }
}
