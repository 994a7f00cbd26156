import { lifeWithin } from '../catalogue/authorities.ts'
import { isUnknown, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import type { Basis, BasisRange as DeclaredRange, Measure } from '../catalogue/kpi-directory.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from '../domain/event.ts'
import { intersect, joined, lengthOf } from '../domain/kpi/cover.ts'
import { isMeasureTerm, termsOf, type KpiVersion } from '../domain/kpi/definition.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import { Slices } from '../domain/slices.ts'
import type { ObservationIndex, Subdivision } from '../observations/observation-index.ts'
import { eventTermsOf, type AuthorityPeriod, type Split } from './question.ts'
import type { EventRange } from './store/ranges-together.ts'
import { countedPeriod, type CountedPeriod } from './weeks.ts'

/**
 * Days in which either events or counts say how much there was; `eventRanges` are indices into those of the plan.
 * `counted`: whether any count touches them, that could stand for events.
 */
export interface BasisRange extends DateRange { basis: Basis, counted: boolean, eventRanges: number[] }

/** `byMonth`: the sums are of months, which cannot be cut. */
interface Asked { directory: Directory, service: Service, split: Split, byMonth: boolean, book: ObservationIndex }

/**
 * The days of a period on which events are counted; of a ward those in `byWard` where they are others. `periods`: the
 * days that its values are about, by ward, 0 for all others.
 */
interface CountedDays {
  days: readonly DateRange[]
  byWard: ReadonlyMap<number, readonly DateRange[]>
  periods: ReadonlyMap<number, CountedPeriod>
}

/** Which days of events to read for each authority and period, by type; and on which days counts stand for events. */
export class DayPlan {
  readonly eventRanges: EventRange[] = []
  readonly #ranges = new Map<string, BasisRange[]>()
  readonly #periods = new Map<string, ReadonlyMap<number, CountedPeriod>>()
  readonly #readsEvents: (authorityId: number) => boolean

  private constructor (readsEvents: (authorityId: number) => boolean) {
    this.#readsEvents = readsEvents
  }

  /** Made in slices: there may be twenty thousand periods. */
  static async of (
    asked: Asked, periods: readonly AuthorityPeriod[], readsEvents: (authorityId: number) => boolean
  ): Promise<DayPlan> {
    const plan = new DayPlan(readsEvents)
    const slices = new Slices()
    for (const period of periods) {
      const counted = countedDays(asked, period)
      plan.#periods.set(`${period.authority.id} ${period.period}`, counted.periods)
      plan.#add(asked, period, counted)
      if (slices.over) await slices.pause()
    }
    return plan
  }

  /** The days that a value is about: those of its period, or of the weeks that begin in it. */
  counted ({ authority, period, range }: AuthorityPeriod, subdivision: Subdivision): CountedPeriod {
    const periods = this.#periods.get(`${authority.id} ${period}`)
    const ofWard = subdivision.kind === 'ward' ? periods?.get(subdivision.id) : undefined
    return ofWard ?? periods?.get(0) ?? { range, byWeeks: false }
  }

  /** A ward may have days of its own; everything else has those of the period. */
  ranges (period: AuthorityPeriod, type: EventType, subdivision?: Subdivision): BasisRange[] {
    const ofWard = subdivision?.kind === 'ward' ? this.#ranges.get(keyOf(period, type, subdivision.id)) : undefined
    return ofWard ?? this.#ranges.get(keyOf(period, type)) ?? []
  }

  /** The event ranges of a period, of every type. */
  eventRangesOf (period: AuthorityPeriod): number[] {
    return EVENT_TYPE_NAMES.flatMap((type) => this.ranges(period, type).flatMap(({ eventRanges }) => eventRanges))
  }

  #add (asked: Asked, period: AuthorityPeriod, { days, byWard }: CountedDays): void {
    const { directory, service, book } = asked
    const { authority, version } = period
    if (version === undefined) return
    const cuts = [
      ...directory.kpis.classDates(service.id), ...[...byWard.values()].flat().flatMap(({ start, end }) => [start, end])
    ].sort((a, b) => a - b)
    for (const type of new Set(eventTermsOf(version).map((term) => term.events))) {
      const counts = countsOf(directory, version, type)
      const cut = (some: readonly DateRange[]) =>
        withinLife(asked, authority, some).flatMap((days) => basisRangesOf(asked, period, type, days)).map((range) => ({
          ...range,
          counted: counts.some((measure) => book.all(authority, measure).some((one) => overlaps(one.range, range)))
        }))
      const ranges = cut(days).map((range) => ({
        ...range,
        eventRanges: range.basis === 'counts' || !this.#readsEvents(authority.id)
          ? []
          : this.#addEventRanges(authority.id, type, range, cuts)
      }))
      this.#ranges.set(keyOf(period, type), ranges)
      const starts = ranges.flatMap(({ eventRanges }) =>
        eventRanges.map((eventRange) => ({ eventRange, from: this.eventRanges[eventRange]?.from ?? 0 }))
      )
      for (const [ward, own] of byWard) {
        this.#ranges.set(
          keyOf(period, type, ward),
          cut(own).map((range) => ({
            ...range,
            eventRanges: starts.filter(({ from }) => from >= range.start && from < range.end)
              .map(({ eventRange }) => eventRange)
          }))
        )
      }
    }
  }

  // Cut so that within a range every channel has one digital class, and a ward has all of its days or none.
  #addEventRanges (authorityId: number, type: EventType, { start, end }: DateRange, cuts: readonly number[]): number[] {
    const starts = [start, ...cuts.filter((day) => day > start && day < end)]
    return [...new Set(starts)].map((from, i, all) =>
      this.eventRanges.push({ authorityId, type: EVENT_TYPES[type], from, to: all[i + 1] ?? end }) - 1
    )
  }
}

