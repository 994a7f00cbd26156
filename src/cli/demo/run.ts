import { parseDay } from '../../domain/calendar.ts'
import type { Client } from './client.ts'
import { eventsOfDay, type DemoSeries, type Ward } from './generate.ts'
import { pilotSources, type DemoSource } from './pilot.ts'
import { CHANNEL_ALIASES } from './profiles.ts'

const NAME = 'demo'
const ROWS_A_REQUEST = 2500
/** The authority and service told event by event, with ward and street; all others send counts. */
const IN_DETAIL = { authority: 'solihull', service: 'report-missed-bin' }

export interface Sent { stored: number, duplicates: number }

interface Options {
  client: Client
  operatorToken: string
  /** Local days, both inclusive. */
  from: number
  to: number
  /** Told how many of how many events are sent. */
  onProgress: (sent: number, total: number) => void
}

/** Sends the pilot's events of the days asked for, each source with a token of its own that ends with the run. */
export async function sendDemo ({ client, operatorToken, from, to, onProgress }: Options): Promise<Sent> {
  const wards = await wardsOf(client, IN_DETAIL.authority)
  const batches = pilotSources().map((source) => ({ source, events: eventsOf(source, wards, from, to) }))
  const total = batches.reduce((sum, { events }) => sum + events.length, 0)
  const sent: Sent = { stored: 0, duplicates: 0 }
  onProgress(0, total)
  for (const { source, events } of batches) {
    const path = `/v1/sources/${source.owner}/${NAME}`
    await client.request('PUT', path, operatorToken, settingsOf(source))
    const { id, token } = await client.request<{ id: string, token: string }>('POST', `${path}/tokens`, operatorToken, {
      days: 1
    })
    for (let start = 0; start < events.length; start += ROWS_A_REQUEST) {
      const receipt = await client.request<Sent>(
        'POST', '/v1/events', token, events.slice(start, start + ROWS_A_REQUEST)
      )
      sent.stored += receipt.stored
      sent.duplicates += receipt.duplicates
      onProgress(sent.stored + sent.duplicates, total)
    }
    await client.request('DELETE', `${path}/tokens/${id}`, operatorToken)
  }
  return sent
}

function settingsOf ({ owner, delivers }: DemoSource) {
  const others = new Set(delivers.map(({ authority }) => authority).filter((authority) => authority !== owner))
  return {
    services: [...new Set(delivers.map(({ profile }) => profile.service))],
    provider_for: [...others],
    channels: CHANNEL_ALIASES
  }
}

function eventsOf ({ delivers }: DemoSource, wards: Ward[], from: number, to: number) {
  const series = delivers.map(({ authority, profile }): DemoSeries => ({
    authority, profile, wards: authority === IN_DETAIL.authority && profile.service === IN_DETAIL.service ? wards : []
  }))
  return Array.from({ length: to - from + 1 }, (_, n) => series.flatMap((one) => eventsOfDay(one, from + n)))
    .flat()
}

async function wardsOf (client: Client, authority: string): Promise<Ward[]> {
  interface Area {
    code: string
    valid_from: string | null
    valid_to: string | null
  }
  const { data } = await client.request<{ data: Area[] }>('GET', `/v1/areas?authority=${authority}`)
  return data.map(({ code, valid_from: first, valid_to: last }) => ({
    code,
    from: first === null ? -Infinity : parseDay(first) ?? -Infinity,
    to: last === null ? Infinity : parseDay(last) ?? Infinity
  }))
}

/** Three questions that the demo's data answers. */
export function linesWorthTrying (base: string): string[] {
  return [
    '/v1/series?authority=solihull&service=report-missed-bin&period=week&duration=4&group_by=ward',
    '/v1/series?service=renew-library-item&authority=surrey&authority=cambridgeshire&group_by=authority&period=month',
    '/v1/series?authority=nottingham&service=pay-council-tax&group_by=channel&period=month&duration=3&format=csv'
  ].map((path) => `curl '${new URL(path, base).href}'`)
}
