import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { findSource, governorsOfSource } from '../../../catalogue/sources.ts'
import type { Erasures } from '../../../retention/erasures.ts'
import type { Erasure } from '../../../retention/store/erasures.ts'
import { EventId } from '../../../domain/event.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, Day, DENIED, listOf, ListOf, Nullable, problems } from '../../schemas/common.ts'

interface Options extends Omit<CatalogueChange, 'principal'> { erasures: Erasures }

const Params = Type.Object({
  authority: Type.String({
    description: 'Slug or GSS code of the authority that owns the system.', examples: ['solihull']
  }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the system.', examples: ['bartec'] })
})

const OrderSchema = Type.Object({
  ids: Type.Optional(Type.Array(EventId('Id of an event.', ['SMBC-2025-000123']), {
    minItems: 1, maxItems: 1000, description: 'Events by their ids, stored or not.'
  })),
  start_on: Type.Optional(Day('With end_on: all events of these local days, both inclusive.', '2025-05-26')),
  end_on: Type.Optional(Day('The last of them.', '2025-05-26')),
  reason: Type.String({
    minLength: 1, maxLength: 500, description: 'For the audit trail; names nobody.', examples: ['Request 2026-17']
  }),
  may_be_sent_again: Type.Optional(Type.Boolean({
    default: false,
    description:
      'Whether the source may send these ids again, as where wrong data are erased to be sent anew. Otherwise they ' +
        'are refused for good: event-erased.'
  }))
}, { $id: 'ErasureOrder', additionalProperties: false, description: 'Which events to erase: ids, or a period.' })

const Count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] })
const ErasureSchema = Type.Object({
  id: Nullable(Type.Integer(), { description: 'Its number; null: a preview, nothing is erased.', examples: [3] }),
  state: Type.Enum(['preview', 'under-way', 'done']),
  asked: Nullable(Type.Integer(), { description: 'How many ids; null with a period.', examples: [1] }),
  start_on: Nullable(Type.String({ format: 'date' }), { examples: [null] }),
  end_on: Nullable(Type.String({ format: 'date' }), { examples: [null] }),
  events: Count('Events that are erased, or would be.', 1),
  versions: Count('What they said before they were corrected.', 0),
  reason: Type.String({ examples: ['Request 2026-17'] }),
  may_be_sent_again: Type.Boolean(),
  asked_by: Nullable(Type.String(), { examples: ['operator'] }),
  asked_at: Nullable(Type.String({ format: 'date-time' }), { examples: ['2026-03-01T10:00:00.000Z'] }),
  finished_at: Nullable(Type.String({ format: 'date-time' }), { examples: ['2026-03-01T10:00:01.000Z'] })
}, { $id: 'Erasure', description: 'An erasure of events of a source.' })

/** Erasure of events for good, by the operator and administrators of the source's authority. */
export const erasureRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { erasures, ...services }) => {
  for (const schema of [OrderSchema, ErasureSchema]) app.addSchema(schema)
  const { catalogue } = services
  const url = '/sources/:authority/:name/erasures'
  const named = ({ params }: FastifyRequest) => params as { authority: string, name: string }
  const sourceIn = (request: FastifyRequest) => {
    const { authority, name } = named(request)
    return findSource(catalogue.directory, authority, name)
  }
  const config = {
    permission: 'administrator' as const,
    governed: (request: FastifyRequest) => {
      const { authority, name } = named(request)
      return governorsOfSource(catalogue.directory, authority, name)
    }
  }
  const common = { tags: ['sources'], security: ADMINISTRATOR, params: Params }
  const names = ['not-found', 'unknown-authority'] as const

  app.post(url, {
    config,
    schema: {
      ...common,
      operationId: 'eraseEvents',
      summary: 'Erase events of a source for good, with all that they said before',
      description:
        'Figures of open days lose them, as with a void; closed days and releases stay as they are. A large erasure ' +
          'goes on after the answer, which is 202 then.',
      querystring: Type.Object({
        dry_run: Type.Optional(Type.Boolean({ description: 'Count what it would take; erase nothing.' }))
      }, { additionalProperties: false }),
      body: Type.Ref('ErasureOrder'),
      response: {
        200: Type.Ref('Erasure'),
        202: Type.Ref('Erasure'),
        ...problems(...DENIED, ...BODY, ...names, 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    const input = request.body as Static<typeof OrderSchema>
    const source = sourceIn(request)
    if (request.query.dry_run === true) return previewToWire(input, await erasures.preview(source, input))
    const erasure = await erasures.order({ ...services, principal: principalOf(request) }, source, input)
    return reply.code(erasure.finishedAt === null ? 202 : 200).send(toWire(erasure))
  })

  app.get(url, {
    config,
    schema: {
      ...common,
      operationId: 'listErasures',
      summary: 'What was erased of a source',
      description: 'Newest first.',
      querystring: Type.Object({
        before: Type.Optional(Type.Integer({ minimum: 1, description: 'Only erasures with smaller numbers.' })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 }))
      }, { additionalProperties: false }),
      response: { 200: ListOf(Type.Ref('Erasure'), 'Erasures.'), ...problems(...DENIED, ...names) }
    }
  }, async (request) => {
    const { before, limit = 100 } = request.query
    return listOf((await erasures.list(sourceIn(request), { before, limit })).map(toWire))
  })
}

const toWire = (erasure: Erasure) => ({
  id: erasure.id,
  state: erasure.finishedAt === null ? 'under-way' as const : 'done' as const,
  asked: erasure.asked,
  start_on: erasure.startOn,
  end_on: erasure.endOn,
  events: erasure.events,
  versions: erasure.versions,
  reason: erasure.reason,
  may_be_sent_again: erasure.mayBeSentAgain,
  asked_by: erasure.askedBy,
  asked_at: erasure.askedAt.toISOString(),
  finished_at: erasure.finishedAt?.toISOString() ?? null
})

const previewToWire = (
  { ids, start_on: startOn, end_on: endOn, reason, may_be_sent_again: mayBeSentAgain = false }:
  Static<typeof OrderSchema>,
  counts: { events: number, versions: number }
) => ({
  id: null,
  state: 'preview' as const,
  asked: ids === undefined ? null : new Set(ids).size,
  start_on: startOn ?? null,
  end_on: endOn ?? null,
  ...counts,
  reason,
  may_be_sent_again: mayBeSentAgain,
  asked_by: null,
  asked_at: null,
  finished_at: null
})
