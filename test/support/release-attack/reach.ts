import type { App } from '../../../src/app.ts'
import { eventsOfDay } from './year/generate.ts'
import { CHANNEL_ALIASES } from '../../../src/cli/demo/profiles.ts'
import { PROFILES } from './year/profiles.ts'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { addPeriods, periodStart, type DateRange } from '../../../src/domain/period.ts'
import { get, kpiUrl, operator, send, seriesUrl, testSource } from '../builders.ts'
import { formatRange } from './days.ts'

/** How many of the values that reach the threshold the public sees. */
export interface Reach { large: number, shown: number }

const COLLECTIONS_A_WEEK = 24_000

/** A year of Solihull's missed bins, with its wards' collections. */
export async function sendSolihullYear (app: App, days: DateRange): Promise<void> {
  const headers = await testSource(app, 'solihull/demo', { services: ['report-missed-bin'], channels: CHANNEL_ALIASES })
  const { data } = await get(app, '/v1/areas?authority=solihull') as {
    data: Array<{ code: string, valid_from: string | null, valid_to: string | null }>
  }
  const wards = data.map(({ code, valid_from: first, valid_to: last }) => ({
    code, from: first === null ? -Infinity : parseDay(first)!, to: last === null ? Infinity : parseDay(last)!
  }))
  const profile = PROFILES.find(({ service }) => service === 'report-missed-bin')!
  const events: object[] = []
  for (let day = days.start; day < days.end; day++) events.push(...eventsOfDay({ authority: 'solihull', profile, wards }, day))
  for (let i = 0; i < events.length; i += 2500) await send(app, 'events', headers, events.slice(i, i + 2500))
  const collections: object[] = []
  for (let week = periodStart('week', days.start + 6); week + 7 <= days.end; week += 7) {
    const all = { authority: 'solihull', service: 'report-missed-bin', measure: 'collections_made', period: 'week', start_on: formatDay(week) }
    const open = wards.filter(({ from, to }) => from <= week && week + 6 <= to)
    collections.push({ ...all, value: COLLECTIONS_A_WEEK * 17 })
    collections.push(...open.map(({ code }) => ({ ...all, ward: code, value: COLLECTIONS_A_WEEK })))
  }
  for (let month = periodStart('month', days.start); addPeriods('month', month, 1) <= days.end; month = addPeriods('month', month, 1)) {
    const all = { authority: 'solihull', service: 'report-missed-bin', measure: 'collections_made', period: 'month', start_on: formatDay(month) }
    const open = wards.filter(({ from, to }) => from <= month && addPeriods('month', month, 1) - 1 <= to)
    collections.push(...open.map(({ code }) => ({ ...all, ward: code, value: COLLECTIONS_A_WEEK * 4 })))
  }
  await send(app, 'observations', headers, collections)
}

interface Value { value: number | null, numerator?: number | null, denominator?: number | null }
interface Answer { data: Array<{ group: Record<string, string>, values: Value[] }> }

/** What the public sees of what the operator sees. */
async function compare (app: App, url: string, isLarge: (value: Value) => boolean): Promise<Reach> {
  const whole = await get(app, url, operator) as Answer
  const shown = await get(app, url) as Answer
  const byWard = new Map(shown.data.map(({ group, values }) => [group['ward'], values]))
  const reach: Reach = { large: 0, shown: 0 }
  for (const { group, values } of whole.data) {
    for (const [i, value] of values.entries()) {
      if (value.value === null || !isLarge(value)) continue
      reach.large++
      if ((byWard.get(group['ward'])?.[i]?.value ?? null) !== null) reach.shown++
    }
  }
  return reach
}

/** The table of docs/disclosure-control.md; all but the last are of values whose count reaches the threshold. */
export async function reachOf (app: App, days: DateRange, threshold: number): Promise<Record<string, Reach>> {
  const asked = (period: string) => {
    const [start_on, end_on] = formatRange(days).split('&').map((one) => one.split('=')[1]!)
    return { authority: 'solihull', period, start_on: start_on!, end_on: end_on!, group_by: 'ward' }
  }
  const large = ({ value }: Value): boolean => value! >= threshold
  const above = ({ numerator }: Value): boolean => (numerator ?? 0) >= threshold
  const rest = ({ numerator, denominator }: Value): number => (denominator ?? 0) - (numerator ?? 0)
  const bothSides = (value: Value): boolean => above(value) && (rest(value) === 0 || rest(value) >= threshold)
  return {
    'ward totals by week': await compare(app, seriesUrl(asked('week')), large),
    'ward totals by month': await compare(app, seriesUrl(asked('month')), large),
    'ward totals by quarter': await compare(app, seriesUrl(asked('quarter')), large),
    'transactions by ward and week': await compare(app, kpiUrl('transactions', asked('week')), above),
    'reported missed per 100,000 by ward and month': await compare(app, kpiUrl('reported-missed-per-100000', asked('month')), above),
    'missed per 100,000 by ward and month': await compare(app, kpiUrl('missed-per-100000', asked('month')), above),
    'digital take-up by ward and quarter': await compare(app, kpiUrl('digital-take-up', asked('quarter')), bothSides),
    'avoidable contact by ward and quarter': await compare(app, kpiUrl('avoidable-contact', asked('quarter')), bothSides),
    'wards by outcome and month': await compare(app, seriesUrl({ ...asked('month'), group_by: ['ward', 'outcome'] }), large)
  }
}
