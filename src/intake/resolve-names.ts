import {
  isOver, isUnknown, UNKNOWN, type Authority, type Channel, type Directory, type Service, type Source, type Unknown
} from '../catalogue/directory.ts'
import { explainUnknown, listOf } from '../catalogue/explain.ts'
import { formatDay } from '../domain/calendar.ts'
import { tidyText } from '../domain/tidy.ts'
import type { ErrorCode, RowError } from '../errors.ts'

const resolvers = new WeakMap<Source, NameResolver>()

/**
 * What turns the names in the rows of a source into ids. A source is a value of one directory, so what its names mean
 * is remembered for as long as that is in force, over batches and over requests of a single row.
 */
export function namesOf (directory: Directory, source: Source): NameResolver {
  const known = resolvers.get(source)
  if (known !== undefined) return known
  const names = new NameResolver(directory, source)
  resolvers.set(source, names)
  return names
}

/** The channel of which a name is an alias, whatever its case. */
export function channelMeant ({ channels }: Directory, name: string): string | undefined {
  const lower = name.toLowerCase()
  return channels.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === lower))?.slug
}

const DELIVERED = 'delivered'

/**
 * Senders name the same few authorities, services, channels and wards again and again; a map that is full begins anew.
 */
const MOST_REMEMBERED = 5000

export class NameResolver {
  readonly #directory: Directory
  readonly #source: Source
  readonly #authorities = new Map<string, Meaning>()
  readonly #providers = new Map<string, Meaning>()
  readonly #services = new Map<string, Service | Refusal>()
  readonly #channels = new Map<string, Channel | Refusal>()
  readonly #provision = new Map<Authority, Map<Service, Refusal | typeof DELIVERED>>()
  readonly #wards = new Map<Authority, Map<string, WardDates>>()
  #aliases: Map<string, string> | undefined

  constructor (directory: Directory, source: Source) {
    this.#directory = directory
    this.#source = source
  }

  /**
   * An authority that the source may write for: the one that the name means on `day`, if data of the days from `first`
   * (the same day, if left out) to it can be its own.
   */
  authority (name: string, day: number, first = day): Authority | Refusal {
    const known = this.#authorities.get(name)
    const { found } = known !== undefined && known.from <= day && day <= known.to
      ? known
      : remember(this.#authorities, name, this.#authority(tidyText(name), day))
    return found instanceof Refusal ? found : this.#outsideOf(found, first, day) ?? found
  }

  /** An authority that something is reported by, whichever it is. */
  provider (name: string, day: number): Authority | Refusal {
    const known = this.#providers.get(name)
    return (known !== undefined && known.from <= day && day <= known.to
      ? known
      : remember(this.#providers, name, this.#provider(tidyText(name), day))).found
  }

  /** A service that the source may write for. */
  service (slug: string): Service | Refusal {
    return this.#services.get(slug) ?? remember(this.#services, slug, this.#service(tidyText(slug)))
  }

  /** A channel that is taken on that day. */
  channel (name: string, day: number): number | Refusal {
    const found = this.#channels.get(name) ?? remember(this.#channels, name, this.#channel(name))
    if (found instanceof Refusal) return found
    return isOver(found, day)
      ? new Refusal(
        'unknown-channel',
        `The channel ${found.slug} ended on ${found.valid_to ?? ''}; use the word of that day from /v1/channels.`
      )
      : found.id
  }

  #authority (name: string, day: number): Meaning {
    const { found, ...days } = this.#directory.meant(name, day)
    if (isUnknown(found)) {
      return { ...days, found: new Refusal('unknown-authority', () => explainUnknown(found, 'authority')) }
    }
    const { authority_id: own, provider_for: others } = this.#source
    if (found.id === own || others.includes(found.id)) return { ...days, found }
    return {
      ...days,
      found: new Refusal(
        'authority-not-allowed',
        `This source may not write for ${found.slug}; ask the operator to add it to provider_for of ` +
          `${this.#sourceName()}.`
      )
    }
  }

  /** Why days cannot be an authority's, if they all lie after its end or before it took the place of others. */
  #outsideOf (authority: Authority, first: number, last: number): Refusal | undefined {
    const { slug, from, to, dataFrom } = authority
    const named = (some: readonly Authority[]): string => listOf(some.map(({ slug }) => slug), 'or')
    if (first > to) {
      return new Refusal('authority-abolished', () => {
        const successors = this.#directory.successorsOf(authority, first)
        return `${slug} was abolished: its last day was ${formatDay(to)}. ` + (successors.length === 0
          ? 'What is of later days is not its own.'
          : `For later days name ${named(successors)}, whichever it is for.`)
      })
    }
    if (last >= dataFrom) return undefined
    return new Refusal('authority-not-yet', () =>
      `${slug} began on ${formatDay(from)}; for earlier days name ` +
        `${named(this.#directory.predecessorsOf(authority))}, whichever it is for.`
    )
  }

  #provider (name: string, day: number): Meaning {
    const { found, ...days } = this.#directory.meant(name, day)
    return {
      ...days,
      found: isUnknown(found) ? new Refusal('unknown-authority', () => explainUnknown(found, 'provider')) : found
    }
  }

