import { setTimeout as wait } from 'node:timers/promises'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Cache } from './cache/cache.ts'
import type { CostlyGate } from './cache/costly-gate.ts'
import type { Catalogue } from './catalogue/live.ts'
import { expiringTokens } from './catalogue/token-expiry.ts'
import { lastUseOfSources } from './catalogue/store/tokens.ts'
import { DAY_MS, localDay } from './domain/calendar.ts'
import type { Admission } from './http/plugins/admission.ts'
import type { Connections } from './http/plugins/connections.ts'
import type { Intake } from './intake/intake.ts'
import { leastLate, readFeeds, type Feed } from './kpi/feeds.ts'
import type { Outcome } from './outbox/deliveries.ts'
import type { Database } from './postgres/database.ts'
import type { Replica } from './postgres/replica.ts'
import { readReleases } from './releases/store/releases.ts'
import { readPending } from './rollups/index.ts'

interface Parts {
  database: Database
  replica: Replica | undefined
  catalogue: Catalogue
  clock: () => number
  intake: Intake
  admission: Admission
  connections: Connections
  /** Of answers made of the database, and of those made of the replica. */
  caches: readonly Cache[]
  gate: CostlyGate
}

/** Which release a process is, as a label. */
export function measureVersion (registry: Registry, version: string): void {
  gauge(registry, 'lpp_build_info', 'Always 1; the release and its Node.', ['version', 'node'], () =>
    [[{ version, node: process.version }, 1]])
}

export type Trouble =
  | 'folding' | 'release' | 'retention' | 'token use' | 'shared limits' | 'audit' | 'catalogue' | 'connection' | 'feeds'
  | 'webhooks' | 'views' | 'replica'

const TROUBLES = 'lpp_troubles_total'

/** Counts what went wrong behind the requests; each has a line in the log as well. */
export function countTroubles (registry: Registry): (what: Trouble) => void {
  const troubles = registry.getSingleMetric(TROUBLES) as Counter<'what'> | undefined ?? new Counter({
    registers: [registry],
    name: TROUBLES,
    help: 'What failed that no request had asked for, such as a release or the folding of rollups.',
    labelNames: ['what']
  })
  return (what) => troubles.inc({ what })
}

/** Counts tries to send a message to a webhook. */
export function countDeliveries (registry: Registry): (outcome: Outcome) => void {
  const tries = new Counter({
    registers: [registry],
    name: 'lpp_webhook_tries_total',
    help: 'Tries to send a message to a webhook: delivered, failed and to be tried again, or given up.',
    labelNames: ['outcome']
  })
  return (outcome) => tries.inc({ outcome })
}

/** Counts requests that the replica answered, or failed, so that the primary answered them. */
export function countReplicaReads (registry: Registry): (outcome: 'answered' | 'failed') => void {
  const reads = new Counter({
    registers: [registry],
    name: 'lpp_replica_reads_total',
    help: 'Requests that the read replica answered; failed: the primary answered in its place.',
    labelNames: ['outcome']
  })
  return (outcome) => reads.inc({ outcome })
}

/** What the database is asked is asked anew after so long, however often somebody scrapes. */
const [PENDING_MS, FEEDS_MS] = [15_000, 300_000]

/** Gauges of all that a process holds, and of what is in its database, read when somebody scrapes. */
export function measureService (registry: Registry, parts: Parts): void {
  measureProcess(registry, parts)
  measurePools(registry, parts)
  measureCaches(registry, parts.caches)
  measureReplica(registry, parts.replica?.state)
  measureFolding(registry, parts)
  measureReleases(registry, parts)
  measureFeeds(registry, parts)
  measureTokens(registry, parts)
}

type Reading = ReadonlyArray<readonly [labels: Record<string, string>, value: number]>

function gauge (
  registry: Registry, name: string, help: string, labelNames: string[], read: () => Reading | Promise<Reading>
): void {
  const one: Gauge = new Gauge({
    registers: [registry],
    name,
    help,
    labelNames,
    async collect () {
      const values = await read()
      one.reset()
      for (const [labels, value] of values) one.set(labels, value)
    }
  })
}

const only = (read: () => number) => (): Reading => [[{}, read()]]

