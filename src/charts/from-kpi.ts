import type { Directory } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { versionInForce, type Target } from '../domain/kpi/definition.ts'
import { wholeRange } from '../domain/period.ts'
import type { KpiSeriesQuery } from '../kpi/parse.ts'
import type { KpiSeries, KpiSeriesAnswer, KpiSeriesValue } from '../kpi/shape.ts'
import { PERIODS_IN_WORDS, rangeInWords } from './drawing/dates.ts'
import { checkSeries } from './limits.ts'
import type { ChartNote, ChartValue, SeriesChart } from './spec.ts'
import { capital, captionOf, groupNames, whoOf, type Source } from './words.ts'

interface Asked {
  directory: Directory
  query: KpiSeriesQuery
  /** A ward, as it was asked for. */
  ward: string | undefined
  source: Source
  notes: ChartNote[]
  size: { width: number, height: number }
}

const COMPARED = { previous: 'the period before', 'year-earlier': 'a year earlier' }

/** The answer of a KPI by period as a chart. Throws `ProblemError` where it has more lines than one has room for. */
export function chartOfKpi (asked: Asked, { series }: KpiSeriesAnswer): SeriesChart {
  const { directory, query, ward, source, notes, size } = asked
  const { named, service, period, periods, split, byAuthority, compareWith, versions, today } = query
  const lines = linesOf(directory, query, series)
  checkSeries(lines.length, 'name fewer authorities, ask for fewer streets (top=6) or group by less')
  const version = versionInForce(versions, formatDay(periods.at(-1)?.start ?? today)) ?? versions.at(-1)
  const who = whoOf(named)
  const targets = targetsOf(directory, query, series)
  const by = [...byAuthority ? ['authority'] : [], ...split === 'none' ? [] : [split]].join(' and ')
  return {
    kind: 'series',
    ...size,
    title: `${version?.title ?? query.kpi}${by === '' ? '' : ` by ${by}`}, ${service.title}: ${who}`,
    subtitle: [
      capital(PERIODS_IN_WORDS[period]),
      rangeInWords(wholeRange(periods)),
      ...ward === undefined ? [] : [`ward ${ward}`],
      ...compareWith === undefined ? [] : [`compared with ${COMPARED[compareWith]}`]
    ].join(', '),
    unit: version?.unit ?? 'count',
    axis: '',
    caption: [
      ...targets === undefined ? ['Targets differ and are not drawn.'] : [], ...captionOf(who, { ...source, today })
    ],
    period,
    periods: [...periods],
    series: lines,
    targets: targets ?? [],
    notes
  }
}

function linesOf (
  directory: Directory, { compareWith, periods }: KpiSeriesQuery, series: readonly KpiSeries[]
): SeriesChart['series'] {
  const names = groupNames(directory, series.map(({ group }) => group))
  return series.flatMap(({ values }, i) => {
    const name = names[i] ?? ''
    // A group has no value of a period in which nothing of it was asked for.
    const byStart = new Map(values.map((value) => [value.range.start, value]))
    const aligned = (valueOf: (value: KpiSeriesValue) => ChartValue | undefined): ChartValue[] =>
      periods.map(({ start }) => {
        const value = byStart.get(start)
        return (value && valueOf(value)) ?? { value: null, status: 'missing' }
      })
    const own = aligned(({ figure: { value, status } }) => ({ value, status }))
    if (compareWith === undefined) return [{ name, values: own }]
    return [
      { name: name === '' ? 'These periods' : name, values: own },
      {
        name: name === '' ? capital(COMPARED[compareWith]) : `${name}, ${COMPARED[compareWith]}`,
        values: aligned(({ compared }) => {
          const { value, status } = compared?.figure ?? {}
          return value === undefined || status === undefined ? undefined : { value, status }
        })
      }
    ]
  })
}

/** The target of each period, where all series have the same; undefined: they differ. */
function targetsOf (
  { kpis }: Directory, { authorities, byAuthority, service, periods }: KpiSeriesQuery, series: readonly KpiSeries[]
): Array<Target | null> | undefined {
  const isOfOne = byAuthority || authorities.length === 1
  const targets = periods.map(({ start }): Target | null | undefined => {
    const all = series.flatMap(({ values }) => values.filter(({ range }) => range.start === start)).map(({ figure }) =>
      kpis.targets.inForce(figure.version, isOfOne ? figure.authorityId : 0, service.id, formatDay(start))
    )
    return new Set(all.map((target) => JSON.stringify(target))).size > 1 ? undefined : all[0] ?? null
  })
  return targets.includes(undefined) ? undefined : targets.map((target) => target ?? null)
}
