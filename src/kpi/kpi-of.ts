import type { Directory } from '../catalogue/directory.ts'
import type { Reader } from '../disclosure/reader.ts'
import type { KpiCell, KpiQuestion } from './question.ts'
import { readKpiCells } from './read-cells.ts'

/** What a KPI is asked for; `periods` are any ranges of days, in order. */
export interface AskedKpi
  extends Pick<KpiQuestion, 'versions' | 'service' | 'authorities' | 'periods' | 'today'> { split?: 'none' | 'channel' }

/** Authorities times periods in one question: bounds what is held at once. */
const MOST_SLOTS = 5000

/**
 * The KPI that `/v1` answers with, for those who show it in another form: the same function, asked for as many periods
 * as they need, a few at a time.
 */
export async function readKpi (reader: Reader, directory: Directory, asked: AskedKpi): Promise<KpiCell[]> {
  const { authorities, periods, split = 'none' } = asked
  const most = Math.max(1, Math.floor(MOST_SLOTS / authorities.length))
  const cells: KpiCell[] = []
  for (let first = 0; authorities.length > 0 && first < periods.length; first += most) {
    const some = await readKpiCells(reader, directory, {
      ...asked, periods: periods.slice(first, first + most), split, top: 0
    })
    cells.push(...some.map((cell) => ({ ...cell, period: cell.period + first })))
  }
  return cells
}
