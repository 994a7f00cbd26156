import type pg from 'pg'
import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import type { Viewer } from '../disclosure/session.ts'
import { DAY_MS, HOUR_MS, localDay } from '../domain/calendar.ts'
import { overlaps, type DateRange } from '../domain/period.ts'
import { ownerOf } from '../intake/owner.ts'
import { readFeeds, type Feed } from './feeds.ts'
import { readSentRows, type RowCounts } from './store/feeds.ts'

export interface FeedsQuestion {
  authority: Authority | undefined
  service: Service | undefined
  /** Only those that are late, or only the others. */
  late: boolean | undefined
  /** Those behind this key alone. */
  after: string | undefined
  limit: number
  now: number
}

/** Rows of its source in the last day and week; null: not for this viewer to see, or nobody knows whose. */
export type FeedWithRows = Feed & { rows: { day: RowCounts | null, week: RowCounts | null } }

/** A feed is not shown while any of its last days is not published. */
const COUNTED_DAYS = 7
const EVERY_DAY = { start: -Infinity, end: Infinity }

/** A page of the feeds that a viewer may see, by authority, service and source; `next`: the key to go on behind. */
export async function askFeeds (
  client: pg.ClientBase, directory: Directory, viewer: Viewer, question: FeedsQuestion
): Promise<{ feeds: FeedWithRows[], next: string | undefined }> {
  const { service, late, after, limit, now } = question
  const all = await shownFeeds(client, directory, viewer, question)
  const wanted = all.filter((feed) =>
    (service === undefined || feed.service === service) && (late === undefined || late === isLate(feed))
  ).map((feed) => ({ key: keyOf(feed), feed })).filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => a.key < b.key ? -1 : 1)
  const page = wanted.slice(0, limit)
  const rowsOf = await countRows(client, directory, viewer, page.map(({ feed }) => feed), now)
  return {
    feeds: page.map(({ feed }) => ({ ...feed, rows: rowsOf(feed) })),
    next: page.length < wanted.length ? page.at(-1)?.key : undefined
  }
}

/** Every feed, of one authority or of all, that a viewer may see. */
export async function shownFeeds (
  client: pg.ClientBase,
  directory: Directory,
  viewer: Viewer,
  { authority, now }: Pick<FeedsQuestion, 'authority' | 'now'>
): Promise<Feed[]> {
  const all = await readFeeds(client, directory, localDay(now), authority?.id)
  return all.filter((feed) => isShown(directory, viewer, feed))
}

export const isLate = ({ daysLate }: Feed): boolean => (daysLate ?? 0) > 0

export const keyOf = ({ authority, service, source }: Feed): string =>
  `${authority.slug}/${service.slug}/${source === undefined ? '' : nameOfSource(source)}`

function isShown (directory: Directory, viewer: Viewer, { authority, service, newest }: Feed): boolean {
  return mayBeShown(directory, viewer, authority.id, service.id, { start: newest - COUNTED_DAYS, end: newest + 1 })
}

function mayBeShown (
  directory: Directory, viewer: Viewer, authorityId: number, serviceId: number, days: DateRange
): boolean {
  return directory.publication.restricted(authorityId, serviceId).every((restricted) =>
    !overlaps(restricted, days) || viewer.isAmong(restricted.audience, authorityId, serviceId))
}

const NOTHING: RowCounts = { received: 0, stored: 0, duplicates: 0, revised: 0, rejected: 0 }

async function countRows (
  client: pg.ClientBase, directory: Directory, viewer: Viewer, feeds: readonly Feed[], now: number
): Promise<(feed: Feed) => FeedWithRows['rows']> {
  // Its receipts are of all that it may send, of any day, of which a part may not be published yet.
  const open = [...new Set(feeds.flatMap(({ source }) => source ?? []))].filter((source) =>
    [source.authority_id, ...source.provider_for].every((authorityId) =>
      source.services.every((serviceId) => mayBeShown(directory, viewer, authorityId, serviceId, EVERY_DAY))))
  const sinceHour = (ms: number): Date => new Date(Math.floor((now - ms) / HOUR_MS) * HOUR_MS)
  const sent = open.length === 0
    ? []
    : await readSentRows(client, { day: sinceHour(DAY_MS), week: sinceHour(7 * DAY_MS) }, open.map(ownerOf))
  const sentOf = new Map(sent.map((one) => [one.sourceId, one]))
  const shown = new Set(open)
  return ({ source }) => {
    if (source === undefined || !shown.has(source)) return { day: null, week: null }
    const { day, week } = sentOf.get(source.id) ?? { day: NOTHING, week: NOTHING }
    return { day, week }
  }
}
