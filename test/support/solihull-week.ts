import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '../fixtures/solihull-missed-bin-by-ward-week-2014-05-26.json')

/** What the dashboard of 2014 got for the week of 26 May: missed bins by ward, one ward without a name. */
export const WEEK: Array<{ ward: string, missed: number }> =
  (JSON.parse(readFileSync(FILE, 'utf8')) as { data: Array<Record<string, unknown>> }).data
    .map((row) => ({ ward: row['ward'] as string, missed: row['missed_bins:sum'] as number }))

/** The week as single events, spread over its days; the unnamed ward stays unknown. `wardCode` is a lookup by name. */
export function weekAsEvents (wardCode: Map<string, string>): object[] {
  return WEEK.flatMap(({ ward, missed }) =>
    Array.from({ length: missed }, (_, i) => ({
      id: `2014-05-26-${ward.replaceAll(/[^A-Za-z]/g, '-')}-${i}`,
      authority: 'solihull',
      service: 'report-missed-bin',
      occurred_at: `2014-${i % 7 < 6 ? `05-${26 + i % 7}` : '06-01'}T${String(i % 24).padStart(2, '0')}:10:00+01:00`,
      channel: ['Phone', 'web', 'unknown'][i % 3],
      ward: ward === 'NULL' ? 'unknown' : wardCode.get(ward)
    }))
  )
}
