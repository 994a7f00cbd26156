import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { EVENT_TYPES, TYPE_OF_CODE, type EventType } from '../domain/event.ts'
import { PERIOD_OF_CODE } from '../domain/observation.ts'
import type { DataSet } from './data-sets.ts'

/** A way to get a data set. `path` begins with `/v1`. */
export interface Distribution {
  /** Tells it from the others of its data set, for ever. */
  id: string
  title: string
  description: string
  path: string
  format: Format
  /** Where its columns are described (CSVW). */
  describedBy?: string
}

/** What portals call a format, its media type, and its word in the EU's list of file types. */
export const FORMATS = {
  csv: { name: 'CSV', mediaType: 'text/csv', fileType: 'CSV' },
  json: { name: 'JSON', mediaType: 'application/json', fileType: 'JSON' },
  'json-stat': { name: 'JSON-stat', mediaType: 'application/json', fileType: 'JSON' },
  parquet: { name: 'Parquet', mediaType: 'application/vnd.apache.parquet', fileType: 'PARQUET' },
  svg: { name: 'SVG', mediaType: 'image/svg+xml', fileType: 'SVG' }
} as const
export type Format = keyof typeof FORMATS

const WHAT: Record<EventType, string> = {
  transaction: 'Transactions', journey: 'Steps of online journeys', rating: 'Satisfaction ratings'
}

/** The rates that government services publish; the Service Manual's, in its order. */
const MANDATORY_KPIS = ['digital-take-up', 'completion-rate', 'user-satisfaction-score', 'cost-per-transaction']

interface Of { directory: Directory, authority: Authority, service: Service, set: DataSet }

/** Addresses that answer with all of a data set, the most asked for first. */
export function distributionsOf ({ directory, authority, service, set }: Of): Distribution[] {
  const place = { authority: authority.slug, service: service.slug }
  const from = `${set.first.slice(0, 7)}-01`
  return [
    ...set.types.flatMap((code) => seriesOf(TYPE_OF_CODE.get(code) ?? 'transaction', place, from)),
    ...measuresOf(directory, set, place, from),
    ...kpisOf(directory, set, place, from),
    ...(['csv', 'parquet'] as const).map((format) => ({
      id: `export-${format}`,
      title: 'Everything, one figure a row',
      description: 'Every measure and KPI by month: whole, by channel, outcome, ward and attribute.',
      path: `/v1/export/series?${new URLSearchParams({ ...place, format }).toString()}`,
      format,
      ...(format === 'csv' && { describedBy: '/v1/export/series-metadata.json' })
    })),
    {
      id: 'scorecard',
      title: 'Scorecard',
      description: 'The newest value of every KPI of the service, and how complete its data are.',
      path: `/v1/authorities/${authority.slug}/services/${service.slug}`,
      format: 'json'
    }
  ]
}

function seriesOf (type: EventType, place: Record<string, string>, from: string): Distribution[] {
  const query = { ...place, type, period: 'month', start_on: from }
  const byChannel = { ...query, group_by: 'channel' }
  const about = 'A row for each month since the first; a gap is never a zero, and every value has a status.'
  return [
    ...(['csv', 'json', 'json-stat'] as const).map((format) => ({
      id: `${type}-${format}`, title: `${WHAT[type]} by month`, description: about, ...series(query, format)
    })),
    {
      id: `${type}-channel-csv`,
      title: `${WHAT[type]} by month and channel`,
      description: 'A row for each month and channel: web, telephone, face to face and others.',
      ...series(byChannel, 'csv')
    },
    {
      id: `${type}-svg`,
      title: `${WHAT[type]} of the last twelve months`,
      description: 'A chart to embed, with its source; it moves on with the months.',
      path: `/v1/series.svg?${new URLSearchParams({ ...place, type, period: 'month' }).toString()}`,
      format: 'svg' as const
    }
  ]
}

type Address = Pick<Distribution, 'path' | 'format' | 'describedBy'>

const series = (query: Record<string, string>, format: Format): Address => addressOf('/v1/series', query, format)

/** Of CSV also where its columns are described. */
function addressOf (path: string, query: Record<string, string>, format: Format): Address {
  const asked = new URLSearchParams(query).toString()
  return {
    path: `${path}?${asked}&format=${format}`,
    format,
    ...(format === 'csv' && { describedBy: `${path}-metadata.json?${asked}` })
  }
}

// By the periods that they are sent for.
function measuresOf (
  { kpis }: Directory, { measures }: DataSet, place: Record<string, string>, from: string
): Distribution[] {
  return measures.flatMap(({ id, period }) => {
    const measure = kpis.measures.find((one) => one.id === id)
    if (measure === undefined) return []
    const query = { ...place, measure: measure.slug, period: PERIOD_OF_CODE.get(period) ?? 'year', start_on: from }
    return [{
      id: `measure-${measure.slug}`,
      title: measure.title,
      description: `${measure.description} As the council sent it, in ${measure.unit}.`,
      ...series(query, 'csv')
    }]
  })
}

// They count transactions, journeys or ratings: a council that sent nothing but collections made has none of them.
function kpisOf (
  { kpis }: Directory, { types }: DataSet, place: Record<string, string>, from: string
): Distribution[] {
  const needed: Record<string, number> = {
    'completion-rate': EVENT_TYPES.journey, 'user-satisfaction-score': EVENT_TYPES.rating
  }
  return MANDATORY_KPIS.flatMap((kpi) => {
    const title = kpis.kpis.get(kpi)?.at(-1)?.title
    if (title === undefined || !types.includes(needed[kpi] ?? EVENT_TYPES.transaction)) return []
    return [{
      id: `kpi-${kpi}`,
      title: `${title} by month`,
      description: 'With numerator, denominator, target and the version of the definition.',
      ...addressOf(`/v1/kpis/${kpi}/series`, { ...place, period: 'month', start_on: from }, 'csv')
    }]
  })
}
