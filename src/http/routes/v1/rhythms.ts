import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { governorsOfSource } from '../../../catalogue/sources.ts'
import {
  findRhythm, removeRhythm, saveRhythm, type RhythmInput, type RhythmSet
} from '../../../kpi/administration/rhythms.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, Nullable, problems } from '../../schemas/common.ts'
import { AllowedDays, RhythmWord } from '../../schemas/feeds.ts'

const Params = Type.Object({
  authority: Type.String({
    maxLength: 120, description: 'Slug or GSS code of the source’s authority.', examples: ['solihull']
  }),
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', description: 'Name of the source.', examples: ['bartec'] }),
  service: Type.String({ maxLength: 120, description: 'Slug.', examples: ['report-missed-bin'] })
})
const fields = {
  rhythm: RhythmWord('How often something new comes in; irregular: whenever it does.'),
  allowed_days: Type.Optional(Nullable(AllowedDays('How old the newest day may be.'), {
    description:
      'How old, in days, the newest day may be before the feed is late; null or left out: as the rhythm has it.'
  }))
}
const RhythmBody = Type.Object(fields, {
  $id: 'RhythmSettings',
  additionalProperties: false,
  description: 'How often a source sends a service.',
  examples: [{ rhythm: 'week', allowed_days: 10 }]
})
const RhythmView = Type.Object({
  source: Type.String({ examples: ['solihull/bartec'] }),
  service: Type.String({ examples: ['report-missed-bin'] }),
  rhythm: fields.rhythm,
  allowed_days: Nullable(AllowedDays('How old the newest day may be.')),
  updated_at: Type.String({ format: 'date-time' })
}, { $id: 'Rhythm', description: 'What was said of how often a source sends a service.' })

/** How often a source sends a service, where what is learnt of it will not do. */
export const rhythmRoutes: FastifyPluginAsyncTypebox<Omit<CatalogueChange, 'principal'>> = async (app, services) => {
  for (const schema of [RhythmBody, RhythmView]) app.addSchema(schema)
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })
  const common = { tags: ['feeds'], security: ADMINISTRATOR, params: Params }
  const codes = [...DENIED, 'not-found', 'unknown-authority', 'unknown-service'] as const
  const url = '/sources/:authority/:name/rhythms/:service'
  const config = {
    permission: 'administrator' as const,
    governed: ({ params }: FastifyRequest) => {
      const { authority, name } = params as { authority: string, name: string }
      return governorsOfSource(services.catalogue.directory, authority, name)
    }
  }

  app.put(url, {
    config,
    schema: {
      ...common,
      operationId: 'putRhythm',
      summary: 'Say how often a source sends a service; it holds before what is learnt',
      body: Type.Ref('RhythmSettings'),
      response: { 200: Type.Ref('Rhythm'), ...problems(...codes, ...BODY) }
    }
  }, async (request) => toWire(await saveRhythm(contextOf(request), request.params, request.body as RhythmInput)))

  app.get(url, {
    config,
    schema: {
      ...common,
      operationId: 'getRhythm',
      summary: 'What was said of how often a source sends a service',
      response: { 200: Type.Ref('Rhythm'), ...problems(...codes) }
    }
  }, async (request) => toWire(await findRhythm(contextOf(request), request.params)))

  app.delete(url, {
    config,
    schema: {
      ...common,
      operationId: 'deleteRhythm',
      summary: 'Take it back: what is learnt holds again',
      response: { 204: Type.Null({ description: 'What is learnt holds.' }), ...problems(...codes) }
    }
  }, async (request, reply) => {
    await removeRhythm(contextOf(request), request.params)
    return reply.code(204).send(null)
  })
}

const toWire = ({ source, service, rhythm, allowed, updatedAt }: RhythmSet) => ({
  source, service, rhythm, allowed_days: allowed, updated_at: updatedAt.toISOString()
})
