import type { Directory } from '../catalogue/directory.ts'
import { rangeInWords, PERIODS_IN_WORDS } from './drawing/dates.ts'
import { scaleOf } from './drawing/units.ts'
import type { EventType } from '../domain/event.ts'
import { wholeRange } from '../domain/period.ts'
import type { SeriesMeasure } from '../series/measure.ts'
import { groupKeys } from '../series/names.ts'
import type { SeriesParameters, SeriesQuery } from '../series/parse.ts'
import type { SeriesAnswer } from '../series/shape.ts'
import { checkSeries } from './limits.ts'
import type { ChartNote, SeriesChart } from './spec.ts'
import { captionOf, capital, filtersInWords, groupNames, listed, whoOf, type Source } from './words.ts'

interface Asked {
  directory: Directory
  query: SeriesQuery
  parameters: Pick<SeriesParameters, 'outcome' | 'filter_by'>
  source: Source
  notes: ChartNote[]
  size: { width: number, height: number }
}

const COUNTED: Record<EventType, string> = { transaction: 'transactions', journey: 'journeys', rating: 'ratings' }
const STATISTICS: Record<SeriesMeasure['statistic'], string> = {
  sum: 'sum', last: 'last', mean: 'mean', median: 'median', p90: '90th percentile', share: 'share'
}

/** The answer of a series as a chart. Throws `ProblemError` where it has more lines than a chart has room for. */
export function chartOfSeries (asked: Asked, { series }: SeriesAnswer): SeriesChart {
  const { directory, query, parameters, source, notes, size } = asked
  const { service, type, named, period, periods, measure, groupBy, top, today } = query
  const { unit } = measure
  checkSeries(series.length, 'ask for the largest (top=6) or filter them (filter_by)')
  const what = whatOf(type, measure)
  const by = groupBy.length === 0 ? '' : ` by ${listed(groupKeys(query).map((one) => one.replace('attribute:', '')))}`
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
function whatOf (type: EventType, { name, kind, statistic, observed, within }: SeriesMeasure): string {
  switch (kind) {
    case 'count': return COUNTED[type]
    case 'events': return `events of ${COUNTED[type]}`
    case 'amount': return `${STATISTICS[statistic]} of amounts`
    case 'duration': {
      const target = within === undefined ? '' : ` within ${scaleOf('seconds', within.seconds).format(within.seconds)}`
      return `${STATISTICS[statistic]} of durations${target}`
    }
    case 'observed': return (observed?.title ?? name).toLowerCase()
  }
}