function measureProcess (
  registry: Registry, { catalogue, database, intake, admission, connections, gate }: Parts
): void {
  gauge(registry, 'lpp_ready', 'Whether the service can read and write, as /readyz says.', [], async () =>
    [[{}, (await database.probe.ask()).wrong === undefined ? 1 : 0]])
  gauge(registry, 'lpp_catalogue_confirmed', 'Whether the catalogue was compared with the database lately.', [],
    only(() => Number(catalogue.isConfirmed())))
  gauge(registry, 'lpp_client_connections', 'Connections of clients, and requests on them.', ['state'], () => {
    const { connections: open, begun, waiting } = connections.load
    return [[{ state: 'open' }, open], [{ state: 'requests begun' }, begun], [{ state: 'requests waiting' }, waiting]]
  })
  gauge(registry, 'lpp_bodies_bytes', 'Bytes of large bodies in hand, of 64 MiB.', [], only(() => admission.bytes))
  gauge(registry, 'lpp_waiting', 'Who waits for a turn: to send a large body, to store rows, for a costly answer.',
    ['for'], () => [
      [{ for: 'body' }, admission.waiting], [{ for: 'store' }, intake.waiting], [{ for: 'answer' }, gate.waiting]
    ])
  gauge(registry, 'lpp_costly_answers', 'Costly answers that are being computed, of 3.', [], only(() => gate.atWork))
}

function measurePools (registry: Registry, { database: { pool, writers, downloads }, replica }: Parts): void {
  const pools = Object.entries({ readers: pool, writers, downloads, ...replica && { replica: replica.pool } })
  gauge(registry, 'lpp_database_connections', 'Connections to the database, by pool.', ['pool', 'state'], () =>
    pools.flatMap(([name, { totalCount, idleCount, options: { max } }]) => [
      [{ pool: name, state: 'busy' }, totalCount - idleCount] as const,
      [{ pool: name, state: 'idle' }, idleCount] as const,
      [{ pool: name, state: 'most' }, max] as const
    ]))
  gauge(registry, 'lpp_database_waiting', 'Statements that wait for a connection, by pool.', ['pool'], () =>
    pools.map(([name, { waitingCount }]) => [{ pool: name }, waitingCount]))
}

function measureReplica (registry: Registry, state: Replica['state'] | undefined): void {
  gauge(registry, 'lpp_replica_in_use', 'Whether the read replica answers the public, where there is one.', [], () =>
    state === undefined ? [] : [[{}, Number(state().isInUse)]])
  gauge(registry, 'lpp_replica_lag_seconds', 'For how long what the read replica has may be old, if that is known.', [],
    () => {
      const lagMs = state?.().lagMs
      return lagMs === undefined ? [] : [[{}, lagMs / 1000]]
    })
}

function measureCaches (registry: Registry, caches: readonly Cache[]): void {
  gauge(registry, 'lpp_cache_bytes', 'Bytes of answers that are kept, of 64 MiB; as many again of a replica’s.', [],
    only(() => caches.reduce((sum, { bytes }) => sum + bytes, 0)))
  const lookups: Counter = new Counter({
    registers: [registry],
    name: 'lpp_cache_lookups_total',
    help: 'Answers, and parts of answers, that were kept (hit) or had to be computed (miss).',
    labelNames: ['what', 'result'],
    collect () {
      lookups.reset()
      for (const [what, { hits, misses }] of caches.flatMap(({ counts }) => Object.entries(counts))) {
        lookups.inc({ what, result: 'hit' }, hits)
        lookups.inc({ what, result: 'miss' }, misses)
      }
    }
  })
}

function measureFolding (registry: Registry, { database: { pool } }: Parts): void {
  const read = atMostEvery(PENDING_MS, async () => {
    const pending = await readPending(pool)
    const sum = (of: 'events' | 'rows'): number => pending.reduce((all, one) => all + one[of], 0)
    return { events: sum('events'), rows: sum('rows') }
  })
  for (const what of ['events', 'rows'] as const) {
    gauge(registry, `lpp_folding_pending_${what}`, `What is not folded into the rollups yet, in ${what}.`, [],
      async () => unlessFailed(await read(), (pending) => [[{}, pending[what]]]))
  }
}

