import type { Authority, Directory } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { suppressedYears } from '../domain/disclosure/observations.ts'
import { financialYears } from '../domain/disclosure/publication-dates.ts'
import type { DisclosureLevel } from '../domain/disclosure/rule.ts'
import { joined } from '../domain/kpi/cover.ts'
import { countsPeople } from '../domain/measure.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import type { ObservationIndex, Subdivision } from '../observations/observation-index.ts'
import type { Viewer } from './session.ts'

/**
 * How many days of observations to read before and after a question: those of all financial years that it overlaps
 * decide what is public.
 */
export const OBSERVATION_MARGIN = 2 * 366

/** Observations of a measure that a figure is made of. `book` holds those of `OBSERVATION_MARGIN` around as well. */
export interface ObservationSource {
  book: ObservationIndex
  authority: Authority
  measure: Measure
  subdivision: Subdivision['kind']
  range: DateRange
}

/** Days whose observations are suppressed, at each level. */
interface SuppressedDays { authority: DateRange[], ward: DateRange[] }

interface Asked { viewer: Pick<Viewer, 'seesAll'>, directory: Directory, serviceId: number, level: DisclosureLevel }

/** Which observations about people a viewer may not see: all or none of a measure, authority and financial year. */
export class ObservationSuppression {
  readonly #asked: Asked
  readonly #days = new Map<string, SuppressedDays>()

  constructor (asked: Asked) {
    this.#asked = asked
  }

  suppresses ({ book, authority, measure, subdivision, range }: ObservationSource): boolean {
    const { viewer, directory, serviceId, level } = this.#asked
    if (subdivision === 'street' || !countsPeople(measure) || viewer.seesAll(authority.id)) return false
    const levels: DisclosureLevel[] = level === 'authority' ? ['authority'] : ['authority', 'ward']
    if (levels.every((one) => directory.disclosureRule(authority.id, serviceId, one).threshold === null)) return false
    return this.#suppressedDays(book, authority, measure)[subdivision === 'ward' ? 'ward' : 'authority'].some((days) =>
      overlaps(days, range)
    )
  }

  // Decide once for each measure: every value asks, and there may be thousands of observations.
  #suppressedDays (book: ObservationIndex, authority: Authority, measure: Measure): SuppressedDays {
    const key = `${authority.id} ${measure.id}`
    const known = this.#days.get(key)
    if (known !== undefined) return known
    const observations = book.all(authority, measure)
    const threshold = (level: DisclosureLevel) =>
      this.#asked.directory.disclosureRule(authority.id, this.#asked.serviceId, level).threshold
    const years = suppressedYears(
      observations.map(({ wardId, channelId, range, value }) => ({ ward: wardId, channel: channelId, range, value })),
      { authority: threshold('authority'), ward: threshold('ward') }
    )
    const daysOf = (suppressed: ReadonlySet<number>): DateRange[] =>
      suppressed.size === 0
        ? []
        : joined(observations.map(({ range }) => range).filter((range) =>
          financialYears(range).some(({ start }) => suppressed.has(start))
        ))
    const days = { authority: daysOf(years.authority), ward: daysOf(years.ward) }
    this.#days.set(key, days)
    return days
  }
}
