import type { Directory } from '../../catalogue/directory.ts'
import { DAY_MS, formatDay } from '../../domain/calendar.ts'
import { everyModule } from './document/page.ts'
import type { Module } from './document/schema.ts'
import { latestFigures, shareAs, type Counted, type LatestFigures } from './latest-figures.ts'
import { publishesAsIs } from '../../disclosure/rules.ts'
import { sumEvents, sumRecords, type EventSum, type RecordSum } from '../store/year-sums.ts'
import { listDashboards, type Listed, type PublicServices } from './public.ts'

export type LatestValues = Record<string, string | number>

const YEAR_DAYS = 365
const BY_CHANNEL = 'transactions-by-channel'

/**
 * One row for each dashboard of the list that has figures: those of the year up to today. In a constant number of
 * statements, however many dashboards there are.
 */
export async function latestValues (services: PublicServices): Promise<LatestValues[]> {
  const { db, session, catalogue: { directory }, clock } = services
  const tomorrow = Math.floor(clock() / DAY_MS) + 1
  const days = { from: formatDay(tomorrow - YEAR_DAYS), before: formatDay(tomorrow) }
  const [listed, events] = await Promise.all([listDashboards(services), sumEvents(db, days)])
  const sources = listed.map((one) => ({ one, set: schemalessSource(directory, one) }))
  const records = Map.groupBy(
    await sumRecords(db, sources.flatMap(({ set }) => set?.id ?? []), days), ({ data_set_id: id }) => id
  )
  // An authority with a rule for its own figures has none here; /v1 says what of them is public.
  const open = events.filter(({ authority_id: authority, service_id: service }) =>
    publishesAsIs(directory, session.viewer, authority, service, 'authority')
  )
  const ofService = Map.groupBy(open, ({ service_id: id }) => id)
  const ofPair = Map.groupBy(open, ({ authority_id: authority, service_id: service }) => pairKey(authority, service))
  return sources.flatMap(({ one, set }) => {
    const figures = one.subject !== undefined
      ? latestFigures(counted(
        directory,
        (one.subject.authority === undefined
          ? ofService.get(one.subject.service.id)
          : ofPair.get(pairKey(one.subject.authority.id, one.subject.service.id))) ?? []
      ))
      : set && recordFigures(records.get(set.id) ?? [], set.modules)
    if (figures === undefined) return []
    const { newest, ...values } = figures
    return [{ dashboard_slug: one.head.slug, _timestamp: `${newest}T00:00:00+00:00`, ...values }]
  })
}

const pairKey = (authorityId: number, serviceId: number): number => authorityId * 65_536 + serviceId

function counted (directory: Directory, sums: EventSum[]): Counted[] {
  return sums.map((sum) => ({
    ...sum, digitalClass: directory.channelById.get(sum.channel_id)?.digital_class ?? 'excluded'
  }))
}

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

function recordFigures (sums: RecordSum[], modules: Module[]): LatestFigures | undefined {
  if (sums.length === 0) return undefined
  const total = (matcher: unknown): number => {
    const pattern = new RegExp(String(matcher))
    return sums.filter(({ channel }) => pattern.test(channel)).reduce((sum, { count }) => sum + count, 0)
  }
  const takeUp = modules.find((module) =>
    module['module-type'] === 'completion_rate' && module['matching-attribute'] === 'channel'
  )
  return {
    newest: sums.map(({ newest }) => newest).reduce((a, b) => a > b ? a : b),
    number_of_transactions: total(''),
    ...(takeUp && shareAs('digital_takeup', total(takeUp['numerator-matcher']), total(takeUp['denominator-matcher'])))
  }
}
