import type pg from 'pg'
import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { Session } from '../disclosure/session.ts'
import { formatDay, localDay } from '../domain/calendar.ts'
import type { KpiVersion } from '../domain/kpi/definition.ts'
import { meets } from '../domain/kpi/evaluate.ts'
import { addPeriods, periodStart, toWireRange, type DateRange } from '../domain/period.ts'
import { readKpiValues } from '../kpi/answer.ts'
import { readFeeds } from '../kpi/feeds.ts'
import type { Message } from '../outbox/message.ts'
import { queueMessages, sayOnce } from '../outbox/store/queue.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { readAsked } from './store/webhooks.ts'

/** A KPI is looked at by the shortest of these for which an authority has a value. */
const PERIODS = ['month', 'quarter', 'financial_year'] as const
type TargetPeriod = typeof PERIODS[number]
/** Of a value that is not to change for want of days. */
const WHOLE: ReadonlySet<string> = new Set(['ok', 'zero', 'revised'])

interface Telling { pool: pg.Pool, session: Session, directory: Directory, now: number }

/**
 * Says which values of the last complete period miss their target: once for each KPI, authority, service and period, as
 * soon as the value is whole. Looks at what is published to everybody, and only at what a webhook asks for.
 */
export async function tellOfMissedTargets (telling: Telling): Promise<void> {
  const { pool, directory, now } = telling
  const asked = await readAsked(pool, 'target.missed')
  if (asked.length === 0) return
  const feeds = await readFeeds(pool, directory, localDay(now))
  const wanted = feeds.filter(({ authority, service }) => asked.some(({ authorities, services }) =>
    (authorities?.includes(authority.id) ?? true) && (services?.includes(service.id) ?? true)))
  for (const [service, own] of Map.groupBy(wanted, (feed) => feed.service)) {
    const authorities = [...new Set(own.map(({ authority }) => authority))]
    for (const [kpi, versions] of directory.kpis.kpis) {
      if (hasTarget(directory, kpi, versions)) await tellOf(telling, { kpi, versions, service, authorities })
    }
  }
}

interface Asked { kpi: string, versions: readonly KpiVersion[], service: Service, authorities: readonly Authority[] }

const hasTarget = ({ kpis }: Directory, kpi: string, versions: readonly KpiVersion[]): boolean =>
  versions.some(({ target }) => target !== null) || kpis.targets.all.some((row) => row.kpi === kpi)

async function tellOf (telling: Telling, { authorities, ...asked }: Asked): Promise<void> {
  let left = authorities
  for (const period of PERIODS) {
    if (left.length === 0) return
    left = await tellOfPeriod(telling, { ...asked, authorities: left }, period)
  }
}

/** Returns the authorities that have no value for the period. */
async function tellOfPeriod (
  { pool, session, directory, now }: Telling, asked: Asked, period: TargetPeriod
): Promise<Authority[]> {
  const { kpi, versions, service, authorities } = asked
  const today = localDay(now)
  const end = periodStart(period, today)
  const range = { start: addPeriods(period, end, -1), end }
  const values = await readKpiValues(session, directory, {
    versions, service, authorities, periods: [range], split: 'none', top: 0, today
  })
  const missed = values.filter(({ authorityId, value, status, version }) => WHOLE.has(status) &&
    meets(directory.kpis.targets.inForce(version, authorityId, service.id, formatDay(range.start)), value) === false)
  if (missed.length > 0) {
    const messages = new Map(missed.map(({ authorityId }) => [
      `target.missed/${kpi}/${authorityId}/${service.id}/${period}/${range.start}`,
      messageOf(directory, { kpi, service, authorityId, period, range, at: new Date(now) })
    ]))
    await inTransaction(pool, async (client) => {
      const fresh = await sayOnce(client, [...messages.keys()], new Date(now))
      await queueMessages(client, [...fresh].flatMap((key) => messages.get(key) ?? []))
    })
  }
  const known = new Set(values.filter(({ value }) => value !== null).map(({ authorityId }) => authorityId))
  return authorities.filter(({ id }) => !known.has(id))
}

function messageOf (
  { authorityById }: Directory,
  { kpi, service, authorityId, period, range, at }: {
    kpi: string, service: Service, authorityId: number, period: TargetPeriod, range: DateRange, at: Date
  }
): Message {
  const authority = authorityById.get(authorityId)?.slug ?? ''
  const days = toWireRange(range)
  const place = `authority=${authority}&service=${service.slug}`
  const query = `${place}&period=${period}&start_on=${days.start_on}&end_on=${days.end_on}`
  return {
    type: 'target.missed',
    at,
    authorityIds: [authorityId],
    serviceIds: [service.id],
    data: {
      kpi,
      authority,
      service: service.slug,
      period,
      ...days,
      links: { series: `/v1/kpis/${kpi}/series?${query}`, kpi: `/v1/kpis/${kpi}` }
    }
  }
}
