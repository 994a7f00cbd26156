import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { formatDay, localDay } from '../domain/calendar.ts'
import { readFeeds, type Feed } from '../kpi/feeds.ts'
import type { Message, MessageType } from '../outbox/message.ts'
import { queueMessages, readSaid, sayOnce, unsay } from '../outbox/store/queue.ts'

const PREFIX = 'feed.late/'
const keyOf = ({ authority, service, source }: Feed): string =>
  `${PREFIX}${authority.id}/${service.id}/${source?.id ?? ''}`

/**
 * Says of each feed once that it is late, and once that it is in time again, in the transaction of `client`. Feeds are
 * read by several connections of `pool` at once.
 */
export async function tellOfLateFeeds (
  pool: pg.Pool, client: pg.ClientBase, directory: Directory, now: number
): Promise<void> {
  const at = new Date(now)
  const feeds = new Map((await readFeeds(pool, directory, localDay(now))).map((feed) => [keyOf(feed), feed]))
  const late = [...feeds].filter(([, { daysLate }]) => daysLate !== null && daysLate > 0).map(([key]) => key)
  const newlyLate = await sayOnce(client, late, at)
  const isLate = new Set(late)
  // Of a feed that is there no more, or that nobody can judge any more, nothing is said.
  const over = await unsay(client, (await readSaid(client, PREFIX)).filter((key) => !isLate.has(key)))
  const about = (keys: ReadonlySet<string>, type: MessageType): Message[] =>
    [...keys].flatMap((key) => feeds.get(key) ?? []).filter(({ daysLate }) => daysLate !== null)
      .map((feed) => messageOf(feed, type, at))
  await queueMessages(client, [...about(newlyLate, 'feed.late'), ...about(over, 'feed.recovered')])
}

function messageOf (feed: Feed, type: MessageType, at: Date): Message {
  const { authority, service, source, newest, rhythm, daysLate } = feed
  return {
    type,
    at,
    authorityIds: [authority.id],
    serviceIds: [service.id],
    data: {
      authority: authority.slug,
      service: service.slug,
      source: source === undefined ? null : nameOfSource(source),
      newest_day: formatDay(newest),
      rhythm,
      days_late: daysLate,
      links: { feeds: `/v1/feeds?authority=${authority.slug}&service=${service.slug}` }
    }
  }
}