  #service (slug: string): Service | Refusal {
    const found = this.#directory.service(slug)
    if (isUnknown(found)) return new Refusal('unknown-service', () => explainUnknown(found, 'service'))
    if (this.#source.services.includes(found.id)) return found
    return new Refusal(
      'service-not-allowed',
      `This source may not write for ${found.slug}; ask the operator to add it to services of ${this.#sourceName()}.`
    )
  }

  // A source's own aliases come first: they are what its operator said it means.
  #channel (sent: string): Channel | Refusal {
    const { channels } = this.#source
    const name = tidyText(sent)
    this.#aliases ??= new Map(Object.entries(channels).map(([alias, slug]) => [tidyText(alias), slug]))
    const own = Object.hasOwn(channels, sent) ? channels[sent] : this.#aliases.get(name)
    const found = this.#directory.channel(own ?? name)
    return isUnknown(found)
      ? new Refusal('unknown-channel', () => this.#explainChannel(name, found.suggestion))
      : found
  }

  #explainChannel (name: string, suggestion: string | undefined): string {
    const meant = channelMeant(this.#directory, name) ?? suggestion
    const advice = meant === undefined
      ? `use a word from /v1/channels or give ${this.#sourceName()} an alias for it`
      : `did you mean ${meant}? Use that word, or give ${this.#sourceName()} an alias for it`
    return `There is no channel ${JSON.stringify(name)}; ${advice}.`
  }

  /** Why the authority cannot have rows of the service on that day, if it cannot. */
  delivers (authority: Authority, service: Service, day: number): Refusal | undefined {
    if (service.valid_to !== null && isOver(service, day)) {
      return new Refusal(
        'service-discontinued',
        `${service.slug} was discontinued: its last day was ${service.valid_to}. Nothing is kept of later days.`
      )
    }
    const known = this.#provision.get(authority) ??
      remember(this.#provision, authority, new Map<Service, Refusal | typeof DELIVERED>())
    const found = known.get(service) ?? remember(known, service, this.#delivers(authority, service))
    return found === DELIVERED ? undefined : found
  }

  #delivers (authority: Authority, service: Service): Refusal | typeof DELIVERED {
    return this.#directory.provision(authority, service).delivers === 'no'
      ? new Refusal(
        'service-not-delivered',
        `${authority.slug} does not deliver ${service.slug} (it is a ${service.providing_tier ?? ''} service); ` +
          'name the authority that does.'
      )
      : DELIVERED
  }

  /** The ward's id; 0 where it is not known. */
  ward (authority: Authority, sent: string | null | undefined, day: number): number | Refusal {
    if (sent === undefined || sent === null) return 0
    const known = this.#wards.get(authority) ?? remember(this.#wards, authority, new Map<string, WardDates>())
    const span = known.get(sent)
    if (span !== undefined && span.from <= day && day <= span.to) return span.id
    const name = tidyText(sent)
    if (name === '' || name.toLowerCase() === UNKNOWN || name === 'NULL') return 0
    const found = this.#directory.ward(authority, name, day)
    if (isUnknown(found)) {
      return new Refusal('unknown-ward', () => this.#explainWard(authority, name, day, found))
    }
    // A name that several wards had over the years is looked up by the day.
    const isAlone = this.#directory.wardsNamed(authority, name).length === 1
    const { id, from, to } = found
    known.set(sent, isAlone ? { id, from, to } : { id, from: day, to: day })
    return id
  }

  #explainWard (authority: Authority, name: string, day: number, { ambiguous, suggestion }: Unknown): string {
    if (ambiguous !== undefined) {
      return `Several wards of ${authority.slug} are called ${JSON.stringify(name)} on ${formatDay(day)}; send the ` +
        `code: ${listOf(ambiguous, 'or')}.`
    }
    const ever = this.#directory.ward(authority, name)
    if (!isUnknown(ever)) {
      return `The ward ${ever.code} (${ever.name}) is valid from ${ever.valid_from ?? 'ever'} to ` +
        `${ever.valid_to ?? 'today'}, not on ${formatDay(day)}; use the ward of that day.`
    }
    return `${authority.slug} has no ward ${JSON.stringify(name)} on ${formatDay(day)}.${
      suggestion === undefined
        ? ` See /v1/areas?authority=${authority.slug}, or leave it out if it is not known.`
        : ` Did you mean ${suggestion}?`
    }`
  }

  #sourceName (): string {
    return `the source ${this.#source.authority.slug}/${this.#source.name}`
  }
}

interface WardDates { id: number, from: number, to: number }
/** What a name means, and on which days it means that. */
interface Meaning { found: Authority | Refusal, from: number, to: number }

/** Why a name was not taken. The nearest name may be part of it, so a function says it, once it is asked for. */
export class Refusal {
  readonly code: ErrorCode
  #detail: string | (() => string)
  constructor (code: ErrorCode, detail: string | (() => string)) {
    this.code = code
    this.#detail = detail
  }

  get detail (): string {
    if (typeof this.#detail === 'function') this.#detail = this.#detail()
    return this.#detail
  }

  /** The same as an error of a row; its detail too is not made until it is read. */
  in (index: number, pointer: string): RowError {
    const detail = (): string => this.detail
    return {
      index,
      pointer,
      code: this.code,
      get detail () {
        return detail()
      }
    }
  }
}

function remember<K, V> (map: Map<K, V>, key: K, found: V): V {
  if (map.size >= MOST_REMEMBERED) map.clear()
  map.set(key, found)
  return found
}
