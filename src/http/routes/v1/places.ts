import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { parseAreasCsv, saveAreas, type AreaInput } from '../../../catalogue/areas.ts'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { saveAnnotation, type AnnotationInput } from '../../../kpi/administration/annotations.ts'
import type { Tables } from '../../../postgres/tables.ts'
import { releasedUpTo } from '../../../releases/store/releases.ts'
import { principalOf } from '../../plugins/permission.ts'
import { utf8Body } from '../../plugins/bodies.ts'
import { BODY, DENIED, listOf, ListOf, Nullable, ADMINISTRATOR, problems } from '../../schemas/common.ts'
import { areaToWire } from '../../wire/catalogue.ts'

interface Options { db: Kysely<Tables>, pool: pg.Pool, catalogue: Catalogue, clock: () => number }

const Date = Type.Optional(Nullable(Type.String({ format: 'date', examples: ['2026-05-07'] })))
export const AreaInputSchema = Type.Object({
  code: Type.String({
    maxLength: 80, description: 'GSS code; a code of your own until it is known.', examples: ['E05001284']
  }),
  name: Type.String({ maxLength: 120, examples: ['Bickenhill'] }),
  valid_from: Date,
  valid_to: Date,
  note: Type.Optional(Type.String({ maxLength: 300, examples: ['renamed Arden'] }))
}, {
  $id: 'AreaInput',
  additionalProperties: false,
  description: 'A ward; first and last day inclusive, open where left out.'
})

const Areas = Type.Array(Type.Ref('AreaInput'), { minItems: 1, maxItems: 2000 })
const CSV_EXAMPLE =
  'code,name,valid_from,valid_to,note\nE05001284,Bickenhill,,2026-05-06,\nE05001285,Arden,2026-05-07,,was Bickenhill\n'

const security = ADMINISTRATOR

/** Wards and notes, from council systems for their own authorities, or from the operator. */
export const placeRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const contextOf = (request: FastifyRequest): CatalogueChange => ({ ...services, principal: principalOf(request) })

  const { db, pool, catalogue, clock } = services
  await app.register(areaRoutes, { db, pool, catalogue, clock }) // what came with `services` has the prefix again

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

/** Apart from the others, since here alone CSV is read. */
const areaRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { catalogue } = services
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, bytes: Buffer) => parseAreasCsv(utf8Body(bytes, 'invalid-request'))
  )

  app.put('/authorities/:authority/areas', {
    config: {
      permission: 'administrator',
      documentedBody: {
        content: {
          'application/json': { schema: Areas },
          'text/csv': {
            schema: Type.String({
              description: 'A header, then one ward a line.',
              'x-examples': { wards: { summary: 'A ward and its successor', value: CSV_EXAMPLE } }
            })
          }
        }
      }
    },
    schema: {
      operationId: 'putAreas',
      tags: ['catalogue'],
      summary: 'Load wards of an authority, as JSON or CSV',
      description:
        'Adds wards and changes those with the same code; others stay. CSV columns: code, name, valid_from, ' +
          'valid_to, note. To replace wards, send the old ones with valid_to and the new ones with valid_from. Wards ' +
          'of days that are released are changed by the operator alone.',
      security,
      params: Type.Object({ authority: Type.String({ examples: ['solihull'] }) }),
      body: Areas,
      response: {
        200: ListOf(Type.Ref('Area'), 'Every ward of the authority.'),
        ...problems(...DENIED, ...BODY, 'unknown-authority', 'rows-rejected')
      }
    }
  }, async (request) => {
    const principal = principalOf(request)
    const authority = known(catalogue.directory.authority(request.params.authority), 'unknown-authority', 'authority')
    await saveAreas(
      { ...services, principal },
      authority,
      request.body as AreaInput[],
      principal.kind === 'operator' ? undefined : await releasedUpTo(services.pool, authority.id)
    )
    return listOf(catalogue.directory.areasOf(authority).map((area) => areaToWire(area, catalogue.directory)))
  })
}
