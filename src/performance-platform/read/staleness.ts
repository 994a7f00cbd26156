import { idsAsked } from '../../catalogue/asked.ts'
import type { DataSet, Directory } from '../../catalogue/directory.ts'
import type { Session } from '../../disclosure/session.ts'
import { DAY_MS } from '../../domain/calendar.ts'
import { isLate, keyOf, shownFeeds } from '../../kpi/ask-feeds.ts'
import { newestRecords } from '../store/data-sets.ts'
import { queryBuilderOn } from '../../postgres/database.ts'
import type { RequestPool } from '../../postgres/scoped.ts'

/** What is out of date: a data set, or a feed of typed data, by the name that its kind has. */
export interface Stale { name: string, newest: number, maxAge: number, secondsOutOfDate: number }

const SECOND_MS = 1000

/**
 * The data sets whose newest period is too old, whenever they were last written to: a sender that sends the same old
 * weeks again every night is out of date all the same. One without an age limit, or without records, is not judged.
 */
export async function staleDataSets (pool: RequestPool, sets: DataSet[], now: number): Promise<Stale[]> {
  const judged = sets.filter(({ max_age_expected: maxAge }) => maxAge !== null)
  const dataSetIds = judged.map(({ id }) => id)
  const newest = await newestRecords(queryBuilderOn(pool.within({ dataSetIds })), dataSetIds)
  return judged.flatMap(({ id, name, max_age_expected: maxAge }) => {
    const last = newest.get(id)
    if (last === undefined || last === null) return []
    const stale = staleness(name, last.getTime(), maxAge ?? 0, now)
    return stale.secondsOutOfDate < 0 ? [] : [stale]
  })
}

/** The feeds of typed data that `/v1/feeds` has as late, by the key that they have there. */
export async function lateFeeds (
  { pool, viewer }: Pick<Session, 'pool' | 'viewer'>, directory: Directory, now: number
): Promise<Stale[]> {
  const client = pool.within({ authorityIds: idsAsked(directory) })
  const feeds = await shownFeeds(client, directory, viewer, { authority: undefined, now })
  // What a data set stands for is judged as that data set.
  const counted = new Set(directory.dataSets.filter(({ mapping }) => mapping !== null).map((set) =>
    `${set.authority_id ?? ''} ${set.service_id ?? ''}`))
  return feeds.filter((feed) => isLate(feed) &&
    (feed.source !== undefined || !counted.has(`${feed.authority.id} ${feed.service.id}`))
  ).map((feed) => staleness(keyOf(feed), feed.newest * DAY_MS, (feed.allowed ?? 0) * DAY_MS / SECOND_MS, now))
    .sort((a, b) => a.name < b.name ? -1 : 1)
}

const staleness = (name: string, newest: number, maxAge: number, now: number): Stale =>
  ({ name, newest, maxAge, secondsOutOfDate: Math.floor((now - newest) / SECOND_MS) - maxAge })
