import { dayParts, formatDay } from '../../domain/calendar.ts'
import type { DateRange } from '../../domain/period.ts'
import type { Client } from './client.ts'
import { strikeWeeks } from './days.ts'

/** Notes of the strikes, which every series of those days shows. The same note again changes nothing. */
export async function putNotes (client: Client, operatorToken: string, days: DateRange): Promise<string[]> {
  const ids: string[] = []
  for (const week of strikeWeeks(days)) {
    const id = `demo-strike-${dayParts(week).year}`
    await client.request('PUT', '/v1/annotations', operatorToken, {
      id,
      authority: 'solihull',
      service: 'report-missed-bin',
      start_on: formatDay(week),
      end_on: formatDay(week + 6),
      note: 'Crews on strike: two rounds in five were not collected.'
    })
    ids.push(id)
  }
  return ids
}
