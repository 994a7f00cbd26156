import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { disclosureWindows, hiddenFigureYears, type DisclosureLevel } from '../domain/disclosure/index.ts'
import { joined } from '../domain/kpi/cover.ts'
import { countsPeople } from '../domain/measure.ts'
import { overlaps, type Range } from '../domain/period.ts'
import { mayHide } from './disclosures.ts'
import type { Reader } from './reader.ts'
import type { FigureBook, Part } from '../observations/figures/figure-book.ts'

/**
 * Days before and after a question whose figures decide what of it is public: the whole financial years that it
 * touches.
 */
export const FIGURE_MARGIN = 2 * 366

/** Days of which figures are hidden, at each level. */
interface HiddenDays { authority: Range[], ward: Range[] }

interface Asked { reader: Reader, directory: Directory, service: Service, level: DisclosureLevel }

/** Which figures about people a reader may not see: all or nothing for each measure, authority and financial year. */
export class HiddenFigures {
  readonly #asked: Asked
  readonly #days = new Map<string, HiddenDays>()

  constructor (asked: Asked) {
    this.#asked = asked
  }

  /**
   * Whether figures in `range` of a part of an authority are hidden. `book` holds those of `FIGURE_MARGIN` around as
   * well.
   */
  hides (book: FigureBook, authority: Authority, measure: Measure, part: Part['kind'], range: Range): boolean {
    const { reader, directory, service, level } = this.#asked
    if (part === 'street' || !countsPeople(measure) || !mayHide(directory, reader, authority.id, service.id, level)) {
      return false
    }
    return this.#hiddenDays(book, authority, measure)[part === 'ward' ? 'ward' : 'authority'].some((days) =>
      overlaps(days, range)
    )
  }

  // Every value asks, and there may be thousands of figures: which of them are hidden is made out once.
  #hiddenDays (book: FigureBook, authority: Authority, measure: Measure): HiddenDays {
    const key = `${authority.id} ${measure.id}`
    const known = this.#days.get(key)
    if (known !== undefined) return known
    const figures = book.all(authority, measure)
    const threshold = (level: DisclosureLevel) =>
      this.#asked.directory.disclosureRule(authority.id, this.#asked.service.id, level).threshold
    const years = hiddenFigureYears(
      figures.map(({ wardId, channelId, range, value }) => ({ ward: wardId, channel: channelId, range, value })),
      { authority: threshold('authority'), ward: threshold('ward') }
    )
    const daysOf = (hidden: ReadonlySet<number>): Range[] =>
      hidden.size === 0
        ? []
        : joined(figures.map(({ range }) => range).filter((range) =>
          disclosureWindows(range).some(({ start }) => hidden.has(start))
        ))
    const days = { authority: daysOf(years.authority), ward: daysOf(years.ward) }
    this.#days.set(key, days)
    return days
  }
}