function measureReleases (registry: Registry, { database: { pool } }: Parts): void {
  const read = atMostEvery(PENDING_MS, async () => {
    const found = await Promise.all((['regular', 'revision'] as const).map(async (kind) =>
      await readReleases(pool, { kind, limit: 1 })))
    return found.flat()
  })
  gauge(registry, 'lpp_release_last_timestamp_seconds', 'When wards and streets were last released.', ['kind'],
    async () => unlessFailed(await read(), (releases) =>
      releases.map(({ kind, madeAt }) => [{ kind }, madeAt.getTime() / 1000])))
  gauge(registry, 'lpp_release_last_figures', 'Figures of the last release, and how many of them are suppressed.',
    ['kind', 'what'], async () => unlessFailed(await read(), (releases) =>
      releases.flatMap(({ kind, cells, suppressed }) =>
        [[{ kind, what: 'all' }, cells] as const, [{ kind, what: 'suppressed' }, suppressed] as const])))
}

function measureFeeds (registry: Registry, { database: { pool, db }, catalogue, clock }: Parts): void {
  const feeds = atMostEvery(FEEDS_MS, async () => await readFeeds(pool, catalogue.directory, localDay(clock())))
  gauge(registry, 'lpp_feed_newest_day_timestamp_seconds', 'The newest day that was reported of a service.',
    ['authority', 'service'], async () => unlessFailed(await feeds(), (all) => [...byPlace(all)].map(([place, own]) =>
      [place, Math.max(...own.map(({ newest }) => newest)) * DAY_MS / 1000])))
  gauge(registry, 'lpp_feed_late_days', 'Days by which a feed is late: 0 while it is in time, or nobody can say.',
    ['authority', 'service'], async () => unlessFailed(await feeds(), (all) => [...byPlace(all)].map(([place, own]) =>
      [place, leastLate(own).daysLate ?? 0])))
  const uses = atMostEvery(PENDING_MS, async () => await lastUseOfSources(db))
  gauge(registry, 'lpp_source_last_used_timestamp_seconds', 'When a source last sent or asked anything.',
    ['authority', 'source'], async () => unlessFailed(await uses(), (all) => all.flatMap(({ sourceId, at }) => {
      const source = catalogue.directory.sourceById.get(sourceId)
      return source?.removed_at !== null
        ? []
        : [[{ authority: source.authority.slug, source: source.name }, at.getTime() / 1000] as const]
    })))
}

// Several sources may send the same: while one is in time, nothing is missing.
function byPlace (feeds: readonly Feed[]): Map<Record<string, string>, Feed[]> {
  const places = Map.groupBy(feeds, ({ authority, service }) => `${authority.slug} ${service.slug}`)
  return new Map([...places.values()].flatMap((own) => own[0] === undefined
    ? []
    : [[{ authority: own[0].authority.slug, service: own[0].service.slug }, own]]))
}

function measureTokens (registry: Registry, { catalogue, clock }: Parts): void {
  gauge(registry, 'lpp_token_expires_timestamp_seconds', 'When tokens expire that do so within thirty days.',
    ['token', 'role', 'owner'], () => expiringTokens(catalogue.directory, clock()).map(({ id, role, of, expiresAt }) =>
      [{ token: id, role, owner: of }, Date.parse(expiresAt) / 1000]))
}

const unlessFailed = <T>(found: T | undefined, readings: (found: T) => Reading): Reading =>
  found === undefined ? [] : readings(found)

/** A scrape waits no longer for the database: metrics are wanted most when it does not answer. */
const PATIENCE_MS = 1500

/**
 * Asks again after `ms` at the soonest, and once for all who ask at the same time; undefined where it failed, or takes
 * too long.
 */
function atMostEvery<T> (ms: number, ask: () => Promise<T>): () => Promise<T | undefined> {
  let last: { at: number, found: Promise<T | undefined> } | undefined
  return async () => {
    if (last === undefined || performance.now() - last.at >= ms) {
      last = { at: performance.now(), found: ask().catch(() => undefined) }
    }
    return await Promise.race([last.found, wait(PATIENCE_MS, undefined, { ref: false })])
  }
}