const keyOf = ({ authority, period }: AuthorityPeriod, type: EventType, ward = 0): string =>
  `${authority.id} ${period} ${type} ${ward}`

// Days before an authority began, or after its end, are not days on which it was silent. Months are not cut.
function withinLife ({ byMonth }: Asked, authority: Authority, ranges: readonly DateRange[]): readonly DateRange[] {
  return byMonth
    ? ranges
    : ranges.map((range) => lifeWithin(authority, range)).filter(({ start, end }) => start < end)
}

/** The measures that stand for events of a type in a definition. */
function countsOf (directory: Directory, version: KpiVersion, type: EventType): Measure[] {
  const names = eventTermsOf(version).filter(({ events }) => events === type).flatMap(({ counts }) =>
    Object.keys(counts ?? {})
  )
  return [...new Set(names)].flatMap((name) => {
    const measure = directory.kpis.measure(name)
    return isUnknown(measure) ? [] : [measure]
  })
}

// What is stored by month is not cut; where counts hold for any day of the period, events are not counted. There are no
// counts of streets, so they have no figure then.
function basisRangesOf (
  { directory, service, byMonth }: Asked, { authority }: AuthorityPeriod, type: EventType, range: DateRange
): DeclaredRange[] {
  const ranges = directory.kpis.basisRanges(authority.id, service.id, EVENT_TYPES[type], range)
  if (!byMonth) return ranges
  return [{ ...range, basis: ranges.some(({ basis }) => basis === 'counts') ? 'counts' : 'events' }]
}

/**
 * The days on which events are counted: those that the observations of the definition cover, so that both sides of a
 * rate are about the same days; the whole period where it has no observations, or what is stored by month. By ward each
 * has the days of its own.
 */
function countedDays (
  { directory, book, split, byMonth }: Asked, { authority, range, version }: AuthorityPeriod
): CountedDays {
  if (byMonth) return { days: [range], byWard: new Map(), periods: new Map() }
  const measures = (version === undefined ? [] : termsOf(version).filter(isMeasureTerm)).flatMap((term) => {
    const measure = directory.kpis.measure(term.measure)
    return isUnknown(measure) ? [] : [measure]
  })
  const wards = split === 'ward'
    ? [...new Set(measures.flatMap((measure) => book.wardsOf(authority, measure)))].map((id) => ({
        kind: 'ward' as const,
        id
      }))
    : []
  const flows = measures.filter(({ kind }) => kind === 'flow')
  const periodOf = (one: Subdivision): CountedPeriod => countedPeriod(book, authority, flows, one, range)
  const covered = (one: Subdivision, period: CountedPeriod): DateRange[] =>
    measures.reduce(
      (days, measure) => intersect(days, book.over(authority, measure, one, period.range).covered), [period.range]
    )
  if (split !== 'ward' || wards.length === 0) {
    const period = periodOf({ kind: 'whole' })
    const days = split === 'ward' ? [] : covered({ kind: 'whole' }, period)
    return { days: days.length === 0 ? [period.range] : days, byWard: new Map(), periods: new Map([[0, period]]) }
  }
  // A ward without observations has no rate: it shows what there was on the days of the others.
  const ofWards = wards.map((ward) => ({ ward, period: periodOf(ward) })).map(({ ward, period }) =>
    ({ id: ward.id, period, days: covered(ward, period) }))
  const days = joined(ofWards.flatMap((ward) => ward.days))
  const own = ofWards.filter((ward) => ward.days.length > 0 && lengthOf(ward.days) < lengthOf(days))
  const others = ofWards.find(({ period }) => period.byWeeks)?.period ?? { range, byWeeks: false }
  return {
    days: days.length === 0 ? [others.range] : days,
    byWard: new Map(own.map(({ id, days }) => [id, days])),
    periods: new Map([[0, others], ...ofWards.map(({ id, period }) => [id, period] as const)])
  }
}
