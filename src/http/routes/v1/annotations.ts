import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CatalogueChange } from '../../../catalogue/catalogue-change.ts'
import { known } from '../../../catalogue/explain.ts'
import { authorityIdOf, serviceIdOf } from '../../../catalogue/place.ts'
import { ProblemError } from '../../../errors.ts'
import { removeAnnotation, saveAnnotation, type AnnotationInput } from '../../../kpi/administration/annotations.ts'
import { listAnnotations, type AnnotationList, type AnnotationRow } from '../../../kpi/store/annotations.ts'
import { formatOf } from '../../formats/choose.ts'
import { columnsOf } from '../../formats/columns.ts'
import { linkPages, MOST_OF_CSV, withParameter } from '../../formats/paging.ts'
import { sendCsv } from '../../formats/routes.ts'
import { LIST } from '../../kinds/list.ts'
import { selfOf } from '../../plugins/base-address.ts'
import { principalOf } from '../../plugins/permission.ts'
import { ADMINISTRATOR, BODY, Day, DENIED, LICENCE, licensed, listOf, PageOf, problems } from '../../schemas/common.ts'
import { AnnotationSchema } from '../../schemas/kpis.ts'
import { annotationToWire } from '../../wire/kpis.ts'
import type { RequestPool } from '../../../postgres/scoped.ts'
import { idsAsked } from '../../../catalogue/asked.ts'
import { queryBuilderOn } from '../../../postgres/database.ts'

const TABLE = { title: 'Notes on authorities and services', columns: columnsOf(AnnotationSchema) }
/** Spelt out: the schema of what is sent lets nothing else stand beside it. */
const LicensedAnnotation = Type.Object({
  ...AnnotationSchema.properties, licence: Type.String({ examples: [LICENCE] }), attribution: Type.String()
}, { title: 'LicensedAnnotation', description: 'As it is, with its licence.' })
const Params = Type.Object({
  authority: Type.String({ description: 'Slug or GSS code.', examples: ['solihull'] }),
  id: Type.String({ maxLength: 60, examples: ['strike-2025-06'] })
})

interface Options extends Omit<CatalogueChange, 'principal'> { pool: RequestPool }

/** The notes on authorities and services: everybody reads them, those who govern the authority set and remove them. */
export const annotationRoutes: FastifyPluginAsyncTypebox<Options> = async (app, services) => {
  const { pool, catalogue } = services
  const list = async (asked: AnnotationList) => await listAnnotations(
    queryBuilderOn(pool.within({ authorityIds: idsAsked(catalogue.directory, asked.authorityId) })), asked
  )

  app.get('/annotations', {
    config: { permission: 'public', table: () => TABLE },
    schema: {
      operationId: 'listAnnotations',
      tags: ['kpis'],
      summary: 'The notes on authorities and services',
      querystring: Type.Object({
        authority: Type.Optional(Type.String({
          maxLength: 120, description: 'Only its notes.', examples: ['solihull']
        })),
        service: Type.Optional(Type.String({
          maxLength: 120, description: 'Only notes on this service; `all`: on all services.', examples: ['all']
        })),
        from: Type.Optional(Day('Only notes that touch this day or later ones.', '2025-06-01')),
        to: Type.Optional(Day('Only notes that touch this day or earlier ones.', '2025-06-30')),
        q: Type.Optional(Type.String({
          minLength: 1, maxLength: 100, description: 'Words of the note, or its id.', examples: ['strike']
        })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST.most, description: LIST.limit })),
        after: Type.Optional(Type.String({
          maxLength: 300,
          description: 'What follows the note with this key; see links.next.',
          examples: ['29/strike-2025-06']
        }))
      }, { additionalProperties: false }),
      response: {
        200: { ...PageOf(Type.Ref('Annotation')), description: 'By authority and id.' },
        ...problems('unknown-authority', 'unknown-service')
      }
    }
  }, async (request, reply) => {
    const { query } = request
    const url = selfOf(request)
    const { directory } = catalogue
    const csv = formatOf(request) === 'csv'
    const { authority, service, from, to, q, limit = csv ? MOST_OF_CSV : LIST.usual } = query
    const found = await list({
      authorityId: authority === undefined ? undefined : authorityIdOf({ authority }, directory),
      serviceId: service === undefined ? undefined : serviceIdOf({ service }, directory),
      from,
      to,
      q,
      after: query.after === undefined ? undefined : keyOf(query.after),
      limit: limit + 1
    })
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const next = last === undefined || shown.length === found.length
      ? undefined
      : withParameter(url, 'after', `${last.authorityId}/${last.id}`)
    const rows = shown.map((row) => annotationToWire(row, directory))
    linkPages(reply, url, 'after', next)
    if (csv) return await sendCsv(request, reply, rows)
    return {
      ...listOf(rows),
      links: { self: url, csv: withParameter(url, 'format', 'csv'), ...(next !== undefined && { next }) }
    }
  })

  app.get('/annotations/:authority/:id', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getAnnotation',
      tags: ['kpis'],
      summary: 'One note',
      params: Params,
      response: { 200: LicensedAnnotation, ...problems('unknown-authority', 'not-found') }
    }
  }, async ({ params }) => {
    const { directory } = catalogue
    const authority = known(directory.authority(params.authority), 'unknown-authority', 'authority')
    const [row]: AnnotationRow[] = await list({ authorityId: authority.id, id: params.id, limit: 1 })
    if (row === undefined) {
      throw new ProblemError('not-found', `${authority.slug} has no note ${params.id}; see /v1/annotations.`)
    }
    return licensed(annotationToWire(row, directory))
  })

  app.put('/annotations', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'putAnnotation',
      tags: ['kpis'],
      summary: 'Set a dated note on an authority or one of its services',
      description:
        'A strike, a new round, a boundary change: shown with every series of the authority and service that ' +
          'touches the days.',
      security: ADMINISTRATOR,
      body: Type.Ref('Annotation'),
      response: {
        200: Type.Ref('Annotation'),
        201: Type.Ref('Annotation'),
        ...problems(
          ...DENIED, ...BODY, 'quota-exceeded', 'unknown-authority', 'unknown-service', 'invalid-period-range'
        )
      }
    }
  }, async (request, reply) => {
    const annotation = request.body as AnnotationInput
    const created = await saveAnnotation({ ...services, principal: principalOf(request) }, annotation)
    return reply.code(created ? 201 : 200).send(annotation)
  })

  app.delete('/annotations/:authority/:id', {
    config: { permission: 'administrator' },
    schema: {
      operationId: 'deleteAnnotation',
      tags: ['kpis'],
      summary: 'Remove a note',
      security: ADMINISTRATOR,
      params: Params,
      response: {
        204: Type.Null({ description: 'Removed.' }), ...problems(...DENIED, 'unknown-authority', 'not-found')
      }
    }
  }, async (request, reply) => {
    const { params: { authority, id } } = request
    await removeAnnotation({ ...services, principal: principalOf(request) }, authority, id)
    return reply.code(204).send(null)
  })
}

function keyOf (after: string): { authorityId: number, id: string } {
  const [, authorityId, id = ''] = /^(\d{1,9})\/(.*)$/.exec(after) ?? []
  if (authorityId === undefined) {
    throw new ProblemError('invalid-request', 'after is not a key of this list; use the address in links.next.')
  }
  return { authorityId: Number(authorityId), id }
}
