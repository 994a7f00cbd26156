import { dayOf, parseDay } from '../domain/calendar.ts'
import {
  isPublished, restrictedDays, type Audience, type Publishable, type RestrictedDays
} from '../domain/publication.ts'

/** A rule as it is stored; `service_id` 0: every service. Days as `YYYY-MM-DD`, both inclusive. */
export interface PublicationRule {
  authority_id: number
  service_id: number
  from_on: string
  to_on: string | null
  audience: Audience
  publish_at: Date | null
  updated_at: Date
}

const ALL = 0
/** After every day that anything can be about. */
const LAST_DAY = dayOf(2300, 1, 1)
const NOTHING: readonly RestrictedDays[] = []

/** What is published at an instant, and what is not yet. */
export class PublicationDirectory {
  /** By authority, service and first day. */
  readonly rules: readonly PublicationRule[]
  /** The instants in milliseconds between which nothing is published by itself: from, up to before. */
  readonly since: number
  readonly until: number
  readonly #now: number
  readonly #rulesOf: ReadonlyMap<string, PublicationRule[]>
  readonly #restricted = new Map<string, readonly RestrictedDays[]>()

  constructor (
    rules: readonly PublicationRule[], others: ReadonlyArray<Pick<Publishable, 'publish_at'>>, now: number
  ) {
    this.rules = rules
    this.#now = now
    this.#rulesOf = Map.groupBy(rules, (rule) => `${rule.authority_id} ${rule.service_id}`)
    const instants = [...rules, ...others].flatMap(({ publish_at: at }) => at === null ? [] : at.getTime())
    this.since = instants.filter((at) => at <= now).reduce((a, b) => Math.max(a, b), -Infinity)
    this.until = instants.filter((at) => at > now).reduce((a, b) => Math.min(a, b), Infinity)
  }

  /** The days of an authority's figures of a service that only some see yet, apart from one another, in order. */
  restricted (authorityId: number, serviceId: number): readonly RestrictedDays[] {
    if (this.rules.length === 0) return NOTHING
    const key = `${authorityId} ${serviceId}`
    const known = this.#restricted.get(key)
    if (known !== undefined) return known
    const rules = [key, `${authorityId} ${ALL}`].flatMap((one) => this.#rulesOf.get(one) ?? [])
    const days = rules.length === 0
      ? NOTHING
      : restrictedDays(rules.map((rule) => ({
        start: parseDay(rule.from_on) ?? 0,
        end: rule.to_on === null ? LAST_DAY : (parseDay(rule.to_on) ?? 0) + 1,
        audience: this.audienceOf(rule),
        ofService: rule.service_id !== ALL
      })))
    this.#restricted.set(key, days)
    return days
  }

  /** Who sees the figures of a rule now. */
  audienceOf ({ audience, publish_at: at }: PublicationRule): Audience {
    return at !== null && at.getTime() <= this.#now ? 'public' : audience
  }

  /** Whether everybody sees it now. */
  isOpen (one: Publishable): boolean {
    return isPublished(one, this.#now)
  }
}
