import { isUnknown, type Directory } from '../catalogue/directory.ts'
import { rounded, type DisclosureLevel } from '../domain/disclosure/index.ts'
import { EVENT_TYPES, type EventType } from '../domain/event.ts'
import { isEventTerm, isMeasureTerm, termsOf, type EventTerm, type Term } from '../domain/kpi/definition.ts'
import { rate } from '../domain/kpi/evaluate.ts'
import { countsPeople } from '../domain/measure.ts'
import { wholeRange, type Range } from '../domain/period.ts'
import type { Breakdown } from '../disclosure/breakdown.ts'
import { mayHide, openDisclosure, type Areas, type Disclosure } from '../disclosure/disclosures.ts'
import type { Reader } from '../disclosure/reader.ts'
import type { FigureBook, Part } from '../observations/figures/figure-book.ts'
import { HiddenFigures } from '../disclosure/hidden-figures.ts'
import {
  eventTermsOf, type KpiCell, type KpiQuestion, type Slot, type SpanPlan, type Split, type Stretch
} from './question.ts'

const LEVEL: Record<Split, DisclosureLevel> = {
  none: 'authority', channel: 'authority', ward: 'ward', street: 'street'
}

/** What a cell is made of, as far as disclosure control cares. */
export interface Sources { book: FigureBook, plan: SpanPlan, byEvents: (stretch: Stretch) => boolean }

/** Whether anything of a question may have to be hidden from the reader. */
export function mayBeHidden (
  reader: Reader, directory: Directory, { authorities, service, split }: KpiQuestion
): boolean {
  return authorities.some(({ id }) => mayHide(directory, reader, id, service.id, LEVEL[split]))
}

export async function openKpiDisclosure (
  reader: Reader, directory: Directory, question: KpiQuestion
): Promise<KpiDisclosure> {
  const { service, authorities, periods, today, versions } = question
  const types = [...new Set(versions.flatMap(eventTermsOf).map(({ events }) => events))]
  const opened = await Promise.all(types.map(async (type) =>
    [
      type,
      await openDisclosure(reader, directory, {
        serviceId: service.id,
        type: EVENT_TYPES[type],
        authorityIds: authorities.map(({ id }) => id),
        level: LEVEL[question.split],
        range: wholeRange(periods),
        today
      })
    ] as const
  ))
  return new KpiDisclosure(reader, directory, question, new Map(opened))
}

/** Disclosure control for the cells of one question, between reading and adding up authorities. */
export class KpiDisclosure {
  readonly #reader: Reader
  readonly #directory: Directory
  readonly #question: KpiQuestion
  readonly #events: Map<EventType, Disclosure>
  readonly #figures: HiddenFigures

  constructor (reader: Reader, directory: Directory, question: KpiQuestion, events: Map<EventType, Disclosure>) {
    this.#reader = reader
    this.#directory = directory
    this.#question = question
    this.#events = events
    this.#figures = new HiddenFigures({ reader, directory, service: question.service, level: LEVEL[question.split] })
  }

  /** The cell as it may be published: whole, or without any figure where one that it is made of is hidden. */
  published (cell: KpiCell, slot: Slot, part: Part, sources: Sources): KpiCell {
    const { version } = slot
    if (version === undefined || (cell.numerator === null && cell.denominator === null)) return cell
    return termsOf(version).some((term) => this.#hides(term, slot, part, sources))
      ? suppressed(cell)
      : this.#rounded(cell, slot)
  }

  /** Wards or streets of which something is hidden in the slot: not to list them would say that they have nothing. */
  hiddenMembers (slot: Slot, { plan }: Pick<Sources, 'plan'>): number[] {
    const { split, ward } = this.#question
    if (slot.version === undefined || (split !== 'ward' && split !== 'street')) return []
    return eventTermsOf(slot.version).flatMap((term) =>
      plan.stretches(slot, term.events).flatMap((stretch) =>
        (this.#events.get(term.events)?.hiddenAreas(slot.authority.id, stretch, this.#breakdown(term)) ?? [])
          .filter((area) => split === 'ward' || ((ward === undefined || area.ward === ward.id) && area.street !== 0))
          .map((area) => area[split])
      )
    )
  }

  #hides (term: Term, slot: Slot, part: Part, { book, plan, byEvents }: Sources): boolean {
    if (isMeasureTerm(term)) return this.#hidesFigures(term.measure, slot, part, slot.range, book)
    if (!isEventTerm(term)) return false
    return plan.stretches(slot, term.events, part).some((stretch) =>
      byEvents(stretch)
        ? this.#events.get(term.events)?.isPublished(
          slot.authority.id, this.#areas(part), stretch, this.#breakdown(term)
        ) === false
        : Object.keys(term.counts ?? {}).some((measure) => this.#hidesFigures(measure, slot, part, stretch, book))
    )
  }

  #areas (part: Part): Areas {
    const { ward } = this.#question
    if (part.kind === 'ward') return { wards: [part.id] }
    return part.kind === 'street' ? { streets: [part.id], ...(ward && { wards: [ward.id] }) } : {}
  }

  // Where a service has digital classes of its own, they are no longer those of the plan: what may be told of channels
  // may be told of any classes.
  #breakdown ({ avoidable, classes }: EventTerm): Breakdown {
    const { service, split } = this.#question
    if (avoidable === true) return 'avoidable'
    if (classes === undefined && split !== 'channel') return 'outcome'
    return split === 'channel' || this.#directory.kpis.classDates(service.id).length > 0 ? 'channel' : 'digital-class'
  }

  #hidesFigures (name: string, { authority }: Slot, part: Part, range: Range, book: FigureBook): boolean {
    const measure = this.#directory.kpis.measure(name)
    return !isUnknown(measure) && this.#figures.hides(book, authority, measure, part.kind, range)
  }

  #rounded (cell: KpiCell, { authority, version }: Slot): KpiCell {
    const rule = this.#directory.disclosureRule(authority.id, this.#question.service.id, LEVEL[this.#question.split])
    if (rule.roundTo === null || version === undefined || this.#reader.seesAll(authority.id)) return cell
    const side = (terms: readonly Term[] | null, value: number | null): number | null =>
      value === null || terms === null || !terms.some((term) => this.#isOfPeople(term)) ? value : rounded(value, rule)
    const [numerator, denominator] = [
      side(version.numerator, cell.numerator), side(version.denominator, cell.denominator)
    ]
    if (cell.value === null || numerator === null) return { ...cell, numerator, denominator }
    return denominator === 0
      ? suppressed(cell)
      : { ...cell, numerator, denominator, value: rate(version, numerator, denominator) }
  }

  #isOfPeople (term: Term): boolean {
    if (!isMeasureTerm(term)) return isEventTerm(term)
    const measure = this.#directory.kpis.measure(term.measure)
    return !isUnknown(measure) && countsPeople(measure)
  }
}

const suppressed = (cell: KpiCell): KpiCell => ({
  ...cell,
  numerator: null,
  denominator: null,
  value: null,
  coverage: null,
  status: 'suppressed',
  reason: 'disclosure-control',
  notes: []
})
