import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { int2Array, int4Array } from '../postgres/binary-array.ts'
import { epochOf, XMIN } from '../postgres/epoch.ts'
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

const countUp = (counter: 'folds' | 'changes', series: string): string => `
  INSERT INTO series_state AS state (${SERIES.join(', ')}, ${counter})
  SELECT ${SERIES.join(', ')}, 1 FROM (${series}) AS changed GROUP BY ${SERIES.join(', ')} ORDER BY ${SERIES.join(', ')}
  ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET ${counter} = state.${counter} + 1`

/**
 * The statement that says that observations or notes changed; `places` selects authority_id and service_id. It has to
 * run in the transaction that changes them, behind whatever else of that transaction waits for others: who holds the
 * state of a series makes all who change it wait, and every writer takes states in the order of their keys.
 */
export const countChanges = (places: string): string =>
  countUp('changes', `SELECT authority_id, service_id, 0::int2 AS type FROM (${places}) AS place`)

/** As `countChanges`, as a statement of its own. */
export async function recordChanges (client: pg.ClientBase, places: readonly ChangedPlace[]): Promise<void> {
  if (places.length === 0) return
  await client.query({
    name: 'record-changes',
    text: countChanges('SELECT * FROM unnest($1::int2[], $2::int2[]) AS place(authority_id, service_id)'),
    values: [int2Array(places, ({ authorityId }) => authorityId), int2Array(places, ({ serviceId }) => serviceId)]
  })
}

/** Says that pending events of these series were folded. */
export async function countFolds (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  if (series.length === 0) return
  await client.query({
    name: 'count-folds',
    text: countUp('folds', `SELECT * FROM unnest($1::int2[], $2::int2[], $3::int2[]) AS series(${SERIES.join(', ')})`),
    values: [
      int2Array(series, ({ authorityId }) => authorityId),
      int2Array(series, ({ serviceId }) => serviceId),
      int2Array(series, ({ type }) => type)
    ]
  })
}

/** As `countFolds`, of all series that `select` has. */
export const countFoldsOf = (select: string): string => countUp('folds', select)

// New events only add to what is pending, until a fold takes them; folds and changes only grow. So equal numbers mean
// that nothing was committed, and so do equal sums of them over several series, whichever process committed.
const EPOCH = epochOf('series_state')
const OF_SCOPE = 'authority_id = ANY (scope.authority_ids) AND service_id IN (0::int2, scope.service_id)'
const SCOPES = `(
    SELECT n, service_id, array_agg(authority_id) AS authority_ids
    FROM unnest((SELECT $1::int4[]), (SELECT $2::int2[]), (SELECT $3::int2[])) AS place(n, authority_id, service_id)
    GROUP BY 1, 2
  ) AS scope`
// A restore sets counters back: the epoch, and who wrote the rows, tell the times before and after it apart.
const COUNTED = (what: string): string => `${EPOCH} || '.' || coalesce(sum8(${XMIN}), 0) || '.' || ${what}`
const READ = `
  SELECT n, (
      SELECT ${COUNTED("coalesce(sum8(folds), 0) || '.' || coalesce(sum8(changes), 0)")}
      FROM series_state WHERE ${OF_SCOPE}
    ) || '.' || (SELECT count(*) FROM rollup_pending WHERE ${OF_SCOPE}) AS state
  FROM ${SCOPES}`
// Observations, notes and releases count as changes, of no type.
const READ_WITHOUT_EVENTS = `
  SELECT n, (
      SELECT ${COUNTED('coalesce(sum8(changes), 0)')} FROM series_state WHERE ${OF_SCOPE} AND type = 0
    ) AS state
  FROM ${SCOPES}`

// Of all services of an authority, those that notes and observations are on as well.
const READ_EVERY = READ.replaceAll(OF_SCOPE, 'authority_id = ANY (scope.authority_ids)')

/** The state of each scope, in their order: equal states mean that nothing of it was committed between them. */
export async function readStates (
  client: pg.Pool | pg.ClientBase, scopes: readonly SeriesScope[]
): Promise<string[]> {
  const numbered = scopes.map((scope, n) => ({ ...scope, n }))
  const states = await Promise.all([...Map.groupBy(numbered, statementOf)].map(async ([statement, some]) =>
    await readStatesOf(client, statement, some.flatMap(({ n, authorityIds, serviceId }) =>
      authorityIds.map((authorityId) => ({ n, authorityId, serviceId: serviceId === 'every' ? 0 : serviceId }))
    ))
  ))
  const found = new Map(states.flat().map(({ n, state }) => [n, state]))
  return scopes.map((_, n) => found.get(n) ?? '')
}

interface Statement { name: string, text: string }

const OF_SERVICE: Statement = { name: 'series-states', text: READ }
const OF_RELEASES: Statement = { name: 'series-states-without-events', text: READ_WITHOUT_EVENTS }
const OF_EVERY_SERVICE: Statement = { name: 'series-states-of-every-service', text: READ_EVERY }

const statementOf = ({ serviceId, withoutEvents = false }: SeriesScope): Statement =>
  serviceId === 'every' ? OF_EVERY_SERVICE : withoutEvents ? OF_RELEASES : OF_SERVICE

async function readStatesOf (
  client: pg.Pool | pg.ClientBase,
  statement: Statement,
  places: ReadonlyArray<{ n: number, authorityId: number, serviceId: number }>
): Promise<Array<{ n: number, state: string }>> {
  if (places.length === 0) return []
  const { rows } = await client.query<{ n: number, state: string }>({
    ...statement,
    values: [
      int4Array(places, ({ n }) => n),
      int2Array(places, ({ authorityId }) => authorityId),
      int2Array(places, ({ serviceId }) => serviceId)
    ]
  })
  return rows
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
