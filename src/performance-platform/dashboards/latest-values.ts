import { isUnknown, type Directory, type Service } from '../../catalogue/directory.ts'
import { mayReport } from '../../catalogue/merging.ts'
import { formatDay, localDay } from '../../domain/calendar.ts'
import { onOldScale } from '../../domain/kpi/shares.ts'
import { publishedBySender, workedOut, type Published } from '../../disclosure/gate.ts'
import { combine } from '../../kpi/combine.ts'
import { isKnown, readKpi } from '../../kpi/kpi-of.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import { readNewestOfTypes } from '../store/newest-days.ts'
import { sumRecords, type RecordSum } from '../store/record-sums.ts'
import { everyModule } from './document/page.ts'
import { slugOf } from './self-made/service-page.ts'
import { matcherOf, type Matcher } from './matcher.ts'
import type { Module } from './document/schema.ts'
import { listDashboards, type Listed, type PublicServices } from './public.ts'

export type LatestValues = Record<string, string | number>

/** What the front end's list of services shows of one, by the KPI it is; a share is from 0 to 1. */
const KPIS = {
  number_of_transactions: 'transactions',
  digital_takeup: 'digital-take-up',
  completion_rate: 'completion-rate',
  user_satisfaction_score: 'user-satisfaction-score'
}

/** What the front end adds up over the services of its list. */
const TOTAL = 'number_of_transactions'

/** The fields of a row. */
export const VALUE_FIELDS: readonly string[] = ['dashboard_slug', '_timestamp', ...Object.keys(KPIS)]

const YEAR_DAYS = 365
const BY_CHANNEL = 'transactions-by-channel'

/** Each reads several KPIs at once; all services together would take every connection from other requests. */
const SERVICES_AT_ONCE = 4

/**
 * One row for each dashboard of the list that has values: those of the year up to today, as one period. What is not
 * known is left out. The number of statements follows the number of services, not of dashboards.
 */
export async function latestValues (services: PublicServices): Promise<Array<Published<LatestValues>>> {
  const { session, catalogue: { directory }, clock } = services
  const tomorrow = localDay(clock()) + 1
  const days = { from: formatDay(tomorrow - YEAR_DAYS), before: formatDay(tomorrow) }
  const listed = await listDashboards(services)
  const sources = listed.map((one) => ({ one, set: schemalessSource(directory, one) }))
  const dataSetIds = sources.flatMap(({ set }) => set?.id ?? [])
  const sums = await sumRecords(queryBuilderOn(session.pool.within({ dataSetIds })), dataSetIds, days)
  const sumsOf = Map.groupBy(sums.map(publishedBySender), ({ dataSetId }) => dataSetId)
  const years = await readYears(services, new Set(listed.flatMap(({ dataOf }) => dataOf?.service ?? [])), tomorrow)
  const counts = countingPages(listed)
  const rows = await Promise.all(sources.map(async ({ one, set }) => {
    const { head, dataOf } = one
    const values = dataOf === undefined
      ? set && await recordValues(sumsOf.get(set.id) ?? [], set.modules)
      : years.get(dataOf.service)?.(dataOf.authority?.id)
    if (values === undefined) return []
    const fields = Object.entries(values).filter(([field]) => field !== TOTAL || counts.has(one))
    return [workedOut([values], () => Object.fromEntries([['dashboard_slug', head.slug], ...fields]))]
  }))
  return rows.flat()
}

/**
 * The pages whose total shows, since the front end adds up those of all: of several about the same transactions one,
 * the authority's service's own if it is there. The page of a service is about those of its authorities' pages.
 */
function countingPages (listed: readonly Listed[]): Set<Listed> {
  const pages = new Map<unknown, Listed>()
  for (const one of listed) {
    const { head, dataOf } = one
    const { authority, service } = dataOf ?? {}
    if (dataOf !== undefined && authority === undefined) continue
    const about = authority !== undefined && service !== undefined ? slugOf({ authority, service }) : one
    if (!pages.has(about) || head.slug === about) pages.set(about, one)
  }
  return new Set(pages.values())
}

