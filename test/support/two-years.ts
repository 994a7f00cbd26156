import type { App } from '../../src/app.ts'
import { testSource } from './app.ts'
import { operator } from './builders.ts'

/**
 * What councils sent over two years, and every list that an independent recount needs. Nothing here uses src/domain.
 */
export interface RawEvent {
  id: string
  type: string
  authority: string
  service: string
  occurred_at: string
  channel: string
  outcome: string
  count: number
  ward?: string
  avoidable?: boolean
  revision?: number
}
export interface RawFigure {
  authority: string
  service: string
  measure: string
  period: string
  start_on: string
  value: number
  channel?: string
  note?: string
  provisional?: boolean
}

const FIRST = Date.UTC(2025, 0, 1)
const DAYS = 730
export const day = (n: number): string => new Date(FIRST + n * 86_400_000).toISOString().slice(0, 10)
export const dayNumber = (date: string): number => Math.round((Date.parse(date) - FIRST) / 86_400_000)

// Mulberry32: the same two years at every run.
let state = 20260507
function random (): number {
  state = (state + 0x6D2B79F5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!

const CHANNELS = [
  'web',
  'web',
  'assisted-digital',
  'telephone-agent',
  'face-to-face',
  'paper',
  'direct-debit',
  'kiosk',
  'crew',
  'unknown'
]
const OLD_WARDS = ['E05001284', 'E05001286', 'E05001291', 'E05001296']
const NEW_WARDS = ['E05016426', 'E05016424']
/** authority -> who sends, for which service. East Riding delivers missed bins and is silent. */
const SENDERS: Array<[source: string, authority: string, service: string]> = [
  ['solihull/crm', 'solihull', 'report-missed-bin'],
  ['solihull/crm', 'solihull', 'pay-council-tax'],
  ['solihull/crm', 'solihull', 'renew-library-item'],
  ['nottingham/crm', 'nottingham', 'report-missed-bin'],
  ['nottingham/crm', 'nottingham', 'pay-council-tax'],
  ['kirklees/crm', 'kirklees', 'report-missed-bin'],
  ['warwickshire/lms', 'warwickshire', 'renew-library-item'],
  ['surrey/lms', 'surrey', 'renew-library-item'],
  ['cambridgeshire/lms', 'cambridgeshire', 'renew-library-item'],
  ['nottinghamshire/lms', 'nottinghamshire', 'renew-older-persons-bus-pass'],
  ['transport-for-west-midlands/swift', 'solihull', 'renew-older-persons-bus-pass'],
  ['transport-for-west-midlands/swift', 'transport-for-west-midlands', 'renew-older-persons-bus-pass']
]
export const COUNTS_UNTIL = '2025-09-29' // Nottingham's council tax: weekly counts before, events from then on

export interface Sent { events: RawEvent[], figures: RawFigure[] }

/** Sends two years to the app, some of it late, corrected and withdrawn; returns what is in force at the end. */
export async function sendTwoYears (app: App): Promise<Sent> {
  const batches = new Map<string, { events: RawEvent[], figures: RawFigure[] }>()
  for (const [source, authority, service] of SENDERS) {
    const batch = batches.get(source) ?? { events: [], figures: [] }
    batches.set(source, batch)
    batch.events.push(...eventsOf(authority, service))
    batch.figures.push(...figuresOf(authority, service))
  }
  const sent: Sent = { events: [], figures: [] }
  for (const [source, batch] of batches) {
    const services = [...new Set(batch.events.map(({ service }) => service))]
    const providerFor = source.startsWith('transport') ? ['solihull'] : []
    const headers = await testSource(app, source, { services, provider_for: providerFor })
    const post = async (door: string, rows: object[]): Promise<void> => {
      const answer = await app.inject({ method: 'POST', url: `/v1/${door}`, headers, payload: rows })
      if (answer.statusCode !== 200) throw new Error(answer.body)
    }
    if (source === 'nottingham/crm') await declare(app)
    // Late: the second half of the rows comes first. Corrected: some come with a wrong channel before the right one.
    const wrong = batch.events.filter((_, i) => i % 17 === 0).map((event) => ({ ...event, channel: 'paper', count: 9 }))
    const events = batch.events.map((event, i) => i % 17 === 0 ? { ...event, revision: 2 } : event)
    if (wrong.length > 0) await post('events', wrong)
    for (let from = Math.floor(events.length / 2); from < events.length; from += 5000) {
      await post('events', events.slice(from, from + 5000))
    }
    await post('events', events.slice(0, Math.floor(events.length / 2)))
    const gone = batch.events.filter((_, i) => i % 101 === 50)
    for (const { id } of gone.slice(0, 10)) await app.inject({ method: 'DELETE', url: `/v1/events/${id}`, headers })
    sent.events.push(...batch.events.filter((event) => !gone.slice(0, 10).includes(event)))
    if (batch.figures.length > 0) {
      await post(
        'observations',
        batch.figures.filter((_, i) => i % 11 === 0).map((figure) => ({ ...figure, value: figure.value + 1000 }))
      )
      await post('observations', batch.figures)
      sent.figures.push(...batch.figures)
    }
  }
  return sent
}

async function declare (app: App): Promise<void> {
  for (const [from_on, basis] of [['2020-01-01', 'counts'], [COUNTS_UNTIL, 'events']]) {
    const answer = await app.inject({
      method: 'PUT',
      url: '/v1/authorities/nottingham/services/pay-council-tax/authoritative',
      headers: operator,
      payload: { type: 'transaction', from_on, basis }
    })
    if (answer.statusCode !== 200) throw new Error(answer.body)
  }
}

function eventsOf (authority: string, service: string): RawEvent[] {
  const events: RawEvent[] = []
  const add = (n: number, event: Partial<RawEvent>): void => {
    // Near midnight, so that a wrong hour of summer time puts the event on another day.
    const occurred_at = `${day(n)}T${pick(['00:10:00', '12:00:00', '22:59:00', '23:30:00', '23:59:59'])}Z`
    const wards = authority === 'solihull' ? wardsAt(occurred_at) : undefined
    events.push({
      id: `${authority}-${service}-${events.length}`,
      type: 'transaction',
      authority,
      service,
      occurred_at,
      channel: pick(CHANNELS),
      outcome: 'completed',
      count: 1 + Math.floor(random() * 5),
      ...(wards && random() < 0.8 && { ward: pick(wards) }),
      ...(random() < 0.1 && { avoidable: true }),
      ...event
    })
  }
  const missed = service === 'report-missed-bin'
  for (let n = 0; n < DAYS - 1; n++) {
    if (random() < 0.15) continue
    for (let i = 0; i < 2; i++) {
      add(n, {
        outcome: missed
          ? pick(['reported', 'confirmed', 'confirmed', 'unjustified'])
          : pick(['completed', 'completed', 'completed', 'failed'])
      })
    }
    if (n % 3 === 0) add(n, { type: 'journey', channel: 'web', outcome: 'started', count: 10 })
    if (n % 3 === 0) {
      add(n, { type: 'journey', channel: 'web', outcome: pick(['completed', 'ineligible', 'failed']), count: 4 })
    }
    if (n % 5 === 0) add(n, { type: 'rating', channel: 'web', outcome: pick(['1', '2', '3', '4', '5']) })
  }
  return events
}

function wardsAt (occurredAt: string): string[] {
  return londonDay(occurredAt) < '2026-05-07' ? OLD_WARDS : NEW_WARDS
}

function figuresOf (authority: string, service: string): RawFigure[] {
  const figures: RawFigure[] = []
  const common = { authority, service }
  const value = (): number => 50_000 + Math.floor(random() * 5000)
  if (service === 'report-missed-bin' && authority !== 'nottingham') {
    for (let n = 5, week = 0; n < DAYS - 7; n += 7, week++) { // 2025-01-06 is a Monday
      if (authority === 'kirklees' && week % 6 === 4) continue
      figures.push({ ...common, measure: 'collections_made', period: 'week', start_on: day(n), value: value() })
    }
  }
  if (service === 'report-missed-bin' && authority === 'nottingham') {
    for (let month = 0; month < 24; month++) {
      figures.push({
        ...common,
        measure: 'collections_made',
        period: 'month',
        start_on: new Date(Date.UTC(2025, month, 1)).toISOString().slice(0, 10),
        value: 4 * value()
      })
    }
  }
  if (service === 'pay-council-tax' && authority === 'nottingham') {
    for (let n = 5; n < 400; n += 7) { // goes on after events took over: those figures must not count
      for (const channel of ['web', 'telephone-agent']) {
        figures.push({
          ...common,
          measure: 'transactions',
          period: 'week',
          start_on: day(n),
          channel,
          value: 100 + Math.floor(random() * 100)
        })
      }
    }
  }
  if (service === 'renew-library-item' && authority === 'surrey') {
    for (let month = 0; month < 24; month += 3) {
      for (const channel of ['web', 'face-to-face']) {
        figures.push({
          ...common,
          measure: 'total_cost_pence',
          period: 'quarter',
          start_on: new Date(Date.UTC(2025, month, 1)).toISOString().slice(0, 10),
          channel,
          value: value()
        })
      }
    }
  }
  return figures
}

const LONDON = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit'
})
/** The local day by the IANA database, not by the service’s own calendar. */
export const londonDay = (instant: string): string => LONDON.format(new Date(instant))
