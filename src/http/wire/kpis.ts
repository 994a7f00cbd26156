import type { Break } from '../../catalogue/breaks.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { formatDay } from '../../domain/calendar.ts'
import { minAuthorities, minRankedDenominator, type KpiVersion, type Target } from '../../domain/kpi/definition.ts'
import { meets } from '../../domain/kpi/evaluate.ts'
import { mapInSlices } from '../../domain/slices.ts'
import { toWireRange, wholeRange, type DateRange } from '../../domain/period.ts'
import type { Published } from '../../disclosure/gate.ts'
import type { KpiSeriesQuery } from '../../kpi/parse.ts'
import type { KpiValue } from '../../kpi/question.ts'
import type { KpiSeries, KpiSeriesValue } from '../../kpi/shape.ts'
import type { Notes } from '../../kpi/administration/annotations.ts'
import type { AnnotationRow } from '../../kpi/store/annotations.ts'

export function kpiToWire ({ created_at, ...definition }: KpiVersion) {
  const self = `/v1/kpis/${definition.kpi}`
  return {
    ...definition,
    min_authorities: minAuthorities(definition),
    min_ranked_denominator: minRankedDenominator(definition),
    created_at: created_at.toISOString(),
    links: { self, versions: `${self}/versions`, series: `${self}/series`, comparison: `${self}/comparison` }
  }
}

/** What every answer says of a value; nulls where there is none. */
export function figureToWire (figure: Published<KpiValue> | undefined) {
  const {
    value = null,
    numerator = null,
    denominator = null,
    status = 'missing',
    reason = null,
    coverage = null,
    basis,
    notes = []
  } = figure ?? {}
  return { value, numerator, denominator, status, reason, coverage, ...(basis && { basis }), notes }
}

function valueToWire ({ range, figure, brokenOn, compared }: KpiSeriesValue, targetOf: TargetOf) {
  const target = targetOf(figure, range)
  return {
    ...toWireRange(range),
    ...figureToWire(figure),
    target,
    met: meets(target, figure.value),
    definition_version: figure.version?.version ?? null,
    break: brokenOn === undefined ? null : formatDay(brokenOn),
    ...(compared &&
      {
        compared: {
          ...toWireRange(compared.range),
          ...figureToWire(compared.figure),
          change: difference(figure, compared.figure)
        }
      })
  }
}

// Of a value of too few days there is no telling whether it grew.
const difference = (now: Published<KpiValue>, before: Published<KpiValue> | undefined): number | null =>
  now.value === null || before === undefined || before.value === null || isPartial(now) || isPartial(before)
    ? null
    : now.value - before.value
const isPartial = ({ status }: KpiValue): boolean => status === 'partial'

type TargetOf = (figure: KpiValue, range: DateRange) => Target | null

/** Series as JSON, a list, in slices: there may be a hundred thousand values. */
export async function seriesToJson (series: KpiSeries[], directory: Directory, question: Asked): Promise<string> {
  const toWire = seriesWith(directory, question)
  const texts = await mapInSlices(series, (one) => JSON.stringify(toWire(one)))
  return `[${texts.join(',')}]`
}

/** Puts a series into the form of an answer. Values of several authorities added up have the target set for all. */
export function seriesWith (directory: Directory, question: Asked) {
  const targetOf = targetsFor(directory, question)
  return ({ group, values }: KpiSeries) => ({ group, values: values.map((value) => valueToWire(value, targetOf)) })
}

/** The same as rows, a value each, for a table. */
export function seriesRows (
  about: object, series: KpiSeries[], directory: Directory, question: Asked
): Iterable<object> {
  const targetOf = targetsFor(directory, question)
  return series.values().flatMap(({ group, values }) =>
    values.values().map((value) => ({ ...about, ...group, ...valueToWire(value, targetOf) })))
}

type Asked = Pick<KpiSeriesQuery, 'authorities' | 'byAuthority' | 'service'>

function targetsFor ({ kpis }: Directory, { authorities, byAuthority, service }: Asked): TargetOf {
  const isOfOne = byAuthority || authorities.length === 1
  return ({ version, authorityId }, { start }) =>
    kpis.targets.inForce(version, isOfOne ? authorityId : 0, service.id, formatDay(start))
}

export function annotationToWire (
  { authorityId, serviceId, id, startOn, endOn, note }: AnnotationRow, directory: Directory
) {
  return {
    id,
    authority: directory.authorityById.get(authorityId)?.slug ?? '',
    service: directory.serviceById.get(serviceId)?.slug ?? null,
    start_on: startOn,
    end_on: endOn,
    note
  }
}

/** Where the notes on the days of a series are that its answer has no room for. */
export function linkToNotes (
  { isAll }: Notes,
  { authorities, periods }: Pick<KpiSeriesQuery, 'authorities' | 'periods'>,
  link: (path: string) => string
): { annotations?: string } {
  if (isAll) return {}
  const { start_on: from, end_on: to } = toWireRange(wholeRange(periods))
  const [authority, ...others] = authorities
  const ofOne = authority !== undefined && others.length === 0 ? `authority=${authority.slug}&` : ''
  // Notes on all services of an authority are no notes on this one, so the list is not asked for this one alone.
  return { annotations: link(`/v1/annotations?${ofOne}from=${from}&to=${to}`) }
}

export function breakToWire ({ on, authority, reason, ended, begun, leftOut }: Break) {
  return { on: formatDay(on), authority: authority.slug, reason, ended, begun, left_out: leftOut }
}
