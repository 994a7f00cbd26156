import { parseDay } from '../domain/calendar.ts'
import type { AttributeRow } from './store/settings.ts'

/**
 * A declared property of events, as it is looked up for every event; `ended`: words that new events may not have.
 * `firstDay` and `lastDay`: days since 1970 of its dates, infinite where it has none.
 */
export interface Attribute extends AttributeRow { allowed: ReadonlySet<string>, firstDay: number, lastDay: number }
/** The attributes of a service by name. */
export type Vocabulary = ReadonlyMap<string, Attribute>

/** Whose attribute it is: every service's. */
export const EVERY_SERVICE = 0

/** The attributes that events may carry, by service: closed vocabularies, so that no free text can be stored. */
export class AttributeDirectory {
  /** All in force, those of every service first. */
  readonly attributes: readonly Attribute[]
  readonly #general: Vocabulary
  readonly #ofService: ReadonlyMap<number, Vocabulary>
  readonly #everByName: ReadonlyMap<string, readonly AttributeRow[]>

  constructor (rows: readonly AttributeRow[]) {
    this.attributes = rows.filter(({ removed_at }) => removed_at === null)
      .map((row) => ({
        ...row,
        allowed: new Set(row.words),
        firstDay: row.valid_from === null ? -Infinity : parseDay(row.valid_from) ?? -Infinity,
        lastDay: row.valid_to === null ? Infinity : parseDay(row.valid_to) ?? Infinity
      }))
    this.#everByName = Map.groupBy(rows, ({ name }) => name)
    const byService = Map.groupBy(this.attributes, ({ service_id }) => service_id)
    const general = byService.get(EVERY_SERVICE) ?? []
    this.#general = byName(general)
    this.#ofService = new Map([...byService].map(([id, own]) => [id, byName([...general, ...own])]))
  }

  /** Those of a service: its own go before those of every service. */
  of (serviceId: number): Vocabulary {
    return this.#ofService.get(serviceId) ?? this.#general
  }

  /** The one that was declared for exactly this service, or (0) for all. */
  declared (serviceId: number, name: string): Attribute | undefined {
    const found = this.of(serviceId).get(name)
    return found?.service_id === serviceId ? found : undefined
  }

  /** All that were ever declared by a name, removed ones included: stored events may hold them. */
  typesOf (name: string): readonly AttributeRow[] {
    return this.#everByName.get(name) ?? []
  }
}

const byName = (attributes: readonly Attribute[]): Vocabulary => new Map(attributes.map((one) => [one.name, one]))
