import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { int2Array } from '../postgres/binary-array.ts'
import { XMIN } from '../postgres/epoch.ts'
import { SERIES, type Series } from './dimensions.ts'

/** What an answer is made of: the events, observations and notes of these authorities and a service. */
export interface SeriesScope {
  authorityIds: readonly number[]
  serviceId: number | 'every'
  /** Whether the events themselves have no part in it, but only what was released of them. */
  withoutEvents?: boolean
}

/** An authority and one of its services; `serviceId` 0 means all of them. */
export interface ChangedPlace { authorityId: number, serviceId: number }

/** Places a statement: what is sent by one has 65,535 parameters at most. */
const MOST_PLACES = 10_000

/**
 * Says that observations or notes of these places changed. It has to run in the transaction that changes them, behind
 * whatever else of that transaction waits for others: who holds the state of a series makes all who change it wait, and
 * every writer takes states in the order of their keys.
 */
export async function recordChanges (client: pg.ClientBase, places: readonly ChangedPlace[]): Promise<void> {
  const keys = new Set(places.map(({ authorityId, serviceId }) => authorityId * 32_768 + serviceId))
  const sorted = [...keys].sort((a, b) => a - b)
  for (let from = 0; from < sorted.length; from += MOST_PLACES) {
    const some = sorted.slice(from, from + MOST_PLACES)
    await client.query({
      ...(some.length === 1 && { name: 'record-change' }),
      // A cluster sends each of these rows to the node that it lies on, and would collect those of a SELECT first.
      text: `
        INSERT INTO series_state (${SERIES.join(', ')}, changes)
        VALUES ${some.map((_, i) => `($${2 * i + 1}::int2, $${2 * i + 2}::int2, 0, 1)`).join(', ')}
        ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET changes = series_state.changes + 1`,
      values: some.flatMap((key) => [Math.floor(key / 32_768), key % 32_768])
    })
  }
}

/** Says that pending events of these series of an authority were folded. Whoever calls it has locked them. */
export async function countFolds (
  client: pg.ClientBase, authorityId: number, series: readonly Series[]
): Promise<void> {
  const places = [...new Set(series.map(({ serviceId, type }) => serviceId * 4 + type))].sort((a, b) => a - b)
  if (places.length === 0) return
  const { rows } = await client.query<{ serviceId: number, type: number }>({
    name: 'count-folds',
    text: `
      UPDATE series_state AS state SET folds = state.folds + 1
      FROM unnest((SELECT $2::int2[]), (SELECT $3::int2[])) AS series(service_id, type)
      WHERE state.authority_id = $1::int2 AND state.service_id = series.service_id AND state.type = series.type
      RETURNING state.service_id AS "serviceId", state.type`,
    values: [authorityId, int2Array(places, (place) => place >> 2), int2Array(places, (place) => place & 3)]
  })
  const counted = new Set(rows.map(({ serviceId, type }) => serviceId * 4 + type))
  for (const place of places.filter((one) => !counted.has(one))) {
    await client.query({
      name: 'count-first-fold',
      text: `
        INSERT INTO series_state (${SERIES.join(', ')}, folds) VALUES ($1::int2, $2::int2, $3::int2, 1)
        ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET folds = series_state.folds + 1`,
      values: [authorityId, place >> 2, place & 3]
    })
  }
}

/** As `countFolds`, of all series that `select` has. */
export const countFoldsOf = (select: string): string => `
  INSERT INTO series_state AS state (${SERIES.join(', ')}, folds)
  SELECT ${SERIES.join(', ')}, 1 FROM (${select}) AS folded GROUP BY ${SERIES.join(', ')} ORDER BY ${SERIES.join(', ')}
  ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET folds = state.folds + 1`

// New events only add to what is pending, until a fold takes them; folds and changes only grow. So equal numbers mean
// that nothing was committed, and so do equal sums of them over several series, whichever process committed. What of an
// authority is counted is read from its one node at one moment: both halves stand in one sub-query.
//
// A restore sets counters back: when the server of the rows started, their file, and who wrote them tell the times
// before and after it apart. Where there are no rows there is no data that an answer could be made of.
const STARTED = 'extract(epoch FROM pg_postmaster_start_time())'
const COUNTED = 'authority_id, service_id, type, folds, changes'

interface Statement { name: string, ofService: boolean, withEvents: boolean }
const OF_SERVICE: Statement = { name: 'series-states', ofService: true, withEvents: true }
// Observations, notes and releases count as changes, of no type.
const OF_RELEASES: Statement = { name: 'series-states-without-events', ofService: true, withEvents: false }
// Of all services of an authority, those that notes and observations are on as well.
const OF_EVERY_SERVICE: Statement = { name: 'series-states-of-every-service', ofService: false, withEvents: true }

const statementOf = ({ serviceId, withoutEvents = false }: SeriesScope): Statement =>
  serviceId === 'every' ? OF_EVERY_SERVICE : withoutEvents ? OF_RELEASES : OF_SERVICE

