import type { App } from '../../../src/app.ts'
import { addDays, formatRange } from './days.ts'
import { formatDay, parseDay } from '../../../src/domain/calendar.ts'
import { periodStart, type DateRange, type Period } from '../../../src/domain/period.ts'
import { get } from '../builders.ts'
import type { Knowledge, Selection } from './knowledge.ts'
import { AUTHORITY, SERVICE } from './questions.ts'
import { usrnOf } from './world.ts'

const COMPLETED = ['reported', 'confirmed', 'unjustified']
/** What stands above and below; left out: no count of events. `figures`: only the days of the collections count. */
export const KPIS: Record<string, { above: Selection, below?: Selection, figures?: true }> = {
  transactions: { above: { outcomes: COMPLETED } },
  'digital-take-up': {
    above: { channels: ['web'], outcomes: COMPLETED },
    below: { channels: ['web', 'telephone-agent', 'email'], outcomes: COMPLETED }
  },
  'avoidable-contact': { above: { avoidable: true }, below: {} },
  'reported-missed-per-100000': { above: { outcomes: COMPLETED }, figures: true },
  'missed-per-100000': { above: { outcomes: ['confirmed'] }, figures: true }
}

interface KpiValue {
  start_on: string
  end_on: string
  value: number | null
  numerator: number | null
  denominator: number | null
  status: string
  coverage: number | null
  basis?: string
}

export interface KpiQuestion {
  kpi: string
  period: Period
  range: DateRange
  by: 'none' | 'ward' | 'street' | 'channel'
  ward?: number
  compare?: boolean
}

/** Asks for a KPI; both its sides are figures, and those it is compared with as well. */
export async function askKpi (app: App, knowledge: Knowledge, question: KpiQuestion): Promise<void> {
  const { world } = knowledge
  const { kpi, period, range, by, ward, compare } = question
  const { above, below, figures } = KPIS[kpi]!
  const url = `/v1/kpis/${kpi}/series?authority=${AUTHORITY}&service=${SERVICE}&period=${period}&${formatRange(range)}` +
    (by === 'none' ? '' : `&group_by=${by}`) + (by === 'street' ? '&top=500' : '') +
    (ward === undefined ? '' : `&ward=${world.wards[ward]}`) + (compare === true ? '&compare_with=previous' : '')
  for (const { group, values } of (await get(app, url)).data as Array<{ group: Record<string, string>, values: KpiValue[] }>) {
    const place = placeOf(knowledge, group, ward)
    if (place === undefined) continue
    for (const value of values.flatMap((one) => [one, (one as unknown as { compared?: KpiValue }).compared ?? []].flat())) {
      if (value.status === 'suppressed' && [value.value, value.numerator, value.denominator].some((n) => n !== null)) {
        knowledge.faults.push(`${url} ${value.start_on}: a value where its status is suppressed`)
      }
      // Without all collections, or by weeks, other days count than those of the period.
      if (figures === true && (value.basis === 'weeks' || value.coverage !== 1)) continue
      const see = (side: Selection, number: number | null, name: string): void => {
        const figure = {
          ...place,
          ...side,
          ...(group['channel'] !== undefined && { channels: within(side.channels, group['channel']) }),
          start: parseDay(value.start_on)!,
          end: parseDay(value.end_on)! + 1,
          value: number,
          what: `${url} ${JSON.stringify(group)} ${name}`
        }
        if (by === 'ward' || by === 'street' || ward !== undefined) knowledge.see(figure)
        else if (number !== null) knowledge.seeLive(figure)
      }
      see(above, value.numerator, 'numerator')
      if (below !== undefined) see(below, value.denominator, 'denominator')
    }
  }
}

const within = (channels: readonly string[] | undefined, channel: string): string[] =>
  channels === undefined || channels.includes(channel) ? [channel] : []

function placeOf ({ world }: Knowledge, group: Record<string, string>, ward: number | undefined) {
  if (group['street'] === undefined) {
    return { ward: group['ward'] === undefined ? ward ?? -1 : world.wards.indexOf(group['ward']) }
  }
  if (group['street'] === 'unknown') return { ward: ward ?? -1, street: 0 }
  for (const [of] of world.wards.entries()) {
    for (let street = 1; street <= world.streets; street++) {
      if (String(usrnOf(of, street)) === group['street']) return { ward: of, street }
    }
  }
  return undefined
}

/** The authority among others: its sides are its own live figures. */
export async function askComparison (app: App, knowledge: Knowledge, kpi: string, period: Period, day: number): Promise<void> {
  const start = periodStart(period, day)
  const url = `/v1/kpis/${kpi}/comparison?service=${SERVICE}&period=${period}&${formatRange({ start, end: start + 1 }).split('&')[0]}`
  const answer = await get(app, url) as { start_on: string, end_on: string, data: Array<{ authority: { slug: string }, numerator: number | null }> }
  const row = answer.data.find(({ authority }) => authority.slug === AUTHORITY)
  if (row?.numerator == null || KPIS[kpi]!.figures === true) return
  knowledge.seeLive({
    ...KPIS[kpi]!.above, ward: -1, start: parseDay(answer.start_on)!, end: addDays(answer.end_on, 1), value: row.numerator, what: url
  })
}

/** The records of the old dialect, one a ward and week. */
export async function askOldDialect (app: App, knowledge: Knowledge): Promise<void> {
  const { world } = knowledge
  const url = `/data/${AUTHORITY}-${SERVICE}/transactions-by-ward`
  const weeks = `start_at=${formatDay(periodStart('week', world.start))}T00:00:00Z&end_at=${formatDay(periodStart('week', world.start + world.days + 70))}T00:00:00Z`
  for (const query of ['', `period=week&group_by=ward&collect=count:sum&${weeks}`]) {
    const { data } = await get(app, `${url}?${query}`) as { data: Array<Record<string, unknown>> }
    const rows = data.flatMap((one) =>
      (one['values'] as Array<Record<string, unknown>> | undefined)?.map((value): Record<string, unknown> => ({ ...one, ...value })) ?? [one])
    for (const row of rows) {
      const at = (row['_start_at'] ?? row['_timestamp']) as string | undefined
      const value = (Object.hasOwn(row, 'count:sum') ? row['count:sum'] : row['count']) as number | null | undefined
      if (at === undefined || value === undefined || row['_count'] === 0) continue
      const start = periodStart('week', parseDay(at.slice(0, 10))!)
      knowledge.see({
        ward: row['ward'] === 'unknown' ? world.wards.length - 1 : world.wards.findIndex((code) => nameOf(code) === row['ward']),
        start,
        end: start + 7,
        value,
        what: `${url}?${query} ${String(row['ward'])}`
      })
    }
  }
}

/** The name that the made-up wards have. */
export const nameOf = (code: string): string => `Ward ${code}`
