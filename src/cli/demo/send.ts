import { dayOf, parseDay } from '../../domain/calendar.ts'
import type { Event } from '../../domain/event.ts'
import type { Observation } from '../../domain/observation.ts'
import type { DateRange } from '../../domain/period.ts'
import type { Client } from './client.ts'
import { correctionsOf } from './events/corrections.ts'
import type { Ward } from './events/cases.ts'
import { eventsOfDay } from './events/events-of-day.ts'
import { refusedRows } from './events/refused.ts'
import { observationsOf } from './observations/observations-of.ts'
import { pilotDeliveries, type Delivery } from './pilot.ts'
import { CHANNEL_ALIASES } from './profiles.ts'

export const SOURCE = 'demo'
/** The demo has nothing of it: the reference's examples do. */
const SENT_BY_EXAMPLES = 'report-missed-recycling'
const ROWS_A_REQUEST = 4000
const AT_ONCE = 3
/**
 * Solihull's system has wards and streets from this day on. It stays the same day, so that a later run sends what an
 * earlier one did; the audit of two and a half years of them takes minutes.
 */
const WARDS_SINCE = dayOf(2026, 1, 1)

/** `already`: rows that were stored before, as they are or corrected since. */
export interface Sent { events: number, observations: number, corrections: number, already: number }

interface Options {
  client: Client
  operatorToken: string
  /** Local days. */
  days: DateRange
  /** Told how many of how many rows are sent. */
  onProgress: (sent: number, total: number) => void
}

interface Receipt { stored: number, duplicates: number, revised: number, older?: number }
interface Batches {
  owner: string
  delivers: Delivery[]
  events: Event[]
  corrections: Event[]
  observations: Observation[]
}

/** Sends what the pilot's systems have of the days, each as a source with a token of its own that ends with the run. */
export async function sendDemo ({ client, operatorToken, days, onProgress }: Options): Promise<Sent> {
  const wards = await wardsOf(client, 'solihull')
  const left = [...Map.groupBy(pilotDeliveries(), ({ owner }) => owner)]
    .map(([owner, delivers]) => batchesOf(owner, delivers, wards, days))
  const total = left.reduce((sum, { events, corrections, observations }) =>
    sum + events.length + corrections.length + observations.length, 0)
  const sent: Sent = { events: 0, observations: 0, corrections: 0, already: 0 }
  let done = 0
  onProgress(0, total)
  const refusing = left.find(({ owner }) => owner === 'solihull')
  if (refusing !== undefined) await withToken(refusing, sendRefused)
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let batches = left.shift(); batches !== undefined; batches = left.shift()) {
      await withToken(batches, sendAll)
    }
  }))
  return sent

  async function sendAll ({ events, corrections, observations }: Batches, token: string): Promise<void> {
    const stored = {
      events: await sendRows(token, '/v1/events', events),
      observations: await sendRows(token, '/v1/observations', observations)
    }
    sent.events += stored.events
    sent.observations += stored.observations
    await sendRows(token, '/v1/events', corrections)
  }

  async function withToken (
    batches: Batches, send: (batches: Batches, token: string) => Promise<void>
  ): Promise<void> {
    const path = `/v1/sources/${batches.owner}/${SOURCE}`
    await client.request('PUT', path, operatorToken, settingsOf(batches.owner, batches.delivers))
    const { id, token } = await client.request<{ id: string, token: string }>('POST', `${path}/tokens`, operatorToken, {
      days: 1
    })
    await send(batches, token)
    await client.request('DELETE', `${path}/tokens/${id}`, operatorToken)
  }

  /** Once: what was refused is kept under a new receipt each time. */
  async function sendRefused ({ owner }: Batches, token: string): Promise<void> {
    const { data } = await client.request<{ data: unknown[] }>('GET', `/v1/receipts?source=${owner}/${SOURCE}`, token)
    if (data.length > 0) return
    await client.request('POST', '/v1/events', token, refusedRows(), { prefer: 'handling=lenient' })
  }

  async function sendRows (token: string, path: string, rows: readonly object[]): Promise<number> {
    let stored = 0
    for (let start = 0; start < rows.length; start += ROWS_A_REQUEST) {
      const some = rows.slice(start, start + ROWS_A_REQUEST)
      const receipt = await client.request<Receipt>('POST', `${path}?on_repeat=newest`, token, some)
      stored += receipt.stored
      sent.corrections += receipt.revised
      sent.already += receipt.duplicates + (receipt.older ?? 0)
      onProgress(done += some.length, total)
    }
    return stored
  }
}

function batchesOf (owner: string, delivers: Delivery[], wards: readonly Ward[], days: DateRange): Batches {
  const events: Event[] = []
  const observations: Observation[] = []
  for (const delivery of delivers) {
    const sent = { start: days.start, end: days.end - delivery.silentDays }
    for (let day = sent.start; day < sent.end; day++) events.push(...eventsOfDay(delivery, wards, day))
    observations.push(...observationsOf(delivery, wards, sent))
  }
  return { owner, delivers, events, corrections: correctionsOf(events, days), observations }
}

function settingsOf (owner: string, delivers: readonly Delivery[]) {
  const others = new Set(delivers.map(({ authority }) => authority).filter((authority) => authority !== owner))
  return {
    services: [...new Set([...delivers.map(({ profile }) => profile.service), SENT_BY_EXAMPLES])],
    provider_for: [...others],
    channels: CHANNEL_ALIASES
  }
}

async function wardsOf (client: Client, authority: string): Promise<Ward[]> {
  interface Area { code: string, valid_from: string | null, valid_to: string | null }
  const { data } = await client.request<{ data: Area[] }>('GET', `/v1/areas?authority=${authority}`)
  return data.map(({ code, valid_from: first, valid_to: last }) => ({
    code,
    from: Math.max(WARDS_SINCE, first === null ? -Infinity : parseDay(first) ?? -Infinity),
    to: last === null ? Infinity : parseDay(last) ?? Infinity
  }))
}
