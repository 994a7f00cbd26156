import { isUnknown, UNKNOWN, type Authority, type Directory, type Service, type Source } from '../catalogue/directory.ts'
import { explainUnknown } from '../catalogue/explain.ts'
import { attributesOf, checkAttribute } from '../domain/attributes.ts'
import { localDay, formatDay, parseInstant } from '../domain/calendar.ts'
import { EVENT_LIMITS, EVENT_TYPES, OUTCOMES, OUTCOMES_OF, type Event, type EventType, type Outcome } from '../domain/event.ts'
import type { ErrorCode, RowError } from '../errors.ts'
import type { EventRow } from '../store/events/row.ts'

const REPORTED_BY_DEFAULT = 'collections_made' // the denominator of the missed-bin services

/**
 * Turns the names in events of one source into ids, at one moment. What each name means is remembered over the events
 * of a batch, which name the same few authorities, services, channels and wards again and again.
 */
export class EventResolver {
  readonly #directory: Directory
  readonly #source: Source
  readonly #now: number
  readonly #authorities = new Map<string, Authority | Refusal>()
  readonly #services = new Map<string, Service | Refusal>()
  readonly #channels = new Map<string, number | Refusal>()
  readonly #provision = new Map<Authority, Map<Service, Refusal | undefined>>()
  readonly #wards = new Map<Authority, Map<string, WardSpan>>()

  constructor (directory: Directory, source: Source, now: number) {
    this.#directory = directory
    this.#source = source
    this.#now = now
  }

