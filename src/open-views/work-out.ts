import { dayOf, dayParts, parseDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES } from '../domain/event.ts'
import { periodStart } from '../domain/period.ts'
import { countMeasures } from '../observations/count-measures.ts'
import { readExtent } from '../rollups/index.ts'
import type pg from 'pg'
import type { Asked } from './asked.ts'
import { kpiRowsOf, type KpiRow } from './kpi-rows.ts'
import { seriesRowsOf, type SeriesRow } from './series-rows.ts'
import { readBegun, readObserved, type Place } from './store/places.ts'

/** What closes a period: the last week of a month may end this many days after it. */
const DAYS_OF_A_WEEK = 7

/**
 * Every row of a place, or those of the periods that `since` (a local day) and later days have a part in, where nothing
 * was committed since.
 */
export async function workOut (
  client: pg.ClientBase, asked: Asked, place: Place, since: number | undefined
): Promise<{ from: number, series: SeriesRow[], kpis: KpiRow[] }> {
  const { directory, authority, service } = asked
  const { measureIds, first } = await readObserved(client, place)
  const extents = new Map<string, number>()
  for (const type of EVENT_TYPE_NAMES) {
    const extent = await readExtent(client, {
      authorityIds: [authority.id], serviceId: service.id, type: EVENT_TYPES[type]
    })
    const isCounted = countMeasures(directory, service, type).some(({ measure }) => measureIds.includes(measure.id))
    const start = Math.min(extent?.start ?? Infinity, isCounted ? parseDay(first ?? '') ?? Infinity : Infinity)
    if (start < Infinity) extents.set(type, start)
  }
  const earliest = Math.min(...extents.values(), parseDay(first ?? '') ?? Infinity)
  if (earliest === Infinity) return { from: 0, series: [], kpis: [] }
  const day = since === undefined ? earliest : Math.max(since - DAYS_OF_A_WEEK, earliest)
  const fromYear = dayParts(day).year
  const from = Math.min(dayOf(fromYear, 1, 1), periodStart('financial_year', day))
  const begun: ReadonlySet<string> = since === undefined ? new Set() : await readBegun(client, place)
  const series: SeriesRow[] = []
  for (const type of EVENT_TYPE_NAMES) {
    if (extents.has(type)) series.push(...await seriesRowsOf(asked, type, fromYear, begun.has(type)))
  }
  return { from: since === undefined ? 0 : from, series, kpis: await kpiRowsOf(asked, from, begun) }
}
