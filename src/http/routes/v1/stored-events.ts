import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Source } from '../../../catalogue/directory.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { nameOfSource } from '../../../catalogue/sources.ts'
import { EventId } from '../../../domain/event.ts'
import { ProblemError } from '../../../errors.ts'
import { listEvents, MOST_LOOKED_AT } from '../../../events/store/list.ts'
import { readEvent } from '../../../events/store/read.ts'
import { ownerOf } from '../../../intake/owner.ts'
import { voidOneEvent } from '../../../events/void-event.ts'
import type { Intake } from '../../../intake/intake.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { sourceAsked, sourceOf } from '../../plugins/permission.ts'
import { directoryOf } from '../../plugins/sandbox.ts'
import { Day, DENIED, listOf, PageOf, problems, SOURCE, SOURCE_OR_ADMINISTRATOR } from '../../schemas/common.ts'
import { instantOf, linksOf, namedIn, OF_SOURCE, paged, RECEIVED } from '../../schemas/lists-of-source.ts'
import { eventToWire, listedEventToWire } from '../../wire/events.ts'

interface Options { intake: Intake, pool: RequestPool, catalogue: Catalogue, clock: () => number }

const Id = EventId('Id of the event, unique within the source.', ['SMBC-2025-000123'])
const name = (description: string, example: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 120, description, examples: [example] }))
const Query = Type.Object({
  ...OF_SOURCE,
  id: Type.Optional(EventId('One event by its id, with its history.', ['13/00858/ABC'])),
  from: Type.Optional(Day('First local day on which they count.', '2025-05-26')),
  to: Type.Optional(Day('Last local day on which they count, inclusive.', '2025-06-01')),
  ...RECEIVED,
  receipt: Type.Optional(Type.String({
    pattern: '^\\d{1,18}$', description: 'Those whose version in force came with this receipt.', examples: ['1042']
  })),
  authority: name('Slug or GSS code of the authority that they count for.', 'solihull'),
  service: name('Slug of the service.', 'report-missed-bin'),
  voided: Type.Optional(Type.Boolean({ description: 'true: only what was withdrawn; false: only what counts.' })),
  ...paged('The last id of the page before.', 'SMBC-2025-000123')
}, { additionalProperties: false })

const ALONE = 'id names one event, so it goes with no other filter; leave the others out.'

/** What is stored of events, for whoever sent them and who governs those. */
export const storedEventRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  const { intake, pool, catalogue, clock } = options
  const within = (source: Source) => pool.within({ authorityIds: [source.authority_id] })
  const stored = async (source: Source, id: string) => {
    const [current, ...earlier] = await readEvent(within(source), ownerOf(source), id)
    if (current === undefined) throw new ProblemError('not-found', `${nameOfSource(source)} has sent no event ${id}.`)
    return eventToWire([current, ...earlier], directoryOf(catalogue, source))
  }
  const voided = async (request: FastifyRequest, id: string) => {
    const source = sourceOf(request)
    await voidOneEvent(intake, source, id, clock())
    return await stored(source, id)
  }

  app.get('/events', {
    config: { permission: 'source-or-administrator' },
    schema: {
      operationId: 'listEvents',
      tags: ['events'],
      summary: 'The events of a source as they are kept',
      description:
        'Own events of a source; for administrators and the operator those of the one that `source` names. In the ' +
          `order of ids. A request looks at ${MOST_LOOKED_AT.toLocaleString('en')} events at most: with filters a ` +
          'page may be short, or empty, while links.next says that others follow.',
      security: SOURCE_OR_ADMINISTRATOR,
      querystring: Query,
      response: {
        200: { ...PageOf(Type.Ref('ListedEvent')), description: 'Events, and where to go on.' },
        ...problems(...DENIED, 'not-found', 'unknown-authority', 'unknown-service')
      }
    }
  }, async (request) => {
    const { source: named, id, cursor = '', limit = 100, ...filters } = request.query
    const source = sourceAsked(catalogue, request, namedIn(named))
    const directory = directoryOf(catalogue, source)
    const owner = ownerOf(source)
    const links = (next?: string) => ({ links: linksOf(selfOf(request), next) })
    if (id !== undefined) {
      if (Object.keys(filters).length > 0) throw new ProblemError('invalid-request', ALONE)
      const { events: [event] } = await listEvents(within(source), owner, { id }, { after: '', limit: 1 })
      const found = event === undefined
        ? []
        : [{ ...await stored(source, id), received_at: event.receivedAt?.toISOString() ?? null }]
      return { ...listOf(found), ...links() }
    }
    const { authority, service, since, until, ...others } = filters
    const { events, next } = await listEvents(within(source), owner, {
      ...others,
      since: instantOf('since', since),
      until: instantOf('until', until),
      authorityId: idOf(authority, (name) => known(directory.authority(name), 'unknown-authority', 'authority')),
      serviceId: idOf(service, (slug) => known(directory.service(slug), 'unknown-service', 'service'))
    }, { after: cursor, limit })
    return { ...listOf(events.map((event) => listedEventToWire(event, directory))), ...links(next) }
  })

  app.delete('/events', {
    config: { permission: 'source' },
    schema: {
      operationId: 'voidEventById',
      tags: ['events'],
      summary: 'Void the event of an id, whatever characters that has',
      description: 'As DELETE /v1/events/{id}.',
      security: SOURCE,
      querystring: Type.Object({ id: Id }, { additionalProperties: false }),
      response: { 200: Type.Ref('StoredEvent'), ...problems(...DENIED, 'not-found', 'closed-day') }
    }
  }, async (request) => await voided(request, request.query.id))

  const one = {
    tags: ['events'],
    security: SOURCE,
    params: Type.Object({ id: Id }),
    response: { 200: Type.Ref('StoredEvent'), ...problems(...DENIED, 'not-found', 'closed-day') }
  }
  const read = async (request: FastifyRequest) => await stored(sourceOf(request), idIn(request))
  const remove = async (request: FastifyRequest) => await voided(request, idIn(request))
  const config = { permission: 'source' as const }

  app.get('/events/:id', {
    config,
    schema: {
      ...one,
      operationId: 'getEvent',
      summary: 'An event of this source with its history',
      description: 'Slashes of an id may be sent as they are, or as %2F; any id may be sent as `?id=` instead.'
    }
  }, read)
  app.delete('/events/:id', {
    config,
    schema: {
      ...one, operationId: 'voidEvent', summary: 'Void an event: it no longer counts, and stays with its history'
    }
  }, remove)
  // The same for ids with slashes, which the contract has no words for.
  const hidden = { security: SOURCE, response: one.response, hide: true }
  app.get('/events/*', { config, schema: hidden }, read)
  app.delete('/events/*', { config, schema: hidden }, remove)
}

const idOf = (name: string | undefined, find: (name: string) => { id: number }): number | undefined =>
  name === undefined ? undefined : find(name).id

// Of the address as it came: the router passes over a slash at the end, by which an id may differ from another.
function idIn ({ url }: FastifyRequest): string {
  const [path = ''] = url.split('?')
  const id = decodeURIComponent(path.slice(path.indexOf('/events/') + '/events/'.length))
  if (/^[\x21-\x7E]{1,128}$/.test(id)) return id
  throw new ProblemError('invalid-request', 'An id is 1 to 128 printable ASCII characters without spaces.')
}
