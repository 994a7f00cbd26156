import { isUnknown, type Authority, type Directory, type Service } from '../catalogue/directory.ts'
import { known } from '../catalogue/explain.ts'
import type { Session } from '../disclosure/session.ts'
import type { Definition, KpiVersion } from '../domain/kpi/definition.ts'
import { readNewestOfAll } from '../rollups/index.ts'
import { askKpiSeries } from './answer.ts'
import { isDeclared } from './details.ts'
import type { KpiSeriesParameters, KpiSeriesQuery } from './parse.ts'
import { eventTermsOf } from './question.ts'
import type { KpiSeries } from './shape.ts'
import { readEndObserved } from './store/freshness.ts'

/** What a preview is asked for; `service` and `authority` left out: those that have something to show. */
export type PreviewParameters =
  & Pick<KpiSeriesParameters, 'authority' | 'period' | 'start_on' | 'end_on' | 'duration'>
  & { service?: string }

/** The values of one service, a series for each authority. */
export interface PreviewOfService { service: Service, query: KpiSeriesQuery, series: KpiSeries[] }
export interface Preview { version: KpiVersion, services: PreviewOfService[] }

/** How many authorities and services are shown, and how many that reported last are tried for it. */
const [MOST_SHOWN, MOST_TRIED] = [5, 40]

/**
 * The values that a definition would give, as `/series` works them out, as if it had always been in force; nothing is
 * stored. Throws `ProblemError` for parameters that cannot be followed.
 */
export async function previewKpi (
  session: Session,
  directory: Directory,
  { kpi, definition }: { kpi: string, definition: Definition },
  parameters: PreviewParameters,
  now: number
): Promise<Preview> {
  const before = directory.kpis.kpis.get(kpi)?.at(-1)?.version ?? 0
  const version: KpiVersion = {
    ...definition, kpi, version: before + 1, created_at: new Date(now), state: 'agreed', effective_from: '0001-01-01'
  }
  const { service, authority, ...when } = parameters
  const places = definition.state === 'retired' ? [] : await placesOf(session, directory, version, parameters)
  const services: PreviewOfService[] = []
  for (const [of, some] of Map.groupBy(places, (place) => place.service)) {
    const asked = { ...when, service: of.slug, authority: some.map(({ authority: { slug } }) => slug) }
    const { query, answer } = askKpiSeries(directory, kpi, { ...asked, group_by: ['authority'] }, now, [version])
    const { series } = await answer(session)
    services.push({ service: of, query, series })
  }
  return { version, services: service !== undefined && authority !== undefined ? services : withMost(services) }
}

interface Place { authority: Authority, service: Service }

async function placesOf (
  { pool }: Session, directory: Directory, version: KpiVersion, { service: name, authority: names }: PreviewParameters
): Promise<Place[]> {
  const service = name === undefined ? undefined : known(directory.service(name), 'unknown-service', 'service')
  const authorities = names?.map((one) => known(directory.authority(one), 'unknown-authority', 'authority'))
  if (service !== undefined && authorities !== undefined) {
    return [...new Set(authorities)].map((authority) => ({ authority, service }))
  }
  const client = pool.within({ authorityIds: (authorities ?? directory.everyAuthority).map(({ id }) => id) })
  const [ofEvents, ofFigures] = await Promise.all([
    readNewestOfAll(client), readEndObserved(client, 'last', directory.kpis.measureIds)
  ])
  const measures = new Set(measuresOf(directory, version))
  const newest = new Map<string, { authorityId: number, serviceId: number, day: string }>()
  for (const { authorityId, serviceId, day } of [
    ...ofEvents.map(({ newest, ...place }) => ({ ...place, day: newest })),
    ...ofFigures.filter(({ measureId }) => measures.has(measureId)).map(({ endOn, ...place }) => ({
      ...place, day: endOn
    }))
  ]) {
    const key = `${authorityId} ${serviceId}`
    if (day > (newest.get(key)?.day ?? '')) newest.set(key, { authorityId, serviceId, day })
  }
  return [...newest.values()].sort((a, b) => a.day > b.day ? -1 : a.day < b.day ? 1 : a.authorityId - b.authorityId)
    .flatMap(({ authorityId, serviceId }): Place[] => {
      const authority = directory.authorityById.get(authorityId)
      const of = directory.serviceById.get(serviceId)
      const isAsked = (service === undefined || of === service) &&
        (authorities === undefined || authorities.some(({ id }) => id === authorityId))
      if (!isAsked || authority === undefined || of === undefined) return []
      return eventTermsOf(version).every((term) => isDeclared(directory, of, term)) ? [{ authority, service: of }] : []
    }).slice(0, MOST_TRIED)
}

function measuresOf (directory: Directory, version: KpiVersion): number[] {
  const names = [version.numerator, version.denominator ?? []].flat().flatMap((term) =>
    'measure' in term ? [term.measure] : 'events' in term ? Object.keys(term.counts ?? {}) : []
  )
  return names.flatMap((name) => {
    const measure = directory.kpis.measure(name)
    return isUnknown(measure) ? [] : [measure.id]
  })
}

// Those with values in most periods; where none has any, some all the same: they say why.
function withMost (services: readonly PreviewOfService[]): PreviewOfService[] {
  const valued = ({ values }: KpiSeries): number => values.filter(({ figure }) => figure.value !== null).length
  const best = services.flatMap(({ series }) => series).sort((a, b) => valued(b) - valued(a)).slice(0, MOST_SHOWN)
  const shown = new Set(best)
  return services.map((of) => ({ ...of, series: of.series.filter((one) => shown.has(one)) }))
    .filter(({ series }) => series.length > 0)
}
