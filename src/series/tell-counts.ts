import type { Authority } from '../catalogue/directory.ts'
import { inAll, lengthOf, type Figure } from '../domain/kpi/cover.ts'
import type { Range } from '../domain/period.ts'
import type { Dimension } from './cell.ts'
import type { Counting } from '../observations/figures/counting.ts'
import type { FigureBook, Part } from '../observations/figures/figure-book.ts'
import type { HiddenFigures } from '../disclosure/hidden-figures.ts'

/**
 * A sum over some days. `whole`: it is about all of them; `used` are the figures that it is made of, which may be
 * `hidden`.
 */
export interface Portion {
  ids: Partial<Record<Dimension, number>>
  count: number
  whole: boolean
  used: Figure[]
  hidden: boolean
}

export interface CountSources { book: FigureBook, counting: readonly Counting[], hidden: HiddenFigures }

/**
 * What figures say of a stretch of days, one cell for each channel, outcome or ward that they tell apart. No cell: they
 * do not say. Figures know wards or channels, not both, and no streets.
 */
export function tellCounts (
  { book, counting, hidden }: CountSources, authority: Authority, stretch: Range, dimensions: ReadonlySet<Dimension>
): Portion[] {
  if (dimensions.has('street') || (dimensions.has('ward') && dimensions.has('channel'))) return []
  const byOutcome = dimensions.has('outcome')
  const sums = byOutcome
    ? counting.filter(({ outcome }) => outcome !== undefined).map((one) => [one])
    : [counting.filter(({ inTotal }) => inTotal)]
  return partsOf(book, counting, authority, stretch, dimensions).flatMap((part) =>
    sums.flatMap((sum): Portion[] => {
      const sent = sum.filter(({ measure }) => book.touches(authority, measure, part, stretch)).map((one) => ({
        ...one, ...book.over(authority, one.measure, part, stretch)
      }))
      const told = sent.filter(({ value }) => value !== null)
      if (told.length === 0) return []
      // What is sent for some of the days is not 0 on the others.
      const covered = inAll(sent.filter(({ needed }) => needed || byOutcome).map((one) => one.covered))
      return [{
        ids: {
          authority: authority.id,
          ...(part.kind !== 'whole' && { [part.kind]: part.id }),
          ...(byOutcome && { outcome: told[0]?.outcome ?? 0 })
        },
        count: told.reduce((total, { value }) => total + (value ?? 0), 0),
        whole: lengthOf(covered) === stretch.end - stretch.start,
        used: told.flatMap(({ used }) => used),
        hidden: told.some(({ measure }) => hidden.hides(book, authority, measure, part.kind, stretch))
      }]
    })
  )
}

function partsOf (
  book: FigureBook,
  counting: readonly Counting[],
  authority: Authority,
  stretch: Range,
  dimensions: ReadonlySet<Dimension>
): Part[] {
  if (dimensions.has('channel')) {
    const ids = new Set(counting.flatMap(({ measure }) => [...book.byChannel(authority, measure, stretch).keys()]))
    ids.delete(0) // a figure without a channel is for all of them
    return [...ids].map((id) => ({ kind: 'channel', id }))
  }
  if (dimensions.has('ward')) {
    return [...new Set(counting.flatMap(({ measure }) => book.wardsOf(authority, measure)))].map((id) => ({
      kind: 'ward', id
    }))
  }
  return [{ kind: 'whole' }]
}