function textOf ({ ofService, withEvents }: Statement, ofAuthorities: string): string {
  const where = `WHERE authority_id ${ofAuthorities}` +
    (ofService ? ' AND service_id = ANY ((SELECT $2::int2[])::int2[])' : '')
  return `
    SELECT authority_id AS "authorityId", ${ofService ? 'service_id' : '0'} AS "serviceId",
      max(started)::text AS started, max(file) AS file, sum8(written) AS written, sum8(folds) AS folds,
      sum8(changes) AS changes, sum8(pending) AS pending
    FROM (
      SELECT ${COUNTED}, ${STARTED} AS started, pg_relation_filenode(tableoid)::int8 AS file, ${XMIN} AS written,
        0::int8 AS pending
      FROM series_state ${where}${withEvents ? '' : ' AND type = 0'}
      ${withEvents
    ? `UNION ALL
      SELECT authority_id, service_id, type, 0, 0, ${STARTED}, 0, 0, 1 FROM rollup_pending ${where}`
    : ''}
    ) AS counted
    GROUP BY authority_id${ofService ? ', service_id' : ''}`
}

/** What was counted of an authority and a service, or of all its services (0). */
interface Counted {
  authorityId: number
  serviceId: number
  started: string
  file: number
  written: number
  folds: number
  changes: number
  pending: number
}

/** The state of each scope, in their order: equal states mean that nothing of it was committed between them. */
export async function readStates (
  client: pg.Pool | pg.ClientBase, scopes: readonly SeriesScope[]
): Promise<string[]> {
  const found = new Map(await Promise.all([...new Set(scopes.map(statementOf))].map(
    async (statement): Promise<[Statement, Map<number, Counted>]> =>
      [statement, await readCounted(client, statement, scopes.filter((scope) => statementOf(scope) === statement))]
  )))
  return scopes.map((scope) => {
    const counted = found.get(statementOf(scope))
    const services = scope.serviceId === 'every' ? [0] : [0, scope.serviceId]
    return stateOf(scope.authorityIds.flatMap((id) =>
      services.map((serviceId) => counted?.get(keyOf(id, serviceId))).filter((one) => one !== undefined)
    ))
  })
}

const keyOf = (authorityId: number, serviceId: number): number => authorityId * 32_768 + serviceId

function stateOf (counted: readonly Counted[]): string {
  const sum = (of: (one: Counted) => number): number => counted.reduce((sum, one) => sum + of(one), 0)
  return [
    [...new Set(counted.map(({ started }) => started))].sort().join(','),
    sum(({ file }) => file), sum(({ written }) => written), sum(({ folds }) => folds), sum(({ changes }) => changes),
    sum(({ pending }) => pending)
  ].join('.')
}

async function readCounted (
  client: pg.Pool | pg.ClientBase, statement: Statement, scopes: readonly SeriesScope[]
): Promise<Map<number, Counted>> {
  const authorityIds = [...new Set(scopes.flatMap(({ authorityIds }) => authorityIds))]
  if (authorityIds.length === 0) return new Map()
  const [one] = authorityIds.length === 1 ? authorityIds : []
  const serviceIds = [...new Set(scopes.map(({ serviceId }) => serviceId === 'every' ? 0 : serviceId)), 0]
  const { rows } = await client.query<Counted>({
    name: statement.name + (one === undefined ? '' : '-of-one'),
    text: textOf(statement, one === undefined ? '= ANY ($1::int2[])' : '= $1::int2'),
    values: [
      one ?? int2Array(authorityIds, (id) => id),
      ...statement.ofService ? [int2Array(serviceIds, (id) => id)] : []
    ]
  })
  return new Map(rows.map((row) => [keyOf(row.authorityId, row.serviceId), row]))
}

interface Ask { scope: SeriesScope, resolve: (state: string) => void, reject: (error: unknown) => void }

/** Questions on their way at once: with one alone, whoever comes just after it waits for two answers of Postgres. */
const QUESTIONS = 2

/** Reads states for all who ask at the same time: those who ask while questions are on their way share the next one. */
export class SeriesStates {
  readonly #pool: pg.Pool
  #waiting: Ask[] = []
  #asking = 0

  constructor (pool: pg.Pool) {
    this.#pool = pool
  }

  /** Read after the call. */
  async take (scope: SeriesScope): Promise<string> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ scope, resolve, reject })
      if (this.#asking < QUESTIONS) void this.#ask()
    })
  }

  async #ask (): Promise<void> {
    this.#asking++
    while (this.#waiting.length > 0) {
      await setImmediate() // requests that came in the same turn share one question
      const asks = this.#waiting
      this.#waiting = []
      if (asks.length === 0) break // another question has taken them
      try {
        const scopes = [...new Set(asks.map(({ scope }) => scope))] // those who ask the same bring the same
        const states = await readStates(this.#pool, scopes)
        const of = new Map(scopes.map((scope, n) => [scope, states[n] ?? '']))
        for (const { scope, resolve } of asks) resolve(of.get(scope) ?? '')
      } catch (error) {
        for (const { reject } of asks) reject(error)
      }
    }
    this.#asking--
  }
}
