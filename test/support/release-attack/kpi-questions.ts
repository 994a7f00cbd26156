import type { App } from '../../../src/app.ts'
import { formatRange } from './days.ts'
import { parseDay } from '../../../src/domain/calendar.ts'
import type { DateRange, Period } from '../../../src/domain/period.ts'
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

interface KpiRow { group: Record<string, string>, values: Array<KpiValue & { compared?: KpiValue }> }

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
  const names = `authority=${AUTHORITY}&service=${SERVICE}`
  const url = `/v1/kpis/${kpi}/series?${names}&period=${period}&${formatRange(range)}` +
    (by === 'none' ? '' : `&group_by=${by}`) + (by === 'street' ? '&top=500' : '') +
    (ward === undefined ? '' : `&ward=${world.wards[ward]}`) + (compare === true ? '&compare_with=previous' : '')
  for (const { group, values } of (await get(app, url)).data as KpiRow[]) {
    const place = placeOf(knowledge, group, ward)
    if (place === undefined) continue
    for (const value of values.flatMap(({ compared, ...one }) => compared === undefined ? [one] : [one, compared])) {
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
