import type pg from 'pg'
import { lifeWithin } from '../catalogue/authorities.ts'
import type { Authority } from '../catalogue/directory.ts'
import { lengthOf } from '../domain/kpi/cover.ts'
import { daysWithin, reportedRanges, REPORT_GAP } from '../domain/kpi/reported-days.ts'
import { FIRST_DAY, type DateRange } from '../domain/period.ts'
import { eachSum } from '../rollups/index.ts'
import type { SumQuery } from './sum-query.ts'

/** The days of an authority's period on which events hold, and how many days its figures cover beside them. */
export interface CountedDays { events: DateRange[], counted: number }

/** Which share of their days periods have reports for. */
export class Coverage {
  readonly #reported: ReadonlyMap<number, readonly DateRange[]>
  readonly #periods: readonly DateRange[]
  readonly #counted: ReadonlyMap<string, CountedDays>

  /** `counted` by `placeOf`; where left out, events hold for the whole period. */
  constructor (
    reported: ReadonlyMap<number, readonly DateRange[]>,
    periods: readonly DateRange[],
    counted: ReadonlyMap<string, CountedDays> = new Map()
  ) {
    this.#reported = reported
    this.#periods = periods
    this.#counted = counted
  }

  /**
   * Of the days on which an authority was there. Of several the mean of those that reported or were to (`isExpected`),
   * 0 for a silent one.
   */
  of (authorities: readonly Authority[], period: number, isExpected: (authority: Authority) => boolean): number {
    const range = this.#periods[period]
    if (range === undefined) return 0
    const shares = authorities.flatMap((authority) => {
      const { id } = authority
      const { events, counted } = this.#counted.get(placeOf(id, period)) ?? { events: [range], counted: 0 }
      const reported = this.#reported.get(id) ?? []
      const days = counted + events.reduce((sum, one) => sum + daysWithin(reported, one), 0)
      if (days === 0) return isExpected(authority) ? [0] : []
      return [Math.min(1, days / Math.max(1, lengthOf([lifeWithin(authority, range)])))]
    })
    return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  }
}

export const placeOf = (authorityId: number, period: number): string => `${authorityId} ${period}`

/** The days that reports of events account for, by authority. */
export async function readReportedRanges (
  client: pg.Pool | pg.ClientBase, { authorityIds, serviceId, type, starts, end }: SumQuery
): Promise<Map<number, DateRange[]>> {
  const days = new Map<number, Set<number>>()
  await eachSum(client, {
    authorityIds,
    serviceId,
    type,
    from: Math.max((starts[0] ?? 0) - REPORT_GAP, FIRST_DAY),
    before: end + REPORT_GAP,
    dimensions: []
  }, ({ authorityId, day, events }) => {
    if (events <= 0) return
    const own = days.get(authorityId)
    if (own === undefined) days.set(authorityId, new Set([day]))
    else own.add(day)
  })
  return new Map([...days].map(([id, own]) => [id, reportedRanges(own)]))
}
