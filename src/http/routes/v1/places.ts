import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { saveAnnotation, type AnnotationInput } from '../../../kpi/administration/annotations.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, DENIED, problems } from '../../schemas/common.ts'

interface Options { db: Kysely<Tables>, catalogue: Catalogue, clock: () => number }

const security = ADMINISTRATOR

/** Dated notes, from the operator and the authority's administrators. */
export const placeRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })

  app.put('/annotations', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'putAnnotation',
      tags: ['kpis'],
      summary: 'Set a dated note on an authority or one of its services',
      description:
        'A strike, a new round, a boundary change: shown with every series of the authority and service that ' +
          'touches the days.',
      security,
      body: Type.Ref('Annotation'),
      response: {
        200: Type.Ref('Annotation'),
        201: Type.Ref('Annotation'),
        ...problems(...DENIED, ...BODY, 'unknown-authority', 'unknown-service', 'invalid-period-range')
      }
    }
  }, async (request, reply) => {
    const annotation = request.body as AnnotationInput
    const created = await saveAnnotation(contextOf(request), annotation)
    return reply.code(created ? 201 : 200).send(annotation)
  })
}
