import { isUnknown, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { EVENT_TYPES, OUTCOME_OF_CODE } from '../domain/event.ts'
import { exact } from '../domain/exact.ts'
import { inAll, intersect, joined, lengthOf, type Covered } from '../domain/kpi/cover.ts'
import { isEventTerm, isMeasureTerm, type Term } from '../domain/kpi/definition.ts'
import { hasChannels, type EventTerm } from '../domain/kpi/event-term.ts'
import { isNeeded } from '../observations/count-measures.ts'
import type { ObservationIndex, Subdivision } from '../observations/observation-index.ts'
import type { RevisedDays } from '../rollups/index.ts'
import type { BasisRange, DayPlan } from './day-plan.ts'
import { isAmong } from './channels.ts'
import type { KpiPlan } from './plan.ts'
import type { AuthorityPeriod } from './question.ts'
import type { ReleasedEvents } from './released-events.ts'
import type { Sends } from './sends.ts'
import type { Tally } from './tallied.ts'
import type { RangeSum } from './store/event-sums.ts'
import { SumIndex } from './sum-index.ts'

/** What was read of events that are not released. */
export interface LiveEvents {
  sums: readonly RangeSum[]
  /** What terms that ask for details add up. */
  details: ReadonlyMap<EventTerm, readonly RangeSum[]>
  reportedDays: Map<number, number>
  sends: Sends
  revisedDays: RevisedDays
}

/** Everything that was read for a question, and how to add it up. */
export class Tallier {
  readonly #directory: Directory
  readonly #service: Service
  readonly #book: ObservationIndex
  readonly #days: DayPlan
  readonly #released: ReleasedEvents
  readonly #hidesDetails: KpiPlan['hidesDetails']
  readonly #sums: SumIndex
  readonly #details: ReadonlyMap<EventTerm, SumIndex>
  readonly #reportedDays: Map<number, number>
  readonly #sends: Sends
  readonly #revisedDays: RevisedDays

  constructor (
    { directory, question: { service }, hidesDetails }: KpiPlan,
    { book, days, released }: { book: ObservationIndex, days: DayPlan, released: ReleasedEvents },
    { sums, details, reportedDays, sends, revisedDays }: LiveEvents
  ) {
    this.#directory = directory
    this.#service = service
    this.#hidesDetails = hidesDetails
    this.#book = book
    this.#days = days
    this.#released = released
    this.#sums = new SumIndex(sums)
    this.#details = new Map([...details].map(([term, own]) => [term, new SumIndex(own)]))
    this.#reportedDays = reportedDays
    this.#sends = sends
    this.#revisedDays = revisedDays
  }

  /** The channels, wards or streets that events or counts of a period name. */
  members (period: AuthorityPeriod, terms: readonly EventTerm[], split: 'channel' | 'ward' | 'street'): number[] {
    const members = new Set<number>()
    if (split !== 'channel' && this.#released.covers(period.authority.id)) {
      return this.#released.members(period.authority.id, terms, split)
    }
    for (const term of terms) {
      for (const range of this.#days.ranges(period, term.events)) {
        for (const sum of this.#sums.in(range.eventRanges)) members.add(split === 'channel' ? sum.channel : sum.area)
        if (split !== 'channel' || this.byEvents(range)) continue
        for (const { measure } of this.#counts(term)) {
          for (const [channel, { value }] of this.#book.byChannel(period.authority, measure, range)) {
            if (channel !== 0 && value !== null) members.add(channel)
          }
        }
      }
    }
    return [...members]
  }

  /** One side of a rate: null where a term has nothing reported at all, or lacks an observation. */
  side (period: AuthorityPeriod, terms: readonly Term[], subdivision: Subdivision): Tally {
    const tallies = terms.map((term) => this.#term(period, term, subdivision))
    const days = lengthOf([this.#days.counted(period, subdivision).range])
    return {
      value: tallies.some(({ value }) => value === null)
        ? null
        : exact(tallies.reduce((sum, { value }) => sum + (value ?? 0), 0)),
      days,
      covered: Math.min(days, ...tallies.map(({ covered }) => covered)),
      reported: Math.min(days, ...tallies.map(({ reported }) => reported)),
      used: tallies.flatMap(({ used }) => used),
      revisedEvents: tallies.some(({ revisedEvents }) => revisedEvents),
      withheld: tallies.find(({ withheld }) => withheld !== undefined)?.withheld
    }
  }

  #term (period: AuthorityPeriod, term: Term, subdivision: Subdivision): Tally {
    const { range } = this.#days.counted(period, subdivision)
    const days = lengthOf([range])
    if (isEventTerm(term)) return this.#events(period, term, subdivision)
    if (!isMeasureTerm(term)) {
      const ofWhole = subdivision.kind === 'whole' || subdivision.kind === 'channel'
      return { value: ofWhole ? period.authority.population : null, days, covered: days, reported: days, used: [] }
    }
    const measure = this.#directory.kpis.measure(term.measure)
    if (isUnknown(measure)) return { value: null, days, covered: 0, reported: 0, used: [] }
    const { value, covered, used } = this.#book.over(period.authority, measure, subdivision, range)
    const length = lengthOf(covered)
    return { value, days, covered: length, reported: length, used }
  }

  #events (period: AuthorityPeriod, term: EventTerm, subdivision: Subdivision): Tally {
    const ranges = this.#days.ranges(period, term.events, subdivision)
    const length = lengthOf([this.#days.counted(period, subdivision).range])
    if (this.#hidesDetails(period.authority.id, term)) return hidden(length)
    const tallies = ranges.map((range) =>
      this.#released.covers(period.authority.id)
        ? this.#ofReleased(period, term, subdivision, range)
        : this.byEvents(range)
          ? this.#ofEvents(period, term, subdivision, range)
          : this.#ofCounts(period, term, subdivision, range)
    )
    const valued = tallies.filter(({ value }) => value !== null)
    const add = (pick: (tally: Tally) => number): number => tallies.reduce((sum, tally) => sum + pick(tally), 0)
    return {
      value: valued.length === 0 ? null : exact(valued.reduce((sum, { value }) => sum + (value ?? 0), 0)),
      days: add(({ days }) => days),
      // Count days that are not asked about as covered: observations of the other side do not cover them either.
      covered: add(({ covered }) => covered) + length - add(({ days }) => days),
      reported: add(({ reported }) => reported),
      used: tallies.flatMap(({ used }) => used),
      revisedEvents: tallies.some(({ revisedEvents }) => revisedEvents),
      withheld: tallies.find(({ withheld }) => withheld !== undefined)?.withheld
    }
  }

  // Whether an authority ever sends what is counted is public.
  #ofReleased ({ authority }: AuthorityPeriod, term: EventTerm, subdivision: Subdivision, range: BasisRange): Tally {
    const tally = this.#released.tally(authority.id, term, subdivision, range)
    return range.basis !== 'counts' && tally.value === 0 && !this.#sends(authority.id, term)
      ? { ...tally, value: null }
      : tally
  }

  #ofEvents ({ authority }: AuthorityPeriod, term: EventTerm, subdivision: Subdivision, range: BasisRange): Tally {
    const days = lengthOf([range])
    const reported = range.eventRanges.reduce((sum, eventRange) => sum + (this.#reportedDays.get(eventRange) ?? 0), 0)
    if (reported === 0 || !this.#sends(authority.id, term)) {
      return { value: null, days, covered: days, reported, used: [] }
    }
    let value = 0
    for (const sum of (this.#details.get(term) ?? this.#sums).of(range.eventRanges, subdivision)) {
      const weight = term.outcomes[OUTCOME_OF_CODE.get(sum.outcome) ?? ''] ?? 0
      const day = this.#days.eventRanges[sum.eventRange]?.from ?? 0
      if (weight === 0 || !this.#isIn(term, sum.channel, authority.id, day)) continue
      value += weight * (term.avoidable === true ? sum.avoidable : sum.count)
    }
    const revisedEvents = this.#revisedDays.in(authority.id, EVENT_TYPES[term.events], range)
    return { value: exact(value), days, covered: days, reported, used: [], revisedEvents }
  }

  #ofCounts ({ authority }: AuthorityPeriod, term: EventTerm, subdivision: Subdivision, range: BasisRange): Tally {
    const counts = this.#counts(term)
    const sent = counts.map(({ measure, weight }) => {
      const { value, covered, used } = hasChannels(term)
        ? this.#ofChannels(term, authority, measure, subdivision, range)
        : this.#book.over(authority, measure, subdivision, range)
      return { measure, value: value === null ? null : value * weight, covered, used }
    }).filter(({ measure, value }) =>
      value !== null || (!hasChannels(term) && this.#book.touches(authority, measure, subdivision, range))
    )
    const tallies = sent.filter(({ value }) => value !== null)
    // A measure that is sent for some of the days is not 0 on the others.
    const covered =
      lengthOf(inAll(sent.filter(({ measure }) => counts.length === 1 || isNeeded(measure)).map((tally) =>
        tally.covered
      )))
    const value = tallies.length === 0 ? null : exact(tallies.reduce((sum, tally) => sum + (tally.value ?? 0), 0))
    return { value, days: lengthOf([range]), covered, reported: covered, used: tallies.flatMap(({ used }) => used) }
  }

  // A count without a channel has no digital class either, so it says nothing here.
  #ofChannels (
    term: EventTerm,
    authority: Authority,
    measure: Measure,
    subdivision: Subdivision,
    range: BasisRange
  ): Covered {
    const known = [...this.#book.byChannel(authority, measure, range)].filter(([id, { value }]) =>
      id !== 0 && value !== null
    )
    if (known.length === 0 || subdivision.kind === 'ward' || subdivision.kind === 'street') {
      return { value: null, covered: [], used: [] }
    }
    const used = known.filter(([id]) => subdivision.kind === 'whole' || subdivision.id === id)
      .flatMap(([id, covered]) =>
        covered.used.filter(({ range }) => this.#isIn(term, id, authority.id, range.start))
      )
    // Where channels are counted over different lengths, days that lack one of them make no total, so no share of it
    // either.
    const covered = intersect(
      joined(known.flatMap(([, { covered }]) => covered)),
      this.#book.over(authority, measure, { kind: 'whole' }, range).covered
    )
    return { value: exact(used.reduce((sum, { value }) => sum + value, 0)), covered, used }
  }

  #counts ({ counts }: EventTerm): Array<{ measure: Measure, weight: number }> {
    return Object.entries(counts ?? {}).flatMap(([slug, weight]) => {
      const measure = this.#directory.kpis.measure(slug)
      return isUnknown(measure) ? [] : [{ measure, weight }]
    })
  }

  /**
   * Where nobody declared which of the two holds, events do if there are any, or no counts: never both for the same
   * days.
   */
  byEvents ({ basis, counted, eventRanges }: BasisRange): boolean {
    return basis === 'events' || (basis === 'undeclared' &&
      (!counted || eventRanges.some((eventRange) => this.#reportedDays.has(eventRange))))
  }

  /** Whether a channel is one of those that a term counts, on a day. */
  #isIn (term: EventTerm, channelId: number, authorityId: number, day: number): boolean {
    if (!hasChannels(term)) return true
    const channel = this.#directory.channelById.get(channelId)
    return channel !== undefined && isAmong(this.#directory, term, channel, this.#service.id, authorityId, day)
  }
}

const hidden = (days: number): Tally =>
  ({ value: null, days, covered: days, reported: days, used: [], withheld: 'suppressed' })
