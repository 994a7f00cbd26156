import type { Area, Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Basis } from '../catalogue/kpi-directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from '../domain/event.ts'
import { isEventTerm, termsOf, versionInForce, type EventTerm, type KpiVersion } from '../domain/kpi/definition.ts'
import type { Reason } from '../domain/kpi/evaluate.ts'
import type { Range } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'
import { ProblemError } from '../errors.ts'
import type { Part } from '../observations/figures/figure-book.ts'
import type { Span } from './store/read-spans.ts'

/** By what a KPI may be split within an authority. */
export type Split = 'none' | 'channel' | 'ward' | 'street'

/** A question about one KPI, every name resolved. Periods are whole ones. */
export interface KpiQuestion {
  versions: readonly KpiVersion[]
  service: Service
  authorities: readonly Authority[]
  periods: readonly Range[]
  split: Split
  /** false: authorities are added up, so that each has the channels of all. */
  byAuthority?: boolean
  /** Only streets of this ward. */
  ward?: Area | undefined
  /** How many streets at most, those with the most first. */
  top: number
  /**
   * So many of the first periods are there to compare the others with; which streets have the most is asked of the
   * others.
   */
  earlier?: number
  today: number
}

/**
 * A KPI of one authority in one period, split or not, before anything is shaped. Between reading and adding up,
 * disclosure control (disclose.ts) may take away `numerator`, `denominator`, `value` and `coverage` and set the status.
 */
export interface KpiCell {
  authorityId: number
  /** Index into the question's periods. */
  period: number
  /** Id of the channel or ward, USRN of the street; null where not split. 0: not recorded. */
  member: number | null
  numerator: number | null
  /** Null too where the definition has none. */
  denominator: number | null
  value: number | null
  status: Status
  reason: Reason | null
  /** Share of the period's days that figures cover or, for events, on which anything was reported. */
  coverage: number | null
  version: KpiVersion | null
  notes: string[]
}

/** One authority in one period. */
export interface Slot { authority: Authority, period: number, range: Range, version: KpiVersion | undefined }

export const MOST_SLOTS = 20_000

export function slotsOf ({ authorities, periods, versions }: KpiQuestion): Slot[] {
  if (authorities.length * periods.length > MOST_SLOTS) {
    throw new ProblemError(
      'invalid-period-range',
      `That is ${authorities.length} authorities over ${periods.length} periods; ask for at most ${MOST_SLOTS} of ` +
        'both together.'
    )
  }
  const inForce = periods.map(({ start }) => versionInForce(versions, formatDay(start)))
  return authorities.flatMap((authority) =>
    periods.map((range, period) => ({ authority, period, range, version: inForce[period] }))
  )
}

/** A stretch of a slot in which either events or counts say how much there was. */
export interface Stretch extends Range { basis: Basis, spans: number[] }

/** The days of a slot on which events are counted; of a ward those in `byWard` where they are others. */
export interface CountedDays { days: readonly Range[], byWard: ReadonlyMap<number, readonly Range[]> }

/** Which spans of events to read for the days of each slot, by type; and what stands for the days that have none. */
export class SpanPlan {
  readonly spans: Span[] = []
  readonly #stretches = new Map<string, Stretch[]>()

  add (directory: Directory, service: Service, slot: Slot, { days, byWard }: CountedDays): void {
    const { authority, version } = slot
    if (version === undefined) return
    const cuts = [
      ...directory.kpis.classDates(service.id), ...[...byWard.values()].flat().flatMap(({ start, end }) => [start, end])
    ].sort((a, b) => a - b)
    for (const type of new Set(termsOf(version).filter(isEventTerm).map((term) => term.events))) {
      const segments = (ranges: readonly Range[]) =>
        ranges.flatMap((range) => directory.kpis.segments(authority.id, service.id, EVENT_TYPES[type], range))
      const stretches = segments(days)
        .map(({ start, end, basis }) => ({
          start, end, basis, spans: basis === 'counts' ? [] : this.#spans(authority.id, type, { start, end }, cuts)
        }))
      this.#stretches.set(keyOf(slot, type), stretches)
      const spans = stretches.flatMap((stretch) =>
        stretch.spans.map((number) => ({ number, from: this.spans[number]?.from ?? 0 }))
      )
      for (const [ward, own] of byWard) {
        this.#stretches.set(
          keyOf(slot, type, ward),
          segments(own).map(({ start, end, basis }) => ({
            start,
            end,
            basis,
            spans: spans.filter(({ from }) => from >= start && from < end).map(({ number }) => number)
          }))
        )
      }
    }
  }

  /** Of a ward those of its own days, of all else those of the slot. */
  stretches (slot: Slot, type: EventType, part?: Part): Stretch[] {
    const ofWard = part?.kind === 'ward' ? this.#stretches.get(keyOf(slot, type, part.id)) : undefined
    return ofWard ?? this.#stretches.get(keyOf(slot, type)) ?? []
  }

  /** All spans of a slot, of whatever type. */
  spansOf (slot: Slot): number[] {
    return EVENT_TYPE_NAMES.flatMap((type) => this.stretches(slot, type).flatMap(({ spans }) => spans))
  }

  // Within a span every channel has one digital class, and a ward has all of its days or none.
  #spans (authorityId: number, type: EventType, { start, end }: Range, cuts: readonly number[]): number[] {
    const starts = [start, ...cuts.filter((day) => day > start && day < end)]
    return [...new Set(starts)].map((from, i, all) =>
      this.spans.push({ authorityId, type: EVENT_TYPES[type], from, to: all[i + 1] ?? end }) - 1
    )
  }
}

const keyOf = ({ authority, period }: Slot, type: EventType, ward = 0): string =>
  `${authority.id} ${period} ${type} ${ward}`

export const eventTermsOf = (version: KpiVersion): EventTerm[] => termsOf(version).filter(isEventTerm)