async function readYears (
  services: PublicServices, ofServices: ReadonlySet<Service>, tomorrow: number
): Promise<Map<Service, YearOfService>> {
  const years = new Map<Service, YearOfService>()
  const waiting = ofServices.values()
  await Promise.all(Array.from({ length: SERVICES_AT_ONCE }, async () => {
    for (const service of waiting) years.set(service, await readYear(services, service, tomorrow))
  }))
  return years
}

/** The values of one authority, or of all together; undefined where there are none. */
type YearOfService = (authorityId: number | undefined) => Published<LatestValues> | undefined

async function readYear (
  { session, catalogue: { directory }, clock }: PublicServices, service: Service, tomorrow: number
): Promise<YearOfService> {
  const year = { start: tomorrow - YEAR_DAYS, end: tomorrow }
  const authorities = mayReport(directory, service, year)
  const periods = [year]
  const kpis = await Promise.all(Object.entries(KPIS).map(async ([field, kpi]) => {
    const versions = directory.kpis.kpi(kpi)
    const values = isUnknown(versions)
      ? []
      : await readKpi(session, directory, { versions, service, authorities, periods, today: localDay(clock()) })
    return { field, values, byAuthority: new Map(values.map((one) => [one.authorityId, one])) }
  }))
  const withValue = new Set(
    kpis.flatMap(({ values }) => values).filter(({ value }) => value !== null).map(({ authorityId: id }) => id)
  )
  const authorityIds = [...withValue]
  const newest = await readNewestOfTypes(session.pool.within({ authorityIds }), {
    authorityIds, serviceIds: [service.id], today: formatDay(tomorrow), monday: formatDay(tomorrow)
  })
  return (authorityId) => {
    const known = kpis.flatMap(({ field, values, byAuthority }) => {
      const kpi = authorityId === undefined ? combine(values) : byAuthority.get(authorityId)
      return kpi === undefined || !isKnown(kpi) ? [] : [{ field, kpi }]
    })
    const days = newest.flatMap(({ authorityId: id, beforeToday: day }) =>
      (authorityId === undefined || id === authorityId) && day !== null ? [day] : []
    )
    if (days.length === 0 || known.length === 0) return undefined
    return workedOut(known.map(({ kpi }) => kpi), (): LatestValues => ({
      _timestamp: midnight(days),
      ...Object.fromEntries(known.map(({ field, kpi }) => [field, onOldScale(kpi.version, kpi)]))
    }))
  }
}

const midnight = (days: string[]): string => `${days.reduce((a, b) => a > b ? a : b)}T00:00:00+00:00`

// A written dashboard says itself, by the module it has for it, which of its own channels are digital.
function schemalessSource (
  directory: Directory, { head, dataOf }: Listed
): { id: number, modules: Module[] } | undefined {
  if (dataOf !== undefined) return undefined
  const modules = [...everyModule(head.modules ?? [])].map(({ module }) => module)
  const group = modules.find((module) => module['data-source']?.['data-type'] === BY_CHANNEL)?.['data-source']
    ?.['data-group']
  const set = group === undefined ? undefined : directory.dataSet(group, BY_CHANNEL)
  return set === undefined || !directory.publication.isOpen(set) || !set.queryable || set.labels !== null
    ? undefined
    : {
        id: set.id,
        modules: modules.filter((module) =>
          module['data-source']?.['data-group'] === group && module['data-source']?.['data-type'] === BY_CHANNEL
        )
      }
}

async function recordValues (
  sums: ReadonlyArray<Published<RecordSum>>, modules: Module[]
): Promise<Published<LatestValues> | undefined> {
  if (sums.length === 0) return undefined
  const total = (matches: Matcher): number =>
    sums.filter(({ channel }) => matches(channel)).reduce((sum, { count }) => sum + count, 0)
  const takeUp = modules.find((module) =>
    module['module-type'] === 'completion_rate' && module['matching-attribute'] === 'channel'
  )
  const [numerator, denominator] = await Promise.all(
    (['numerator-matcher', 'denominator-matcher'] as const).map(async (name) =>
      takeUp === undefined ? undefined : await matcherOf(String(takeUp[name])))
  )
  const whole = denominator === undefined ? 0 : total(denominator)
  return workedOut(sums, (): LatestValues => ({
    _timestamp: midnight(sums.map(({ newest }) => newest)),
    number_of_transactions: total(() => true),
    ...(numerator !== undefined && whole > 0 && { digital_takeup: total(numerator) / whole })
  }))
}
