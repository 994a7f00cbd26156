import { UNKNOWN, type Authority, type Directory, type Service, type Source } from '../catalogue/directory.ts'
import type { Vocabulary } from '../catalogue/attribute-directory.ts'
import { checkAttribute } from './attributes.ts'
import { localDay, parseInstant } from '../domain/calendar.ts'
import {
  EVENT_LIMITS, OUTCOMES, OUTCOMES_OF, type Event, type EventType, type Outcome
} from '../domain/event.ts'
import type { RowError } from '../errors.ts'
import { plainRow, type EventRow, type ResolvedRow } from './columns.ts'
import { namesOf, Refusal, type NameResolver } from '../intake/resolve-names.ts'

/** Stands for a field of which something wrong was told before, or what follows from one. */
const TOLD = new Refusal('invalid-value', '')

const REPORTED_BY_DEFAULT = 'collections_made' // the denominator of the missed-bin services

type Attributes = NonNullable<Event['attributes']>

/** Makes rows of the events of one source, at one moment. */
export class EventResolver {
  readonly #directory: Directory
  readonly #source: Source
  readonly #now: number
  readonly #names: NameResolver
  /** When the newest event happened that a row was made of, in milliseconds. */
  newestAt = -Infinity

  constructor (directory: Directory, source: Source, now: number) {
    this.#directory = directory
    this.#source = source
    this.#names = namesOf(directory, source)
    this.#now = now
  }

  /**
   * The row to store, or everything that is wrong with the event. `told`: fields that are left out here because
   * something wrong with them is known already.
   */
  resolve (event: Event, index: number, told?: ReadonlySet<string>): EventRow | RowError[] {
    const occurredAt = told?.has('occurred_at') === true ? TOLD : this.#instant(event.occurred_at)
    // A name may mean another authority on another day. Where the day is wrong, say what else is as of today, but not
    // that it is over.
    const [day, first, lasting] = occurredAt instanceof Refusal
      ? [localDay(this.#now), -Infinity, -Infinity]
      : [localDay(occurredAt), undefined, localDay(occurredAt)]
    const authority = told?.has('authority') === true ? TOLD : this.#names.authority(event.authority, day, first)
    const service = told?.has('service') === true ? TOLD : this.#names.service(event.service)
    const channelId = this.#names.channel(event.channel ?? UNKNOWN, lasting)
    const providerId = this.#provider(event.provider, authority, day)
    const type: EventType = event.type ?? 'transaction'
    const outcome = told?.has('type') === true || told?.has('outcome') === true
      ? TOLD
      : outcomeOf(type, event.outcome, service)
    const undelivered = authority instanceof Refusal || service instanceof Refusal
      ? undefined
      : this.#names.delivers(authority, service, lasting)
    const wrong = service instanceof Refusal || event.attributes === undefined
      ? undefined
      : wrongAttributes(
        this.#directory.attributes.of(service.id), event.attributes, occurredAt instanceof Refusal ? undefined : day
      )
    const wardId = authority instanceof Refusal || occurredAt instanceof Refusal
      ? 0
      : this.#names.ward(authority, event.ward, day)
    if (
      authority instanceof Refusal || service instanceof Refusal || channelId instanceof Refusal ||
      providerId instanceof Refusal ||
      outcome instanceof Refusal || occurredAt instanceof Refusal || wardId instanceof Refusal ||
      undelivered !== undefined || wrong !== undefined || told !== undefined
    ) {
      const found: Array<readonly [string, unknown]> = [
        ['/occurred_at', occurredAt],
        ['/authority', authority],
        ['/service', service],
        ['/channel', channelId],
        ['/provider', providerId],
        ['/outcome', outcome],
        ['/service', undelivered],
        ...wrong ?? [],
        ['/ward', wardId]
      ]
      return found.flatMap(([pointer, one]) => one instanceof Refusal && one !== TOLD ? [one.in(index, pointer)] : [])
    }
    if (occurredAt > this.newestAt) this.newestAt = occurredAt
    const names: ResolvedRow = {
      id: event.id,
      authorityId: authority.id,
      serviceId: service.id,
      occurredAt,
      localDay: day,
      channelId,
      outcome,
      wardId,
      providerId,
      attributes: event.attributes === undefined ? null : canonical(event.attributes)
    }
    return Object.assign(plainRow(event), names)
  }

  #instant (text: string): number | Refusal {
    const instant = parseInstant(text)
    if (instant === undefined) {
      return new Refusal(
        'invalid-value',
        'occurred_at is not an instant; send RFC 3339 with an offset, such as 2014-05-27T08:31:00+01:00.'
      )
    }
    if (instant < EVENT_LIMITS.earliest) {
      return new Refusal('too-old', `occurred_at ${text} lies before 2000; check the date.`)
    }
    if (instant > this.#now + EVENT_LIMITS.futureMs) {
      return new Refusal(
        'too-far-in-future',
        `occurred_at ${text} lies more than 24 hours ahead of ${new Date(this.#now).toISOString()}; check the ` +
          'sender\'s clock and offset.'
      )
    }
    return instant
  }

  #provider (name: string | undefined, authority: Authority | Refusal, day: number): number | Refusal {
    const owner = this.#source.authority_id
    const authorityId = authority instanceof Refusal ? undefined : authority.id
    if (name === undefined) return authorityId === owner ? 0 : owner
    const found = this.#names.provider(name, day)
    if (found instanceof Refusal) return found
    return found.id === authorityId ? 0 : found.id
  }
}

