import { known } from '../catalogue/explain.ts'
import type { Directory } from '../catalogue/directory.ts'
import type { Measure } from '../catalogue/kpi-directory.ts'
import { bandWithin, DURATION_BOUNDS } from '../domain/durations.ts'
import { ProblemError } from '../errors.ts'

/** How what is measured becomes one value. */
export const STATISTICS = ['sum', 'last', 'mean', 'median', 'p90', 'share'] as const
export type Statistic = typeof STATISTICS[number]

/** What the values of a series are. */
export interface SeriesMeasure {
  name: string
  /** `count`: what events count; `events`: how many there are; `observed`: figures for periods. */
  kind: 'count' | 'events' | 'amount' | 'duration' | 'observed'
  statistic: Statistic
  unit: string
  /** Of `observed`. */
  observed?: Measure
  /** Of durations: the target of a share, in seconds, and the last band within it. */
  within?: { seconds: number, band: number }
  /** Of durations: whether they are kept in bands, so that there are a median, a 90th percentile and a share. */
  inBands?: boolean
}

export interface MeasureParameters { measure?: string, statistic?: Statistic, within_seconds?: number }

const ofEvents = (kind: 'count' | 'events'): SeriesMeasure => ({ name: kind, kind, statistic: 'sum', unit: 'count' })
const COUNT = ofEvents('count')
const EVENTS = ofEvents('events')

/**
 * Throws `ProblemError` for a measure that is not known, or a statistic that it does not have. `byArea`: by ward or
 * street, where durations are kept as sums alone.
 */
export function parseMeasure (directory: Directory, parameters: MeasureParameters, byArea: boolean): SeriesMeasure {
  const { measure = 'count', statistic, within_seconds: seconds } = parameters
  if (seconds !== undefined && measure !== 'duration') {
    throw new ProblemError('invalid-request', 'within_seconds is the target of measure=duration: leave it out.')
  }
  switch (measure) {
    case 'count': return only('sum', statistic, COUNT)
    case 'events': return only('sum', statistic, EVENTS)
    case 'amount':
      return { name: measure, kind: measure, statistic: oneOf(['sum', 'mean'], statistic, measure), unit: 'pence' }
    case 'duration': return parseDuration(statistic, seconds, byArea)
  }
  const observed = known(directory.kpis.measure(measure), 'unknown-measure', 'measure')
  return only(observed.kind === 'flow' ? 'sum' : 'last', statistic, {
    name: measure, kind: 'observed', statistic: observed.kind === 'flow' ? 'sum' : 'last', unit: observed.unit, observed
  })
}

function parseDuration (
  asked: Statistic | undefined, seconds: number | undefined, byArea: boolean
): SeriesMeasure {
  const statistic = oneOf(['median', 'mean', 'p90', 'share'], asked, 'duration')
  if (byArea && (statistic !== 'mean' || seconds !== undefined)) {
    throw new ProblemError(
      'invalid-request',
      'Durations by ward or street are kept as sums: ask for statistic=mean, and without within_seconds.'
    )
  }
  if (statistic === 'share' && seconds === undefined) {
    throw new ProblemError('invalid-request', 'statistic=share needs within_seconds: the target, in seconds.')
  }
  return {
    name: 'duration',
    kind: 'duration',
    statistic,
    unit: statistic === 'share' ? 'percent' : 'seconds',
    inBands: !byArea,
    ...(seconds !== undefined && { within: { seconds, band: bandOf(seconds) } })
  }
}

function bandOf (seconds: number): number {
  const band = bandWithin(seconds)
  if (band !== undefined) return band
  const near = [DURATION_BOUNDS.findLast((bound) => bound < seconds), DURATION_BOUNDS.find((bound) => bound > seconds)]
    .filter((bound) => bound !== undefined)
  throw new ProblemError(
    'invalid-request',
    `Durations are counted within bounds, and within_seconds ${seconds} is none of them; the nearest: ` +
      `${near.join(' and ')}.`
  )
}

const only = (one: Statistic, asked: Statistic | undefined, measure: SeriesMeasure): SeriesMeasure => {
  oneOf([one], asked, measure.name)
  return measure
}

function oneOf (all: readonly [Statistic, ...Statistic[]], asked: Statistic | undefined, measure: string): Statistic {
  if (asked === undefined || all.includes(asked)) return asked ?? all[0]
  throw new ProblemError(
    'invalid-request', `measure=${measure} has no statistic=${asked}; it has ${all.join(', ')}.`
  )
}
