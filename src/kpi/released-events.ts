import type { Gate } from '../disclosure/gate.ts'
import type { Directory } from '../catalogue/directory.ts'
import { EVENT_TYPES, OUTCOME_OF_CODE } from '../domain/event.ts'
import { exact } from '../domain/exact.ts'
import { lengthOf } from '../domain/kpi/cover.ts'
import { hasChannels, type EventTerm } from '../domain/kpi/event-term.ts'
import type { DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { Subdivision } from '../observations/observation-index.ts'
import type { ReleasedCounts, ReleasedPlace, Weights } from '../releases/released-counts.ts'
import { isAmong } from './channels.ts'
import type { KpiPlan } from './plan.ts'
import type { KpiQuestion } from './question.ts'
import type { Tally } from './tallied.ts'

/** The events of a question by ward and street as the public reads them: from releases. */
export class ReleasedEvents {
  readonly #gate: Gate
  readonly #directory: Directory
  readonly #question: KpiQuestion
  readonly covers: (authorityId: number) => boolean

  constructor (gate: Gate, { directory, question, isReleased }: KpiPlan) {
    this.#gate = gate
    this.#directory = directory
    this.#question = question
    this.covers = isReleased
  }

  /** The wards or streets that there are. */
  members (authorityId: number, terms: readonly EventTerm[], split: 'ward' | 'street'): number[] {
    const years = terms.flatMap((term) => this.#gate.released(EVENT_TYPES[term.events], authorityId))
    return [...new Set(split === 'ward'
      ? years.flatMap((year) => year.wards)
      : years.flatMap((year) => this.#streetsOf(year).map(({ street }) => street)))]
  }

  tally (authorityId: number, term: EventTerm, subdivision: Subdivision, range: DateRange): Tally {
    const type = EVENT_TYPES[term.events]
    const places = this.#placesOf(type, authorityId, subdivision)
    const count = this.#gate.count(type, authorityId, places, range, this.#weights(authorityId, term, range.start))
    const days = lengthOf([range])
    const reported = Math.round(this.#gate.coverage(type, authorityId, range) * days)
    const tally = { value: null, days, covered: days, reported, used: [] }
    if (count.status === 'released') return { ...tally, value: exact(count.value), revisedEvents: count.revised }
    return count.status === 'nothing' ? tally : { ...tally, withheld: count.status }
  }

  #placesOf (type: number, authorityId: number, subdivision: Subdivision): ReleasedPlace[] {
    if (subdivision.kind === 'ward') return [{ ward: subdivision.id }]
    if (subdivision.kind !== 'street') return []
    return this.#streets(`${type} ${authorityId}`).get(subdivision.id) ?? []
  }

  // Looked up once for all streets: each of thousands is asked for in every period.
  readonly #streets = remembered((key: string): Map<number, ReleasedPlace[]> => {
    const [type = 0, authorityId = 0] = key.split(' ').map(Number)
    const places = this.#gate.released(type, authorityId).flatMap((year) => this.#streetsOf(year))
    const byWard = new Map(places.map((place) => [`${place.ward} ${place.street}`, place]))
    return Map.groupBy(byWard.values(), ({ street }) => street)
  })

  #streetsOf (year: ReleasedCounts): Array<Required<ReleasedPlace>> {
    const { wards } = this.#question
    return wards === undefined ? year.streets() : wards.flatMap(({ id }) => year.streets(id))
  }

  // A class of a channel holds from a day: periods are cut on it, so the first day speaks for all.
  #weights (authorityId: number, term: EventTerm, day: number): Weights {
    const { outcomes, avoidable } = term
    const isIn = (id: number): boolean => {
      const channel = this.#directory.channelById.get(id)
      return !hasChannels(term) ||
        (channel !== undefined && isAmong(this.#directory, term, channel, this.#question.service.id, authorityId, day))
    }
    return (outcome, channel, isAvoidable) =>
      (avoidable === true && isAvoidable === 0) || !isIn(channel)
        ? 0
        : outcomes[OUTCOME_OF_CODE.get(outcome) ?? ''] ?? 0
  }
}