/** What is wrong with attributes, by pointer; undefined: nothing. */
function wrongAttributes (
  vocabulary: Vocabulary, attributes: Attributes, day: number | undefined
): Array<readonly [string, Refusal]> | undefined {
  let wrong: Array<readonly [string, Refusal]> | undefined
  for (const name in attributes) {
    const why = checkAttribute(vocabulary, name, attributes[name], day)
    if (why !== undefined) (wrong ??= []).push([`/attributes/${name}`, new Refusal('unknown-attribute', why)])
  }
  return wrong
}

function outcomeOf (type: EventType, outcome: Outcome | undefined, service: Service | Refusal): number | Refusal {
  if (outcome === undefined && type === 'rating') {
    return new Refusal('missing-field', 'outcome is missing; a rating needs one of 1, 2, 3, 4, 5.')
  }
  const reported = type === 'transaction' && !(service instanceof Refusal) &&
    service.denominator === REPORTED_BY_DEFAULT
  const given = outcome ?? (reported ? 'reported' : 'completed')
  if (OUTCOMES_OF[type].includes(given)) return OUTCOMES[given]
  return new Refusal('invalid-outcome', `A ${type} cannot end in ${given}; use one of ${OUTCOMES_OF[type].join(', ')}.`)
}

/** Texts of single attributes: vocabularies are closed, so they are few. */
const singles = new Map<string, Map<unknown, string>>()

// Keys sorted, and what is not given left out, so that the same facts are the same text: null where there are none. The
// schema leaves no character that JSON would escape.
function canonical (attributes: Attributes): string | null {
  let [count, only] = [0, '']
  for (const name in attributes) {
    if (attributes[name] === null) continue
    count++
    only = name
  }
  if (count === 0) return null
  if (count > 1) {
    const given = Object.keys(attributes).filter((name) => attributes[name] !== null).sort()
    return `{${given.map((name) => pairText(name, attributes[name])).join(',')}}`
  }
  const value = attributes[only]
  let known = singles.get(only)
  if (known === undefined) singles.set(only, known = new Map<unknown, string>())
  let text = known.get(value)
  if (text === undefined) known.set(value, text = `{${pairText(only, value)}}`)
  return text
}

const pairText = (name: string, value: unknown): string =>
  `"${name}":${typeof value === 'string' ? `"${value}"` : String(value)}`
