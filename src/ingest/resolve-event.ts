import { isUnknown, UNKNOWN, type Authority, type Directory, type Service, type Source } from '../catalogue/directory.ts'
import { explainUnknown } from '../catalogue/explain.ts'
import { attributesOf, checkAttribute } from '../domain/attributes.ts'
import { localDay, parseInstant } from '../domain/calendar.ts'
import { EVENT_LIMITS, EVENT_TYPES, OUTCOMES, OUTCOMES_OF, type Event, type EventType, type Outcome } from '../domain/event.ts'
import type { RowError } from '../errors.ts'
import type { EventRow } from '../store/events/row.ts'
import { namesOf, Refusal, type NameResolver } from './resolve-names.ts'

const REPORTED_BY_DEFAULT = 'collections_made' // the denominator of the missed-bin services

/** Makes rows of the events of one source, at one moment. */
export class EventResolver {
  readonly #directory: Directory
  readonly #source: Source
  readonly #now: number
  readonly #names: NameResolver

  constructor (directory: Directory, source: Source, now: number) {
    this.#directory = directory
    this.#source = source
    this.#names = namesOf(directory, source)
    this.#now = now
  }

  /** The row to store, or everything that is wrong with the event. */
  resolve (event: Event, index: number): EventRow | RowError[] {
    const errors: RowError[] = []
    const refuse = (pointer: string, { code, detail }: Refusal): undefined => { errors.push({ index, pointer, code, detail }) }
    const settle = <T>(pointer: string, found: T | Refusal): T | undefined => found instanceof Refusal ? refuse(pointer, found) : found

    const occurredAt = settle('/occurred_at', this.#instant(event.occurred_at))
    const authority = settle('/authority', this.#names.authority(event.authority))
    const service = settle('/service', this.#names.service(event.service))
    const channelId = settle('/channel', this.#names.channel(event.channel ?? UNKNOWN))
    const providerId = settle('/provider', this.#provider(event.provider, authority))
    const type: EventType = event.type ?? 'transaction'
    const outcome = settle('/outcome', outcomeOf(type, event.outcome, service))
    if (authority !== undefined && service !== undefined) settle('/service', this.#names.delivers(authority, service))
    if (service !== undefined && event.attributes !== undefined) {
      const vocabulary = attributesOf(service.denominator)
      for (const [name, value] of Object.entries(event.attributes)) {
        const wrong = checkAttribute(vocabulary, name, value)
        if (wrong !== undefined) refuse(`/attributes/${name}`, new Refusal('unknown-attribute', wrong))
      }
    }
    const day = occurredAt === undefined ? undefined : localDay(occurredAt)
    const wardId = authority === undefined || day === undefined ? 0 : settle('/ward', this.#names.ward(authority, event.ward, day))
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

  #provider (name: string | undefined, authority: Authority | undefined): number | Refusal {
    const owner = this.#source.authority_id
    if (name === undefined) return authority === undefined || authority.id === owner ? 0 : owner
    const found = this.#directory.authority(name)
    if (isUnknown(found)) return new Refusal('unknown-authority', explainUnknown(found, 'provider'))
    return found.id === authority?.id ? 0 : found.id
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
