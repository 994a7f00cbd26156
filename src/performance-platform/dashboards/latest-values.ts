import { isUnknown, type Directory, type Service } from '../../catalogue/directory.ts'
import { formatDay, localDay } from '../../domain/calendar.ts'
import { onOldScale } from '../../domain/kpi/shares.ts'
import { combine } from '../../kpi/combine.ts'
import { readKpi } from '../../kpi/kpi-of.ts'
import type { KpiValue } from '../../kpi/question.ts'
import { readNewest } from '../store/held-data.ts'
import { sumRecords, type RecordSum } from '../store/year-sums.ts'
import { everyModule } from './document/page.ts'
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

const YEAR_DAYS = 365
const BY_CHANNEL = 'transactions-by-channel'

/**
 * One row for each dashboard of the list that has figures: those of the year up to today, as one period. What is not
 * known is left out. The number of statements follows the number of services, not of dashboards.
 */
export async function latestValues (services: PublicServices): Promise<LatestValues[]> {
  const { db, catalogue: { directory }, clock } = services
  const tomorrow = localDay(clock()) + 1
  const days = { from: formatDay(tomorrow - YEAR_DAYS), before: formatDay(tomorrow) }
  const listed = await listDashboards(services)
  const sources = listed.map((one) => ({ one, set: schemalessSource(directory, one) }))
  const records = Map.groupBy(
    await sumRecords(db, sources.flatMap(({ set }) => set?.id ?? []), days), ({ data_set_id: id }) => id
  )
  const typed = new Map<Service, YearOfService>()
  for (const service of new Set(listed.flatMap(({ subject }) => subject?.service ?? []))) {
    typed.set(service, await readYear(services, service, tomorrow))
  }
  return sources.flatMap(({ one: { head, subject }, set }) => {
    const values = subject === undefined
      ? set && recordValues(records.get(set.id) ?? [], set.modules)
      : typed.get(subject.service)?.(subject.authority?.id)
    return values === undefined ? [] : [{ dashboard_slug: head.slug, ...values }]
  })
}

/** The values of one authority, or of all together; undefined where there are none. */
type YearOfService = (authorityId: number | undefined) => LatestValues | undefined

async function readYear (
  { session, catalogue: { directory }, clock }: PublicServices, service: Service, tomorrow: number
): Promise<YearOfService> {
  const authorities = directory.authorities.filter((one) => directory.provision(one, service).delivers !== 'no')
  const periods = [{ start: tomorrow - YEAR_DAYS, end: tomorrow }]
  const kpis = await Promise.all(Object.entries(KPIS).map(async ([field, kpi]) => {
    const versions = directory.kpis.kpi(kpi)
    const cells = isUnknown(versions)
      ? []
      : await readKpi(session, directory, { versions, service, authorities, periods, today: localDay(clock()) })
    return { field, cells, byAuthority: new Map(cells.map((cell) => [cell.authorityId, cell])) }
  }))
  const valued = new Set(
    kpis.flatMap(({ cells }) => cells).filter(({ value }) => value !== null).map(({ authorityId: id }) => id)
  )
  const newest = await readNewest(session.pool, {
    authorityIds: [...valued], serviceId: service.id, today: formatDay(tomorrow), monday: formatDay(tomorrow)
  })
  return (authorityId) => {
    const values = kpis.map(({ field, cells, byAuthority }) =>
      [field, valueOf(authorityId === undefined ? combine(cells) : byAuthority.get(authorityId))] as const
    )
    const days = newest.flatMap(({ authority_id: id, before_today: day }) =>
      (authorityId === undefined || id === authorityId) && day !== null ? [day] : []
    )
    if (days.length === 0 || values.every(([, value]) => value === undefined)) return undefined
    return {
      _timestamp: midnight(days),
      ...Object.fromEntries(values.flatMap(([field, value]) => value === undefined ? [] : [[field, value]]))
    }
  }
}

function valueOf (cell: KpiValue | undefined): number | undefined {
  if (cell === undefined || cell.value === null || cell.version === null) return undefined
  return onOldScale(cell.version, { ...cell, value: cell.value })
}

const midnight = (days: string[]): string => `${days.reduce((a, b) => a > b ? a : b)}T00:00:00+00:00`

// A written dashboard says itself, by the module it has for it, which of its own channels are digital.
function schemalessSource (
  directory: Directory, { head, subject }: Listed
): { id: number, modules: Module[] } | undefined {
  if (subject !== undefined) return undefined
  const modules = [...everyModule(head.modules ?? [])].map(({ module }) => module)
  const group = modules.find((module) => module['data-source']?.['data-type'] === BY_CHANNEL)?.['data-source']
    ?.['data-group']
  const set = group === undefined ? undefined : directory.dataSet(group, BY_CHANNEL)
  return set === undefined || !set.published || !set.queryable || set.labels !== null
    ? undefined
    : {
        id: set.id,
        modules: modules.filter((module) =>
          module['data-source']?.['data-group'] === group && module['data-source']?.['data-type'] === BY_CHANNEL
        )
      }
}

function recordValues (sums: RecordSum[], modules: Module[]): LatestValues | undefined {
  if (sums.length === 0) return undefined
  const total = (matcher: unknown): number => {
    const pattern = new RegExp(String(matcher))
    return sums.filter(({ channel }) => pattern.test(channel)).reduce((sum, { count }) => sum + count, 0)
  }
  const takeUp = modules.find((module) =>
    module['module-type'] === 'completion_rate' && module['matching-attribute'] === 'channel'
  )
  const whole = takeUp === undefined ? 0 : total(takeUp['denominator-matcher'])
  return {
    _timestamp: midnight(sums.map(({ newest }) => newest)),
    number_of_transactions: total(''),
    ...(takeUp !== undefined && whole > 0 && { digital_takeup: total(takeUp['numerator-matcher']) / whole })
  }
}
