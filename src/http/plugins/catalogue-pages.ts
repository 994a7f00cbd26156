import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerCache } from '../../cache/answer-cache.ts'
import { idsAsked } from '../../catalogue/asked.ts'
import type { Directory } from '../../catalogue/directory.ts'
import { known } from '../../catalogue/explain.ts'
import type { Catalogue } from '../../catalogue/live.ts'
import type { Contact } from '../../domain/contact.ts'
import { HOUR_MS, localDay } from '../../domain/calendar.ts'
import { ProblemError } from '../../errors.ts'
import { dataJsonOf } from '../../open-data/data-json.ts'
import { readDataSets, type DataSet } from '../../open-data/data-sets.ts'
import type { Publication } from '../../open-data/describe.ts'
import { graphOf } from '../../open-data/graph.ts'
import { pageOf, pagesOf, type Page } from '../../open-data/pages.ts'
import { toJsonLd } from '../../open-data/rdf.ts'
import { toTurtle } from '../../open-data/turtle.ts'
import { OGL } from '../../open-data/vocabularies.ts'
import type { SeriesScope } from '../../rollups/index.ts'
import { addLinks } from '../formats/paging.ts'
import { askerOf, JSON_TYPE, sendAnswer } from './answer.ts'
import { baseAddressOf } from './base-address.ts'
import { viewerOf, type Reading } from './session.ts'

export interface OpenDataOptions {
  reading: Reading
  answers: AnswerCache
  catalogue: Catalogue
  clock: () => number
  contact: Contact | undefined
}

export const JSON_LD = 'application/ld+json'
export const TURTLE = 'text/turtle'
/** What harvesters take anything for, whoever asks. */
const PUBLIC = viewerOf(undefined)

/** A page is made of the list and the catalogue alone. */
const NOTHING_ELSE: SeriesScope = { authorityIds: [], serviceId: 'every' }

/** A page as text, and its media type. */
interface Representation { type: string, write: (publication: Publication, page: Page) => string | Promise<string> }
export const REPRESENTATIONS = {
  jsonLd: { type: JSON_LD, write: (publication, page) => toJsonLd(graphOf(publication, page)) },
  turtle: {
    type: `${TURTLE}; charset=utf-8`, write: async (publication, page) => await toTurtle(graphOf(publication, page))
  },
  dataJson: { type: JSON_TYPE, write: (publication, page) => JSON.stringify(dataJsonOf(publication, page)) }
} as const satisfies Record<string, Representation>

interface Query { authority?: string, service?: string, page?: number, limit?: number }
type Answerer = (request: FastifyRequest, reply: FastifyReply, as: Representation) => Promise<FastifyReply>

/** Answers with a page of the catalogue in a representation. */
export function answerer ({ reading, answers, catalogue, clock, contact }: OpenDataOptions): Answerer {
  // The same object for the same data sets, so that pages are remembered by it though the database goes on changing.
  let latest: { etag: string, directory: Directory, list: DataSet[], since: number } | undefined
  // One list for all pages and formats: to read it costs more than to write a page of it.
  const listOf = async (
    request: FastifyRequest, reply: FastifyReply, directory: Directory
  ): Promise<{ list: DataSet[], since: number }> => {
    const now = clock()
    const { body, etag } = await answers.answer({
      about: 'data sets of open data',
      type: 'list',
      viewer: PUBLIC.name,
      time: Math.floor(now / HOUR_MS),
      catalogue: directory,
      patient: true,
      asker: askerOf(request, reply),
      compute: async () => JSON.stringify(await readDataSets(
        reading.pool.within({ authorityIds: idsAsked(directory) }), directory, PUBLIC, localDay(now)
      ))
    })
    if (latest?.etag !== etag || latest.directory !== directory) {
      latest = { etag, directory, list: JSON.parse(body.toString()) as DataSet[], since: now }
    }
    return latest
  }

  return async (request, reply, { type, write }) => {
    const { authority, service, page = 1, limit = 100 } = request.query as Query
    const { directory } = catalogue
    const base = baseAddressOf(request)
    const ofAuthority = authority === undefined
      ? undefined
      : known(directory.authority(authority), 'unknown-authority', 'authority').id
    const ofService = service === undefined
      ? undefined
      : known(directory.service(service), 'unknown-service', 'service').id
    const { list, since } = await listOf(request, reply, directory)
    const sets = list.filter(({ authorityId, serviceId }) =>
      (ofAuthority === undefined || ofAuthority === authorityId) &&
      (ofService === undefined || ofService === serviceId))
    const pages = pagesOf(sets.length, limit)
    // So ckanext-dcat finds the end of data.json.
    if (page > pages) throw new ProblemError('not-found', `There is no page ${page}; the last one is ${pages}.`)
    const addressOf = (page: number): string => pageAddress(`${base}${request.url}`, page)
    const links = [
      ...page < pages ? [`<${addressOf(page + 1)}>; rel="next"`] : [],
      ...page > 1 ? [`<${addressOf(page - 1)}>; rel="prev"`] : [],
      `<${OGL}>; rel="license"`
    ]
    addLinks(reply, ...links)
    // When this process saw it change. It is not compared with: a second may have two changes, which the ETag tells.
    void reply.header('last-modified', new Date(since).toUTCString())
    return await sendAnswer(answers, request, reply, {
      about: `${base} ${request.url}`,
      type,
      viewer: PUBLIC.name,
      time: 0,
      catalogue: list,
      scope: () => NOTHING_ELSE,
      compute: async () =>
        await write({ base, contact }, pageOf(directory, { base, contact }, sets, { page, limit }, addressOf))
    })
  }
}

function pageAddress (url: string, page: number): string {
  const address = new URL(url)
  if (page === 1) address.searchParams.delete('page')
  else address.searchParams.set('page', String(page))
  return address.href
}
