import { existsIn } from '../catalogue/breaks.ts'
import type { Directory } from '../catalogue/directory.ts'
import type { Range } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'
import type { Counted, MixedCell } from './mixed-cells.ts'
import type { SeriesQuery } from './parse.ts'
import type { GroupDisclosure } from './suppress.ts'

/** `value` is null where the status is not one of a figure. */
export interface SeriesValue {
  range: Range
  value: number | null
  status: Status
  /** By ward: the day in the period on which the wards change. */
  brokenOn?: number | undefined
  /** Where figures, not events alone, make the value. */
  counted?: { basis: Counted['basis'], notes: string[], hidden: boolean }
}

/** The values of a group, one for each period: gaps filled, each with a status. */
export function fill (
  { periods, today }: SeriesQuery, cells: MixedCell[], isReported: (period: number) => boolean, delivered: boolean
): SeriesValue[] {
  const byPeriod: MixedCell[] = []
  for (const cell of cells) byPeriod[cell.period] = cell
  return periods.map((range, i) => {
    const cell = byPeriod[i]
    if (cell === undefined && !isReported(i)) {
      return { range, value: null, status: delivered ? 'missing' : 'not-delivered' }
    }
    const value = cell?.count ?? 0
    const status = range.end > today ? 'provisional' : value === 0 ? 'zero' : 'ok'
    return cell?.counted === undefined ? { range, value, status } : { range, value, ...ofFigures(cell.counted, status) }
  })
}

function ofFigures ({ basis, figures, hidden }: Counted, otherwise: Status): Pick<SeriesValue, 'status' | 'counted'> {
  const changed = figures.some(({ provisional }) => provisional)
    ? 'provisional'
    : figures.some(({ revised }) => revised)
      ? 'revised'
      : otherwise
  return {
    status: otherwise === 'provisional' ? otherwise : changed,
    counted: { basis, hidden, notes: [...new Set(figures.map(({ note }) => note))].filter((note) => note !== '') }
  }
}

/** The value as its reader may see it. */
export function suppressed (value: SeriesValue, { isPublished, rounded }: GroupDisclosure): SeriesValue {
  if (value.value === null) return value
  if (value.counted?.hidden === true || !isPublished(value.range)) {
    return { range: value.range, value: null, status: 'suppressed' }
  }
  const figure = rounded(value.value)
  return figure === value.value ? value : { ...value, value: figure }
}

/** That wards had none before they began or after they ended is no figure. */
export function whileThere (directory: Directory, wards: readonly number[], value: SeriesValue): SeriesValue {
  return value.value === 0 && !wards.some((ward) => existsIn(directory, ward, value.range))
    ? { ...value, value: null, status: 'missing' }
    : value
}
