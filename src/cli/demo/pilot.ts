import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { PROFILES, type Profile } from './profiles.ts'

/** How a system sends: each case alone, counts of a day, counts of a week, or weekly figures in place of events. */
export type Sends = 'cases' | 'days' | 'weeks' | 'figures'

/** A service of an authority, as one system sends it. */
export interface Delivery {
  owner: string
  authority: string
  profile: Profile
  sends: Sends
  /** Inhabitants in thousands, fixed here so that a later census does not change what was sent. */
  thousands: number
  /** Bins emptied a week. */
  collections: number
  /** Missed bins as parts of Solihull's by inhabitant. */
  missed: number
  /** Days before today from which on nothing comes. */
  silentDays: number
}

const DATA = join(import.meta.dirname, '../demo-data')

/** Who sends what in the demo: `demo-data/deliveries.csv`, with the sizes of `bodies.csv`. */
export function pilotDeliveries (): Delivery[] {
  const bodies = new Map(rows('bodies').map((row) => [row['slug'], row]))
  return rows('deliveries').map(({ owner = '', authority = '', service, sends, silent_days: silentDays }) => {
    const body = bodies.get(authority)
    const profile = PROFILES.find((one) => one.service === service)
    if (body === undefined || profile === undefined) throw new RangeError(`${authority} ${service} is in no table`)
    return {
      owner,
      authority,
      profile,
      sends: sends as Sends,
      thousands: Number(body['residents_thousand']),
      collections: Number(body['collections_a_week']),
      missed: Number(body['missed']),
      silentDays: Number(silentDays)
    }
  })
}

function rows (name: string): Array<Record<string, string>> {
  const text = readFileSync(join(DATA, `${name}.csv`), 'utf8')
  return parse(text, { columns: true }) as unknown as Array<Record<string, string>>
}
