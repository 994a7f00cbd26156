import { localDay, formatDay } from '../../src/domain/calendar.ts'

/**
 * The pilot's shape, deterministic: every event follows from its authority's number and its own serial number. An
 * authority's events come in the order of time, as a council system sends them.
 */
export interface Place { slug: string, id: number, prefix: string, wards: Array<{ code: string, id: number }> }

export interface Shape {
  places: Place[]
  services: Array<{ slug: string, id: number }>
  channels: Map<string, number>
  /** Events of each authority over the year: what decides how dense the rollups are. */
  perAuthority: number
}

export const SERVICES = ['report-missed-bin', 'renew-library-item', 'pay-council-tax', 'report-missed-recycling']
const CHANNELS = ['web', 'telephone-agent', 'web', 'face-to-face', 'email', 'telephone-automated', 'web', 'paper']
const DEVICES = ['desktop', 'mobile', 'tablet', 'other']
export const YEAR_START = Date.UTC(2024, 0, 1)
const YEAR_MS = 366 * 86_400_000
const STREETS_PER_WARD = 85

export interface Sample {
  id: string
  place: Place
  service: { slug: string, id: number }
  at: number
  channel: string
  ward: { code: string, id: number }
  street: number
  device: string
}

/** The `serial`-th event of the `place`-th authority. Past `perAuthority` the year begins again, with new ids. */
export function sample (shape: Shape, place: number, serial: number): Sample {
  const random = mulberry32(place * 0x9E3779B1 ^ serial * 0x85EBCA6B)
  const authority = shape.places[place]!
  const pick = <T>(list: readonly T[], skew = 1): T => list[Math.floor(random() ** skew * list.length)]!
  const within = (serial + random()) % shape.perAuthority / shape.perAuthority
  const ward = pick(authority.wards)
  return {
    id: `${authority.prefix}-2024-${String(serial).padStart(7, '0')}`,
    place: authority,
    service: pick(shape.services, 1.5),
    at: YEAR_START + Math.floor(within * YEAR_MS / 1000) * 1000,
    channel: pick(CHANNELS, 1.3),
    ward,
    street: 10_000_000 + ward.id * 1000 + Math.floor(random() ** 1.5 * STREETS_PER_WARD),
    device: pick(DEVICES)
  }
}

/** About 270 bytes, as the design's example. */
export function toJson ({ id, place, service, at, channel, ward, street, device }: Sample): string {
  return `{"id":"${id}","type":"transaction","authority":"${place.slug}","service":"${service.slug}","occurred_at":"${new Date(at).toISOString().slice(0, 19)}Z","channel":"${channel}","outcome":"completed","count":1,"ward":"${ward.code}","street":${street},"attributes":{"device":"${device}"}}`
}

/** A line of COPY text for the columns of `COPY_COLUMNS`. */
export function toCopyLine (
  { id, place, service, at, channel, ward, street, device }: Sample, channels: Map<string, number>
): string {
  const iso = new Date(at).toISOString()
  return `${iso}\t1\t\\N\t${place.id}\t${formatDay(localDay(at))}\t${ward.id}\t${street}\t1\t\\N\t1\t${place.id}\t${place.id}\t${service.id}\t0\t1\t${channels.get(channel)}\t1\tf\t${id}\t{"device":"${device}"}\n`
}
export const COPY_COLUMNS =
  'occurred_at, receipt_id, amount_pence, source_id, local_date, ward_id, street, count, duration_seconds, ' +
    'revision, owner_id, authority_id, service_id, provider_id, type, channel_id, outcome, avoidable, id, ' +
    'attributes'

function mulberry32 (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = state + 0x6D2B79F5 >>> 0
    let mixed = Math.imul(state ^ state >>> 15, state | 1)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296
  }
}
