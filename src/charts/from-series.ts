import { isUnknown, type Directory } from '../catalogue/directory.ts'
import { rangeInWords, PERIODS_IN_WORDS } from './drawing/dates.ts'
import type { EventType } from '../domain/event.ts'
import { wholeRange } from '../domain/period.ts'
import type { SeriesParameters, SeriesQuery } from '../series/parse.ts'
import type { SeriesAnswer } from '../series/shape.ts'
import { checkSeries } from './limits.ts'
import type { ChartNote, SeriesChart } from './spec.ts'
import { captionOf, capital, filtersInWords, groupNames, listed, whoOf, type Source } from './words.ts'

/** What a series measures, where its answer says so; else events are counted. */
interface Measured { measure?: string, statistic?: string, unit?: string }

interface Asked {
  directory: Directory
  query: Pick<SeriesQuery, 'service' | 'type' | 'named' | 'period' | 'periods' | 'groupBy' | 'top' | 'today'>
  parameters: Pick<SeriesParameters, 'outcome' | 'filter_by'>
  source: Source
  notes: ChartNote[]
  size: { width: number, height: number }
}

const COUNTED: Record<EventType, string> = { transaction: 'transactions', journey: 'journeys', rating: 'ratings' }
const STATISTICS: Record<string, string> = {
  sum: 'sum', mean: 'mean', median: 'median', p90: '90th percentile', share: 'share within the target'
}

/** The answer of a series as a chart. Throws `ProblemError` where it has more lines than a chart has room for. */
export function chartOfSeries (asked: Asked, answer: SeriesAnswer & Measured): SeriesChart {
  const { directory, query, parameters, source, notes, size } = asked
  const { service, type, named, period, periods, groupBy, top, today } = query
  const { series, unit = 'count' } = answer
  checkSeries(series.length, 'ask for the largest (top=6) or filter them (filter_by)')
  const what = whatOf(directory, type, answer)
  const by = groupBy.length === 0 ? '' : ` by ${listed(groupBy.map((one) => one.replace('attribute:', '')))}`
  const who = whoOf(named)
  const names = groupNames(directory, series.map(({ group }) => group))
  return {
    kind: 'series',
    ...size,
    title: `${service.title}: ${what}${by}, ${who}`,
    subtitle: [
      capital(PERIODS_IN_WORDS[period]),
      rangeInWords(wholeRange(periods)),
      ...filtersInWords(directory, [
        ...(parameters.outcome ?? []).map((outcome) => `outcome:${outcome}`), ...parameters.filter_by ?? []
      ]),
      ...top === undefined ? [] : [`the ${top} largest`]
    ].join(', '),
    unit,
    axis: unit === 'count' ? capital(what) : '',
    caption: captionOf(who, { ...source, today }),
    period,
    periods,
    series: series.map(({ values }, i) => ({
      name: names[i] ?? '', values: values.map(({ value, status }) => ({ value, status }))
    })),
    targets: [],
    notes
  }
}

/** What is measured, in words: "transactions", "median of durations", "collections made". */
function whatOf (directory: Directory, type: EventType, { measure = 'count', statistic }: Measured): string {
  const of = statistic === undefined ? '' : `${STATISTICS[statistic] ?? statistic} of `
  switch (measure) {
    case 'count': return COUNTED[type]
    case 'events': return `events of ${COUNTED[type]}`
    case 'amount': return `${of}amounts`
    case 'duration': return `${of}durations`
    default: {
      const known = directory.kpis.measure(measure)
      return isUnknown(known) ? measure : known.title.toLowerCase()
    }
  }
}
