import type { Kind } from '../disclosure/gate.ts'
import { exact } from '../domain/exact.ts'
import { countsPeople } from '../domain/measure.ts'
import type { DateRange } from '../domain/period.ts'
import type { Status } from '../domain/status.ts'
import { statisticsOf, valueOf, type Statistics } from './details/details.ts'
import type { SeriesQuery } from './parse.ts'
import type { Observed, Sum } from './sum.ts'

/** `value` is null where the status is not one of a figure. */
export interface SeriesValue {
  range: DateRange
  value: number | null
  status: Status
  /** Share of the days that reports account for; left out where there is no value. */
  coverage?: number
  /** Of amounts and durations. */
  statistics?: Statistics
  /** By ward: the day in the period on which the wards change. */
  brokenOn?: number | undefined
  /** Where observations, not events alone, make the value. */
  counted?: { basis: Observed['basis'], notes: string[] }
}

/** How the gate withholds, suppresses and rounds a value. */
export const SERIES_VALUE: Kind<SeriesValue> = {
  withheld: ({ range, brokenOn }) => ({ range, value: null, status: 'not-yet', brokenOn }),
  isEmpty: ({ value }) => value === null,
  suppressed: ({ range, brokenOn }) => ({ range, value: null, status: 'suppressed', brokenOn }),
  rounded: (figure, round) => {
    const value = figure.value === null ? null : round(figure.value)
    return value === figure.value ? figure : { ...figure, value }
  }
}

// Money, time and things are no count of people: they are not rounded.
const OF_THINGS: Kind<SeriesValue> = { ...SERIES_VALUE, rounded: (figure) => figure }

export const kindOf = ({ measure: { observed } }: Pick<SeriesQuery, 'measure'>): Kind<SeriesValue> =>
  observed === undefined || countsPeople(observed) ? SERIES_VALUE : OF_THINGS

/** The sum of a value of some authorities and one of others: withheld where either is, missing where both are. */
export function addValues (a: SeriesValue, b: SeriesValue): SeriesValue {
  const withheld = [a, b].find(({ status }) => status === 'suppressed' || status === 'not-yet')
  if (withheld !== undefined) return withheld
  if (a.value === null) return b
  return b.value === null ? a : { ...a, value: exact(a.value + b.value), status: a.value === 0 ? b.status : a.status }
}

/** The values of a group, one for each period: gaps filled, each with a status. `sums` by period. */
export function fill (
  { periods, today, measure }: SeriesQuery,
  sums: readonly Sum[],
  isReported: (period: number) => boolean,
  isRevised: (period: number) => boolean,
  isExpected: (period: number) => boolean
): SeriesValue[] {
  return periods.map((range, i) => {
    const sum = sums[i]
    if (sum === undefined && !isReported(i)) {
      return { range, value: null, status: isExpected(i) ? 'missing' : 'not-delivered' }
    }
    const statistics = statisticsOf(measure, sum?.details)
    const value = statistics === undefined ? sum?.count ?? 0 : valueOf(measure, statistics)
    if (value === null) return { range, value, status: 'missing', ...(statistics && { statistics }) }
    const status = range.end > today ? 'provisional' : isRevised(i) ? 'revised' : value === 0 ? 'zero' : 'ok'
    return {
      range,
      value,
      ...(sum?.observed === undefined ? { status } : ofObserved(sum.observed, status)),
      ...(statistics && { statistics })
    }
  })
}

function ofObserved ({ basis, used }: Observed, otherwise: Status): Pick<SeriesValue, 'status' | 'counted'> {
  const changed = used.some(({ provisional }) => provisional)
    ? 'provisional'
    : used.some(({ revised }) => revised)
      ? 'revised'
      : otherwise
  return {
    status: otherwise === 'provisional' ? otherwise : changed,
    counted: { basis, notes: [...new Set(used.map(({ note }) => note))].filter((note) => note !== '') }
  }
}
