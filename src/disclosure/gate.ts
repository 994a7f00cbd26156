import type { Directory } from '../catalogue/directory.ts'
import { rounded, type DisclosureLevel } from '../domain/disclosure/rule.ts'
import type { DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import type { Released, ReleasedCounts, ReleasedPlace, Weights } from '../releases/released-counts.ts'
import { ReleasedYears } from '../releases/reader.ts'
import { AuthorityPlans, readAuthorityPlans } from './authority-plans.ts'
import type { Breakdown } from './breakdown.ts'
import { ObservationSuppression, type ObservationSource } from './observation-suppression.ts'
import { maySuppress, publishesAsIs, readsReleases } from './rules.ts'
import type { Session, Viewer } from './session.ts'
import { touches, wholeYears, withheldDays, type WithheldDays } from './withheld.ts'

// Not exported, and with a private member: no other module can name it, and no object literal or spread has its type.
declare class Passed { private readonly byTheGate: true }

/** A figure as its viewer may see it. Answers are made of these alone, and only the gate makes them. */
export type Published<Figure> = Readonly<Figure> & Passed

/** What figures are asked for, as far as disclosure control cares. */
export interface GateQuestion {
  serviceId: number
  /** The types of event that figures are made of. */
  types: readonly number[]
  authorityIds: readonly number[]
  /** The finest area that figures are grouped or filtered by. */
  level: DisclosureLevel
  /** All the days asked for. */
  range: DateRange
  /**
   * Whether the answer lists what there was in a financial year: streets, or channels of wards. Of a year that is not
   * all published such a list would tell, so the whole year is withheld.
   */
  listsYears: boolean
  /** Today as a local day. */
  today: number
}

/** Events of each of some authorities, in all of their wards, that a figure is made of. */
export interface EventSource {
  type: number
  authorityIds: readonly number[]
  range: DateRange
  breakdown: Breakdown
}

/** What a figure is made of: where any of it may not be published, the figure may not either. */
export interface Sources {
  /** Whose figure it is: it is rounded by the coarsest of their rules, and withheld until all have published it. */
  owners: readonly number[]
  /** The days that it is about. */
  range: DateRange
  events: readonly EventSource[]
  observations: readonly ObservationSource[]
  /**
   * Whether it tells details of events: amounts, durations, attributes. No plan suppresses some of those, so they are
   * published only where the viewer gets everything of its owners as it is.
   */
  details?: boolean
}

/** How the gate withholds, suppresses and rounds a kind of figure. */
export interface Kind<Figure> {
  /** As it is before it is published. Nothing in it may depend on what was reported, not even whether anything was. */
  withheld: (figure: Figure) => Figure
  /** Whether it says nothing that could be suppressed. */
  isEmpty: (figure: Figure) => boolean
  suppressed: (figure: Figure) => Figure
  rounded: (figure: Figure, round: (value: number) => number) => Figure
}

/** Whose figures a relation or another whole has, and the finest area that it tells apart. */
export interface WholeOf {
  serviceId: number
  authorityIds: readonly number[]
  level: DisclosureLevel
  /** The days of an authority that it does not have. */
  leftOut: WithheldDays
}

/** Opens the gate for one question: reads what was released, and plans for authorities with a rule of their own. */
export async function openGate (
  { viewer, pool, released }: Session, directory: Directory, question: GateQuestion
): Promise<Gate> {
  const { serviceId, types, authorityIds, level, range } = question
  const client = pool.within({ authorityIds })
  const byRelease = authorityIds.filter((id) => readsReleases(viewer, id, level))
  const concerned = authorityIds.filter((id) => maySuppress(directory, viewer, id, serviceId))
  const opened = await Promise.all(types.map(async (type) => {
    const [years, plans] = await Promise.all([
      level === 'authority'
        ? new ReleasedYears(new Map())
        : released.read(client, { serviceId, type, level }, byRelease, range),
      level === 'authority' && concerned.length > 0
        ? readAuthorityPlans(client, directory, { authorityIds: concerned, serviceId, type }, range)
        : new AuthorityPlans(new Map())
    ])
    return [type, { years, plans }] as const
  }))
  return new Gate(viewer, directory, question, new Map(opened))
}

/** What of a type of event is public. */
export interface OpenedType { years: ReleasedYears, plans: AuthorityPlans }

/** Publishes figures: nothing else makes them public. */
export class Gate {
  readonly #types: ReadonlyMap<number, OpenedType>
  readonly #observations: ObservationSuppression
  /** Whether the viewer gets everything of an authority as it is, and of all of them. */
  readonly #isAsIs: (authorityId: number) => boolean
  readonly #asIs: boolean
  readonly #roundTo: (authorityId: number) => number
  readonly #withheld: WithheldDays
  readonly #listsYears: boolean

  constructor (
    viewer: Omit<Viewer, 'name'>,
    directory: Directory,
    { serviceId, authorityIds, level, listsYears }: GateQuestion,
    types: ReadonlyMap<number, OpenedType>
  ) {
    this.#types = types
    this.#withheld = withheldDays(viewer, directory, serviceId)
    this.#listsYears = listsYears
    this.#observations = new ObservationSuppression({ viewer, directory, serviceId, level })
    this.#isAsIs = remembered((authorityId: number) =>
      publishesAsIs(directory, viewer, authorityId, serviceId, level)
    )
    this.#asIs = authorityIds.every(this.#isAsIs)
    this.#roundTo = remembered((authorityId: number) =>
      viewer.seesAll(authorityId) ? 0 : directory.disclosureRule(authorityId, serviceId, level).roundTo ?? 0
    )
  }

  /** The figure as the viewer may see it: as it is, rounded, suppressed, or withheld. */
  publish<Figure> (figure: Figure, sources: Sources, kind: Kind<Figure>): Published<Figure> {
    if (this.#withholdsAny(sources)) return passed(kind.withheld(figure))
    if (this.#asIs) return passed(figure)
    // Whether there is anything at all is suppressed too.
    if (sources.details === true && !sources.owners.every(this.#isAsIs)) return passed(kind.suppressed(figure))
    if (kind.isEmpty(figure)) return passed(figure)
    if (this.#suppresses(sources)) return passed(kind.suppressed(figure))
    const roundTo = this.roundTo(sources.owners)
    return passed(roundTo === 0 ? figure : kind.rounded(figure, (value) => rounded(value, { roundTo })))
  }

  /**
   * Whether the viewer may not see an authority's figures of some days yet. What there is of those days may have no
   * part in an answer: nor in its groups or their order.
   */
  withholds (authorityId: number, range: DateRange): boolean {
    const withheld = this.#withheld(authorityId)
    return withheld.length > 0 && touches(withheld, this.#listsYears ? wholeYears(range) : range)
  }

  /**
   * What figures of these authorities together are rounded to, and so by how much they may grow; 0: they are not. It is
   * the coarsest of their rules, or naming another authority first would show a sum as it is.
   */
  roundTo (owners: readonly number[]): number {
    return owners.reduce((coarsest, id) => Math.max(coarsest, this.#roundTo(id)), 0)
  }

  /** What was released of an authority's events of a type, year by year. */
  released (type: number, authorityId: number): readonly ReleasedCounts[] {
    const years = this.#types.get(type)?.years.of(authorityId) ?? []
    return this.#listsYears
      ? years.filter(({ start }) => !this.withholds(authorityId, { start, end: start + 1 }))
      : years
  }

  /** The share of the days of a range that reports account for, as they were when it was released. */
  coverage (type: number, authorityId: number, range: DateRange): number {
    return this.#types.get(type)?.years.coverage(authorityId, range) ?? 0
  }

  /** The released count of some wards or streets of an authority together. */
  count (
    type: number, authorityId: number, places: readonly ReleasedPlace[], range: DateRange, weights: Weights
  ): Published<Released> {
    if (this.withholds(authorityId, range)) return passed({ status: 'not-yet' })
    return passed(this.#types.get(type)?.years.count(authorityId, places, range, weights) ?? { status: 'not-yet' })
  }

  /** Rounds what is made of released counts, as the rules of its owners say. */
  round<Figure> (figure: Published<Figure>, owners: readonly number[], kind: Kind<Figure>): Published<Figure> {
    const roundTo = this.roundTo(owners)
    return roundTo === 0 || kind.isEmpty(figure)
      ? figure
      : passed(kind.rounded(figure, (value) => rounded(value, { roundTo })))
  }

  #withholdsAny ({ owners, range, events, observations }: Sources): boolean {
    return owners.some((id) => this.withholds(id, range)) ||
      events.some((source) => source.authorityIds.some((id) => this.withholds(id, source.range))) ||
      observations.some((source) => this.withholds(source.authority.id, source.range))
  }

  #suppresses ({ events, observations }: Sources): boolean {
    return events.some(({ type, authorityIds, range, breakdown }) => {
      const plans = this.#types.get(type)?.plans
      return plans !== undefined && !authorityIds.every((id) => plans.isPublished(id, range, breakdown))
    }) || observations.some((source) => this.#observations.suppresses(source))
  }
}

/** Publishes what is worked out from published figures alone. `work` must not look at any other figure. */
export function workedOut<From, Figure> (
  published: ReadonlyArray<Published<From>>, work: (published: ReadonlyArray<Published<From>>) => Figure
): Published<Figure> {
  return passed(work(published))
}

/**
 * Passes figures that the gate cannot look at one by one, such as a relation that SQL reads: only where the viewer gets
 * all of them as they are, and the days that are withheld are left out. Undefined otherwise.
 */
export function publishWhole<Figures extends { wholeOf: WholeOf }> (
  viewer: Omit<Viewer, 'name'>, directory: Directory, figures: Figures
): Published<Figures> | undefined {
  const { serviceId, authorityIds, level, leftOut } = figures.wholeOf
  const withheld = withheldDays(viewer, directory, serviceId)
  const asIs = authorityIds.every((id) =>
    publishesAsIs(directory, viewer, id, serviceId, level) &&
    withheld(id).every(({ start, end }) => leftOut(id).some((days) => days.start <= start && days.end >= end))
  )
  return asIs ? passed(figures) : undefined
}

/**
 * Passes what is made of schemaless records. Their sender published them: the service knows neither what they count nor
 * of whom, so no rule of disclosure is about them.
 */
export function publishedBySender<Figures extends { dataSetId: number }> (figures: Figures): Published<Figures> {
  return passed(figures)
}

const passed = <Figure>(figure: Figure): Published<Figure> => figure as Published<Figure>
