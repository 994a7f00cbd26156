import type { App } from '../../src/app.ts'
import { event, get, send, testSource, type Headers } from './builders.ts'
import { WEEK, weekAsEvents } from './solihull-week.ts'

export interface RealWeek {
  /** Of the source that sent it. */
  headers: Headers
  /** The wards of 2014 by name. */
  codeOf: Map<string, string>
  nameOf: Map<string, string>
}

/**
 * After the financial year of the real week: a first release of all of it shows every large ward, where anything was
 * reported at its end. One of Monday 2 June shows May as well, and so withholds the week of wards with a small count on
 * Sunday 1 June.
 */
export const A_YEAR_LATER = '2015-04-13T12:00:00Z'

/** Missed bins by ward, as they were sent; the unnamed ward is `unknown`. */
export const MISSED: Record<string, number> =
  Object.fromEntries(WEEK.map(({ ward, missed }) => [ward === 'NULL' ? 'unknown' : ward, missed]))

/** Sends the week of 26 May 2014 as single events; `later` adds a report at the end of its financial year. */
export async function sendRealWeek (
  app: App, { services = ['report-missed-bin'], later = false }: { services?: string[], later?: boolean } = {}
): Promise<RealWeek> {
  const headers = await testSource(app, 'solihull/bartec', { services, channels: { Phone: 'telephone-agent' } })
  const areas = (await get(app, '/v1/areas?authority=solihull')).data as Array<
    { name: string, code: string, valid_to: string | null }
  >
  const codeOf = new Map(areas.filter(({ valid_to }) => valid_to !== null).map(({ name, code }) => [name, code]))
  await send(app, 'events', headers, weekAsEvents(codeOf))
  if (later) {
    const more = { occurred_at: '2015-03-31T10:00:00+01:00', ward: codeOf.get('Blythe'), count: 50 }
    await send(app, 'events', headers, event('later', more))
  }
  return { headers, codeOf, nameOf: new Map(areas.map(({ name, code }) => [code, name])) }
}