  /** The row to store, or everything that is wrong with the event. */
  resolve (event: Event, index: number): EventRow | RowError[] {
    const errors: RowError[] = []
    const refuse = (pointer: string, { code, detail }: Refusal): undefined => { errors.push({ index, pointer, code, detail }) }
    const settle = <T>(pointer: string, found: T | Refusal): T | undefined => found instanceof Refusal ? refuse(pointer, found) : found

    const occurredAt = settle('/occurred_at', this.#instant(event.occurred_at))
    const authority = settle('/authority', remember(this.#authorities, event.authority, () => this.#authority(event.authority)))
    const service = settle('/service', remember(this.#services, event.service, () => this.#service(event.service)))
    const channelId = settle('/channel', remember(this.#channels, event.channel ?? UNKNOWN, () => this.#channel(event.channel ?? UNKNOWN)))
    const providerId = settle('/provider', this.#provider(event.provider, authority))
    const type: EventType = event.type ?? 'transaction'
    const outcome = settle('/outcome', outcomeOf(type, event.outcome, service))
    if (authority !== undefined && service !== undefined) settle('/service', this.#delivers(authority, service))
    if (service !== undefined && event.attributes !== undefined) {
      const vocabulary = attributesOf(service.denominator)
      for (const [name, value] of Object.entries(event.attributes)) {
        const wrong = checkAttribute(vocabulary, name, value)
        if (wrong !== undefined) refuse(`/attributes/${name}`, new Refusal('unknown-attribute', wrong))
      }
    }
    const day = occurredAt === undefined ? undefined : localDay(occurredAt)
    const wardId = authority === undefined || day === undefined ? 0 : settle('/ward', this.#ward(authority, event.ward, day))
    if (errors.length > 0 || authority === undefined || service === undefined || channelId === undefined || providerId === undefined ||
      outcome === undefined || occurredAt === undefined || day === undefined || wardId === undefined) return errors
    return {
      id: event.id,
      authorityId: authority.id,
      serviceId: service.id,
      providerId,
      type: EVENT_TYPES[type],
      occurredAt,
      localDay: day,
      channelId,
      outcome,
      wardId,
      street: event.street ?? 0,
      count: event.count ?? 1,
      avoidable: event.avoidable ?? false,
      amountPence: event.amount_pence ?? null,
      durationSeconds: event.duration_seconds ?? null,
      revision: event.revision ?? 1,
      attributes: event.attributes === undefined ? null : canonical(event.attributes)
    }
  }

  #instant (text: string): number | Refusal {
    const instant = parseInstant(text)
    if (instant === undefined) return new Refusal('invalid-value', 'occurred_at is not an instant; send RFC 3339 with an offset, such as 2014-05-27T08:31:00+01:00.')
    if (instant < EVENT_LIMITS.earliest) return new Refusal('too-old', `occurred_at ${text} lies before 2000; check the date.`)
    if (instant > this.#now + EVENT_LIMITS.futureMs) {
      return new Refusal('too-far-in-future', `occurred_at ${text} lies more than 24 hours ahead of ${new Date(this.#now).toISOString()}; check the sender's clock and offset.`)
    }
    return instant
  }

  #authority (name: string): Authority | Refusal {
    const found = this.#directory.authority(name)
    if (isUnknown(found)) return new Refusal('unknown-authority', explainUnknown(found, 'authority'))
    if (found.id === this.#source.authority_id || this.#source.provider_for.includes(found.id)) return found
    return new Refusal('authority-not-allowed', `This source may not write for ${found.slug}; ask the operator to add it to provider_for of ${this.#sourceName()}.`)
  }

  #service (slug: string): Service | Refusal {
    const found = this.#directory.service(slug)
    if (isUnknown(found)) return new Refusal('unknown-service', explainUnknown(found, 'service'))
    if (this.#source.services.includes(found.id)) return found
    return new Refusal('service-not-allowed', `This source may not write for ${found.slug}; ask the operator to add it to services of ${this.#sourceName()}.`)
  }

  // A source's own aliases come first: they are what its operator said it means.
  #channel (name: string): number | Refusal {
    const found = this.#directory.channel(this.#source.channels[name] ?? name)
    if (!isUnknown(found)) return found.id
    const lower = name.toLowerCase()
    const meant = this.#directory.channels.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === lower))?.slug ?? found.suggestion
    const advice = meant === undefined ? `use a word from /v1/channels or give ${this.#sourceName()} an alias for it` : `did you mean ${meant}? Use that word, or give ${this.#sourceName()} an alias for it`
    return new Refusal('unknown-channel', `There is no channel ${JSON.stringify(name)}; ${advice}.`)
  }

  #provider (name: string | undefined, authority: Authority | undefined): number | Refusal {
    const owner = this.#source.authority_id
    if (name === undefined) return authority === undefined || authority.id === owner ? 0 : owner
    const found = this.#directory.authority(name)
    if (isUnknown(found)) return new Refusal('unknown-authority', explainUnknown(found, 'provider'))
    return found.id === authority?.id ? 0 : found.id
  }

  #delivers (authority: Authority, service: Service): Refusal | undefined {
    const known = remember(this.#provision, authority, () => new Map<Service, Refusal | undefined>())
    return remember(known, service, () => this.#directory.provision(authority, service).delivers === 'no'
      ? new Refusal('service-not-delivered', `${authority.slug} does not deliver ${service.slug} (it is a ${service.providing_tier ?? ''} service); name the authority that does.`)
      : undefined)
  }

  #ward (authority: Authority, name: string | null | undefined, day: number): number | Refusal {
    if (name === undefined || name === null || name === '' || name.toLowerCase() === UNKNOWN || name === 'NULL') return 0
    const known = remember(this.#wards, authority, () => new Map<string, WardSpan>())
    const span = known.get(name)
    if (span !== undefined && span.from <= day && day <= span.to) return span.id
    const found = this.#directory.ward(authority, name, day)
    if (isUnknown(found)) return new Refusal('unknown-ward', this.#explainWard(authority, name, day, found.suggestion))
    known.set(name, found)
    return found.id
  }

  #explainWard (authority: Authority, name: string, day: number, suggestion: string | undefined): string {
    const ever = this.#directory.ward(authority, name)
    if (!isUnknown(ever)) {
      return `The ward ${ever.code} (${ever.name}) is valid from ${ever.valid_from ?? 'ever'} to ${ever.valid_to ?? 'today'}, not on ${formatDay(day)}; use the ward of that day.`
    }
    return `${authority.slug} has no ward ${JSON.stringify(name)} on ${formatDay(day)}.${suggestion === undefined ? ` See /v1/areas?authority=${authority.slug}, or leave it out if it is not known.` : ` Did you mean ${suggestion}?`}`
  }

  #sourceName (): string {
    return `the source ${this.#source.authority.slug}/${this.#source.name}`
  }
}

interface WardSpan { id: number, from: number, to: number }

class Refusal {
  readonly code: ErrorCode
  readonly detail: string
  constructor (code: ErrorCode, detail: string) {
    this.code = code
    this.detail = detail
  }
}

function outcomeOf (type: EventType, outcome: Outcome | undefined, service: Service | undefined): number | Refusal {
  if (outcome === undefined && type === 'rating') return new Refusal('missing-field', 'outcome is missing; a rating needs one of 1, 2, 3, 4, 5.')
  const given = outcome ?? (type === 'transaction' && service?.denominator === REPORTED_BY_DEFAULT ? 'reported' : 'completed')
  if (OUTCOMES_OF[type].includes(given)) return OUTCOMES[given]
  return new Refusal('invalid-outcome', `A ${type} cannot end in ${given}; use one of ${OUTCOMES_OF[type].join(', ')}.`)
}

// Keys sorted, so that the same facts are the same text. The schema leaves no character that JSON would escape.
function canonical (attributes: Record<string, string | boolean | number>): string {
  let text = ''
  const names = Object.keys(attributes)
  for (const name of names.length > 1 ? names.sort() : names) {
    const value = attributes[name]
    text += `${text === '' ? '{' : ','}"${name}":${typeof value === 'string' ? `"${value}"` : String(value)}`
  }
  return text === '' ? '{}' : `${text}}`
}

function remember<K, V> (map: Map<K, V>, key: K, find: () => V): V {
  const known = map.get(key)
  if (known !== undefined || map.has(key)) return known as V
  const found = find()
  map.set(key, found)
  return found
}
