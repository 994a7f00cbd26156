import type pg from 'pg'
import type { Cache } from '../cache/cache.ts'
import { checkCount } from '../domain/cost.ts'
import { financialYears } from '../domain/disclosure/publication-dates.ts'
import { daysWithin, reportedRanges } from '../domain/kpi/reported-days.ts'
import { overlap, overlaps, type DateRange } from '../domain/period.ts'
import { remembered } from '../domain/remembered.ts'
import { ReleasedCounts, type Released, type ReleasedPlace, type Weights } from './released-counts.ts'
import { readReleasedYear, readReleasedYears, type ReleasedYearKey } from './store/released-counts.ts'

export interface ReleasedSelection { serviceId: number, type: number, level: 'ward' | 'street' }

/** The most financial years of authorities for one answer: each takes up to some 100 kilobytes. */
const MOST_YEARS = { ward: 1000, street: 200 }
const [BYTES_A_COUNT, BYTES_A_YEAR] = [60, 2000]

/** Reads what was released. A year is read whole, and kept until another release changes it. */
export class ReleasedReader {
  readonly #cache: Cache

  constructor (cache: Cache) {
    this.#cache = cache
  }

  /** Throws `ProblemError` (too-costly) for too many years. */
  async read (
    client: pg.Pool | pg.ClientBase, selection: ReleasedSelection, authorityIds: readonly number[], range: DateRange
  ): Promise<ReleasedYears> {
    if (authorityIds.length === 0) return new ReleasedYears(new Map())
    const all = await readReleasedYears(client, authorityIds, selection.serviceId, selection.type)
    const asked = all.filter(({ yearOn }) => financialYears({ start: yearOn, end: yearOn + 1 })
      .some((year) => overlaps(year, range)))
    const most = MOST_YEARS[selection.level]
    checkCount(
      asked.length,
      most,
      `financial years of all authorities by ${selection.level}`,
      'fewer authorities or a shorter range'
    )
    const years = await Promise.all(asked.map(async (year) =>
      [year, await this.#year(client, selection, year)] as const
    ))
    const byAuthority = Map.groupBy(years, ([{ authorityId }]) => authorityId)
    return new ReleasedYears(new Map([...byAuthority].map(([id, own]) => [id, own.map(([, counts]) => counts)])))
  }

  async #year (
    client: pg.Pool | pg.ClientBase, selection: ReleasedSelection, year: ReleasedYearKey
  ): Promise<ReleasedCounts> {
    const { serviceId, type, level } = selection
    let bytes = BYTES_A_YEAR
    return await this.#cache.get(
      `released ${year.authorityId} ${serviceId} ${type} ${level} ${year.yearOn}`,
      { catalogue: this, state: year.state },
      async () => {
        const { shape, rows } = await readReleasedYear(client, year, selection)
        bytes += rows.length * BYTES_A_COUNT
        return new ReleasedCounts(shape, rows)
      },
      () => bytes
    )
  }
}

/** The released financial years of some authorities. */
export class ReleasedYears {
  readonly #years: ReadonlyMap<number, readonly ReleasedCounts[]>

  constructor (years: ReadonlyMap<number, readonly ReleasedCounts[]>) {
    this.#years = years
  }

  of (authorityId: number): readonly ReleasedCounts[] { return this.#years.get(authorityId) ?? [] }

  /** The share of the days of a range that the authority's reports account for. */
  coverage (authorityId: number, range: DateRange): number {
    return daysWithin(this.#reportedOf(authorityId), range) / (range.end - range.start)
  }

  // Worked out once: thousands of streets ask for it in every period.
  readonly #reportedOf = remembered((authorityId: number) =>
    reportedRanges(this.of(authorityId).flatMap(({ shape }) => shape.reported))
  )

  /** The count of some places of an authority together: withheld where any part of it is. */
  count (authorityId: number, places: readonly ReleasedPlace[], range: DateRange, weights: Weights): Released {
    const parts = financialYears(range).flatMap((year): Released[] => {
      const part = overlap(year, range)
      if (part === undefined) return []
      const released = this.of(authorityId).find(({ start }) => start === year.start)
      if (released === undefined) return [{ status: this.#isBefore(authorityId, part) ? 'nothing' : 'not-yet' }]
      return places.length === 0 ? [released.absent(part)] : places.map((place) => released.count(place, part, weights))
    })
    return addReleased(parts)
  }

  // Nothing was reported before the first year that was released.
  #isBefore (authorityId: number, { end }: DateRange): boolean {
    const [first] = this.of(authorityId)
    return first !== undefined && end <= first.start
  }
}

function basisOf (some: ReadonlyArray<'events' | 'counts' | 'both'>): 'events' | 'counts' | 'both' {
  const [first = 'events', ...others] = new Set(some)
  return others.length === 0 ? first : 'both'
}

/** The sum of counts: withheld where one of them is, and `nothing` where nothing was reported for any. */
export function addReleased (parts: readonly Released[]): Released {
  for (const status of ['not-yet', 'suppressed'] as const) {
    if (parts.some((part) => part.status === status)) return { status }
  }
  const released = parts.filter((part) => part.status === 'released')
  if (released.length === 0 && parts.length > 0) return { status: 'nothing' }
  return {
    status: 'released',
    value: released.reduce((sum, { value }) => sum + value, 0),
    revised: released.some(({ revised }) => revised),
    basis: basisOf(released.map(({ basis }) => basis))
  }
}
