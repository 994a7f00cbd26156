import { isUnknown, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { OUTCOME_OF_CODE } from '../domain/event.ts'
import { inAll, intersect, joined, lengthOf, type Covered, type Figure } from '../domain/kpi/cover.ts'
import { isEventTerm, isMeasureTerm, type DigitalClass, type EventTerm, type Term } from '../domain/kpi/definition.ts'
import { isNeeded } from '../observations/figures/counting.ts'
import type { FigureBook, Part } from '../observations/figures/figure-book.ts'
import type { SpanCell, Span } from './store/read-spans.ts'
import type { Slot, SpanPlan, Stretch } from './question.ts'

/**
 * What terms come to. `days` are those that figures had to cover, `covered` those they do, `reported` those with any
 * report.
 */
export interface Tally { value: number | null, days: number, covered: number, reported: number, used: Figure[] }

/** Everything that was read for a question, and how to add it up. */
export class Tallier {
  readonly #directory: Directory
  readonly #service: Service
  readonly #book: FigureBook
  readonly #plan: SpanPlan
  readonly #cells: Map<number, SpanCell[]>
  readonly #ofAreas: Map<string, SpanCell[]>
  readonly #reportedDays: Map<number, number>

  constructor (
    { directory, service, book, plan }: { directory: Directory, service: Service, book: FigureBook, plan: SpanPlan },
    cells: readonly SpanCell[],
    reportedDays: Map<number, number>
  ) {
    this.#directory = directory
    this.#service = service
    this.#book = book
    this.#plan = plan
    this.#cells = Map.groupBy(cells, ({ span }) => span)
    this.#ofAreas = Map.groupBy(cells, ({ span, area }) => `${span} ${area}`)
    this.#reportedDays = reportedDays
  }

  /** The parts of a slot that events or counts tell of. */
  members (slot: Slot, terms: readonly EventTerm[], split: 'channel' | 'ward' | 'street'): number[] {
    const members = new Set<number>()
    for (const term of terms) {
      for (const stretch of this.#plan.stretches(slot, term.events)) {
        for (const cell of this.#cellsOf(stretch)) members.add(split === 'channel' ? cell.channel : cell.area)
        if (split !== 'channel' || this.byEvents(stretch)) continue
        for (const { measure } of this.#counts(term)) {
          for (const [channel, { value }] of this.#book.byChannel(slot.authority, measure, stretch)) {
            if (channel !== 0 && value !== null) members.add(channel)
          }
        }
      }
    }
    return [...members]
  }

  /** One side of a rate: null where a term has nothing reported at all, or lacks a figure. */
  side (slot: Slot, terms: readonly Term[], part: Part): Tally {
    const tallies = terms.map((term) => this.#term(slot, term, part))
    const days = lengthOf([slot.range])
    return {
      value: tallies.some(({ value }) => value === null)
        ? null
        : tallies.reduce((sum, { value }) => sum + (value ?? 0), 0),
      days,
      covered: Math.min(days, ...tallies.map(({ covered }) => covered)),
      reported: Math.min(days, ...tallies.map(({ reported }) => reported)),
      used: tallies.flatMap(({ used }) => used)
    }
  }

  #term (slot: Slot, term: Term, part: Part): Tally {
    const days = lengthOf([slot.range])
    if (isEventTerm(term)) return this.#events(slot, term, part)
    if (!isMeasureTerm(term)) {
      const ofWhole = part.kind === 'whole' || part.kind === 'channel'
      return { value: ofWhole ? slot.authority.population : null, days, covered: days, reported: days, used: [] }
    }
    const measure = this.#directory.kpis.measure(term.measure)
    if (isUnknown(measure)) return { value: null, days, covered: 0, reported: 0, used: [] }
    const { value, covered, used } = this.#book.over(slot.authority, measure, part, slot.range)
    const length = lengthOf(covered)
    return { value, days, covered: length, reported: length, used }
  }

  #events (slot: Slot, term: EventTerm, part: Part): Tally {
    const stretches = this.#plan.stretches(slot, term.events, part)
    const tallies = stretches.map((stretch) =>
      this.byEvents(stretch) ? this.#ofEvents(slot, term, part, stretch) : this.#ofCounts(slot, term, part, stretch)
    )
    const told = tallies.filter(({ value }) => value !== null)
    const add = (pick: (tally: Tally) => number): number => tallies.reduce((sum, tally) => sum + pick(tally), 0)
    return {
      value: told.length === 0 ? null : told.reduce((sum, { value }) => sum + (value ?? 0), 0),
      days: add(({ days }) => days),
      // Days that are not asked about need no cover: figures of the other side do not cover them.
      covered: add(({ covered }) => covered) + lengthOf([slot.range]) - add(({ days }) => days),
      reported: add(({ reported }) => reported),
      used: tallies.flatMap(({ used }) => used)
    }
  }

  #ofEvents ({ authority }: Slot, term: EventTerm, part: Part, stretch: Stretch): Tally {
    const days = lengthOf([stretch])
    const reported = stretch.spans.reduce((sum, span) => sum + (this.#reportedDays.get(span) ?? 0), 0)
    if (reported === 0) return { value: null, days, covered: days, reported, used: [] }
    let value = 0
    for (const cell of this.#cellsOfPart(stretch, part)) {
      const weight = term.outcomes[OUTCOME_OF_CODE.get(cell.outcome) ?? ''] ?? 0
      if (weight === 0 || !this.#hasClass(term.classes, cell.channel, authority.id, this.#plan.spans[cell.span])) {
        continue
      }
      value += weight * (term.avoidable === true ? cell.avoidable : cell.count)
    }
    return { value, days, covered: days, reported, used: [] }
  }

  #ofCounts ({ authority }: Slot, term: EventTerm, part: Part, stretch: Stretch): Tally {
    const counts = this.#counts(term)
    const sent = counts.map(({ measure, weight }) => {
      const { value, covered, used } = term.classes === undefined
        ? this.#book.over(authority, measure, part, stretch)
        : this.#ofClasses(term.classes, authority, measure, part, stretch)
      return { measure, value: value === null ? null : value * weight, covered, used }
    }).filter(({ measure, value }) =>
      value !== null || (term.classes === undefined && this.#book.touches(authority, measure, part, stretch))
    )
    const tallies = sent.filter(({ value }) => value !== null)
    // A measure that is sent for some of the days is not 0 on the others.
    const covered =
      lengthOf(inAll(sent.filter(({ measure }) => counts.length === 1 || isNeeded(measure)).map((tally) =>
        tally.covered
      )))
    const value = tallies.length === 0 ? null : tallies.reduce((sum, tally) => sum + (tally.value ?? 0), 0)
    return { value, days: lengthOf([stretch]), covered, reported: covered, used: tallies.flatMap(({ used }) => used) }
  }

  // A count without a channel has no digital class, so it says nothing here.
  #ofClasses (
    classes: readonly DigitalClass[], authority: Authority, measure: Measure, part: Part, stretch: Stretch
  ): Covered {
    const known = [...this.#book.byChannel(authority, measure, stretch)].filter(([id, { value }]) =>
      id !== 0 && value !== null
    )
    if (known.length === 0 || part.kind === 'ward' || part.kind === 'street') {
      return { value: null, covered: [], used: [] }
    }
    const used = known.filter(([id]) => part.kind === 'whole' || part.id === id)
      .flatMap(([id, covered]) =>
        covered.used.filter(({ range }) => this.#hasClass(classes, id, authority.id, { from: range.start }))
      )
    // Where channels are counted over different lengths, days that lack one of them make no total, so no share of it
    // either.
    const covered = intersect(
      joined(known.flatMap(([, { covered }]) => covered)),
      this.#book.over(authority, measure, { kind: 'whole' }, stretch).covered
    )
    return { value: used.reduce((sum, { value }) => sum + value, 0), covered, used }
  }

  #counts ({ counts }: EventTerm): Array<{ measure: Measure, weight: number }> {
    return Object.entries(counts ?? {}).flatMap(([slug, weight]) => {
      const measure = this.#directory.kpis.measure(slug)
      return isUnknown(measure) ? [] : [{ measure, weight }]
    })
  }

  // Of a ward or street by a look-up: an authority has thousands of streets.
  #cellsOfPart (stretch: Stretch, part: Part): SpanCell[] {
    if (part.kind === 'whole') return this.#cellsOf(stretch)
    if (part.kind === 'channel') return this.#cellsOf(stretch).filter(({ channel }) => channel === part.id)
    return stretch.spans.flatMap((span) => this.#ofAreas.get(`${span} ${part.id}`) ?? [])
  }

  #cellsOf (stretch: Stretch): SpanCell[] {
    return stretch.spans.flatMap((span) => this.#cells.get(span) ?? [])
  }

  /** Where nobody declared which of the two holds, events do if there are any: never both for the same days. */
  byEvents ({ basis, spans }: Stretch): boolean {
    return basis === 'events' || (basis === 'undeclared' && spans.some((span) => this.#reportedDays.has(span)))
  }

  #hasClass (
    classes: readonly DigitalClass[] | undefined,
    channelId: number,
    authorityId: number,
    span: Pick<Span, 'from'> | undefined
  ): boolean {
    if (classes === undefined) return true
    const channel = this.#directory.channelById.get(channelId)
    return channel !== undefined &&
      classes.includes(this.#directory.kpis.classOn(channel, this.#service.id, authorityId, span?.from ?? 0))
  }
}
