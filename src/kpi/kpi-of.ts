import type { Directory } from '../catalogue/directory.ts'
import { workedOut, type Published } from '../disclosure/gate.ts'
import type { Session } from '../disclosure/session.ts'
import { readKpiValues } from './answer.ts'
import type { KpiVersion } from '../domain/kpi/definition.ts'
import type { KpiQuestion, KpiValue } from './question.ts'

/** What a KPI is asked for; `periods` are any ranges of days, in order. */
export interface AskedKpi
  extends Pick<KpiQuestion, 'versions' | 'service' | 'authorities' | 'periods' | 'today'> { split?: 'none' | 'channel' }

/** A value that is neither missing nor suppressed. */
export type KnownValue = Published<KpiValue> & { version: KpiVersion, value: number }

export const isKnown = (one: Published<KpiValue>): one is KnownValue => one.value !== null && one.version !== null

/** Authorities times periods in one question: bounds how many values are in memory at once. */
const MOST_VALUES = 5000

/**
 * The KPI that `/v1` answers with, for those who show it in another form: the same function, asked for as many periods
 * as they need, a few at a time.
 */
export async function readKpi (
  session: Session, directory: Directory, asked: AskedKpi
): Promise<Array<Published<KpiValue>>> {
  const { authorities, periods, split = 'none' } = asked
  const most = Math.max(1, Math.floor(MOST_VALUES / authorities.length))
  const all: Array<Published<KpiValue>> = []
  for (let first = 0; authorities.length > 0 && first < periods.length; first += most) {
    const some = await readKpiValues(session, directory, {
      ...asked, periods: periods.slice(first, first + most), split, top: 0
    })
    all.push(...some.map((one) => workedOut([one], () => later(one, first))))
  }
  return all
}

const later = (one: KpiValue, periods: number): KpiValue => ({ ...one, period: one.period + periods })
