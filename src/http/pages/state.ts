import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import { idsAsked } from '../../catalogue/asked.ts'
import type { Directory } from '../../catalogue/directory.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import { nameOfSource } from '../../catalogue/sources.ts'
import { HOUR_MS, parseDay } from '../../domain/calendar.ts'
import type { Rhythm } from '../../domain/rhythm.ts'
import { shownFeeds } from '../../kpi/ask-feeds.ts'
import type { Feed } from '../../kpi/feeds.ts'
import { readReleases, type Release } from '../../releases/store/releases.ts'
import { answersFor, askerOf } from '../plugins/answer.ts'
import { viewerOf, type Reading } from '../plugins/session.ts'

/** A feed as the pages show it. Days are local ones, by number. */
export interface FeedOnPage {
  authority: { slug: string, name: string }
  service: { slug: string, title: string }
  source: string | null
  newest: number
  rhythm: Rhythm | null
  /** Null: nobody can say. */
  daysLate: number | null
}

/** All feeds in a few numbers, so that a page need not go through thousands of them. */
export interface Summary {
  authorities: number
  services: number
  /** The newest day of all; null: there is no feed. */
  newest: number | null
  /** How many feeds are late, in time, and neither: by their rank. */
  ofRank: number[]
}

/** What comes in, as everybody may see it, and the newest release of wards and streets. */
export interface State {
  /** When it was worked out, in milliseconds. */
  madeAt: number
  summary: Summary
  /** Late ones first, then those in time, then those of which nobody can say; by authority and service. */
  feeds: FeedOnPage[]
  release: { madeAt: number, authority: string, service: string, upTo: number } | null
}

interface Options extends Reading { answers: AnswerCache, catalogue: Catalogue, clock: () => number }

/** Pages are the same for everybody, whatever token comes with a request. */
const PUBLIC = viewerOf(undefined)

/** Reads the state that pages show: worked out once for all of them, as costly answers are, and kept until a commit. */
export function stateReader (
  { answers, catalogue, clock, ...reading }: Options
): (request: FastifyRequest, reply: FastifyReply) => Promise<State> {
  let latest: { etag: string, state: State } | undefined
  return async (request, reply) => {
    const { directory } = catalogue
    const now = clock()
    const { pool } = request.replica?.reading ?? reading
    const { body, etag } = await answersFor(answers, request).answer({
      about: 'state of pages',
      type: 'list',
      viewer: PUBLIC.name,
      time: Math.floor(now / HOUR_MS),
      catalogue: directory,
      patient: true,
      asker: askerOf(request, reply),
      compute: async () => {
        const client = pool.within({ authorityIds: idsAsked(directory) })
        const feeds = await shownFeeds(client, directory, PUBLIC, { authority: undefined, now })
        const [release] = await readReleases(client, { limit: 1 })
        return JSON.stringify(stateOf(now, feeds.map(feedOnPage), release ? toPage(directory, release) : null))
      }
    })
    if (latest?.etag !== etag) latest = { etag, state: JSON.parse(body.toString()) as State }
    return latest.state
  }
}

const feedOnPage = ({ authority, service, source, newest, rhythm, daysLate }: Feed): FeedOnPage => ({
  authority: { slug: authority.slug, name: authority.name },
  service: { slug: service.slug, title: service.title },
  source: source === undefined ? null : nameOfSource(source),
  newest,
  rhythm,
  daysLate
})

/** 0 for a feed that is late, 1 for one in time, 2 where nobody can say. */
export const rankOf = ({ daysLate }: FeedOnPage): 0 | 1 | 2 => daysLate === null ? 2 : daysLate > 0 ? 0 : 1

export function stateOf (madeAt: number, feeds: readonly FeedOnPage[], release: State['release']): State {
  return { madeAt, summary: summaryOf(feeds), feeds: inOrder(feeds), release }
}

const summaryOf = (feeds: readonly FeedOnPage[]): Summary => ({
  authorities: new Set(feeds.map(({ authority }) => authority.slug)).size,
  services: new Set(feeds.map(({ service }) => service.slug)).size,
  newest: feeds.reduce<number | null>((newest, feed) => Math.max(newest ?? -Infinity, feed.newest), null),
  ofRank: countRanks(feeds)
})

/** How many feeds there are of each rank. */
export function countRanks (feeds: readonly FeedOnPage[]): number[] {
  const counts: [number, number, number] = [0, 0, 0]
  for (const feed of feeds) counts[rankOf(feed)]++
  return counts
}

// Keys are made once a feed, not once a comparison: there are thousands of feeds, and nothing else runs meanwhile.
function inOrder (feeds: readonly FeedOnPage[]): FeedOnPage[] {
  return feeds.map((feed) => {
    const { authority, service, source } = feed
    return { feed, key: [rankOf(feed), authority.name, service.title, source ?? ''].join('\n') }
  }).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0).map(({ feed }) => feed)
}

const toPage = (directory: Directory, { authorityId, serviceId, madeAt, upTo }: Release): State['release'] => ({
  madeAt: madeAt.getTime(),
  authority: directory.authorityById.get(authorityId)?.name ?? '',
  service: directory.serviceById.get(serviceId)?.title ?? '',
  upTo: (parseDay(upTo) ?? 0) - 1
})
