import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { ERRORS, ProblemError, type ErrorCode } from '../../../errors.ts'
import { listOf, ListOf, problems } from '../../schemas/common.ts'
import { areaToWire, authorityToWire, serviceToWire } from '../../wire/catalogue.ts'

const list = (item: string) => ListOf(Type.Ref(item), `Every ${item.toLowerCase()} asked for, in a stable order.`)

/** The catalogue, for everybody to read. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<{ catalogue: Catalogue }> = async (app, { catalogue }) => {
  app.get('/authorities', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listAuthorities',
      tags: ['catalogue'],
      summary: 'All current authorities',
      querystring: Type.Object({
        type: Type.Optional(Type.String({ description: 'Only this type.', examples: ['county'] })),
        region: Type.Optional(Type.String({ description: 'Only this region.', examples: ['West Midlands'] })),
        nation: Type.Optional(Type.String({ description: 'Only this nation.', examples: ['Wales'] }))
      }, { additionalProperties: false }),
      response: { 200: list('Authority'), ...problems() }
    }
  }, async ({ query }) => {
    const { directory } = catalogue
    const wanted = directory.authorities.filter((authority) =>
      (['type', 'region', 'nation'] as const).every((key) => query[key] === undefined || authority[key] === query[key])
    )
    return listOf(wanted.map((authority) => authorityToWire(authority, directory)))
  })

  app.get('/services', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listServices',
      tags: ['catalogue'],
      summary: 'All services, with LGSL and LGIL numbers',
      response: { 200: list('Service'), ...problems() }
    }
  }, async () => listOf(catalogue.directory.services.map(serviceToWire)))

  app.get('/areas', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listAreas',
      tags: ['catalogue'],
      summary: 'The wards of an authority, past and present',
      querystring: Type.Object(
        { authority: Type.String({ description: 'Slug or GSS code.', examples: ['solihull'] }) },
        { additionalProperties: false }
      ),
      response: { 200: list('Area'), ...problems('unknown-authority') }
    }
  }, async ({ query }) => {
    const { directory } = catalogue
    const authority = known(directory.authority(query.authority), 'unknown-authority', 'authority')
    return listOf(directory.areasOf(authority).map((area) => areaToWire(area, authority)))
  })

  const ErrorEntry = Type.Object({
    code: Type.String({ examples: ['unknown-ward'] }),
    status: Type.Integer({ examples: [404] }),
    title: Type.String({ examples: ['No such ward in this authority on that date'] }),
    fix: Type.String({ examples: ['Use a code from /v1/areas?authority=…'] })
  }, { description: 'A coded error: what it means and what to do.' })

  app.get('/errors/:code', {
    config: { permission: 'public' },
    schema: {
      operationId: 'getError',
      tags: ['catalogue'],
      summary: 'What an error code means (the `type` of a problem leads here)',
      params: Type.Object({ code: Type.String({ examples: ['unknown-ward'] }) }),
      response: { 200: ErrorEntry, ...problems('not-found') }
    }
  }, async ({ params: { code } }) => {
    if (!Object.hasOwn(ERRORS, code)) throw new ProblemError('not-found', `There is no error code ${code}.`)
    return { code, ...ERRORS[code as ErrorCode] }
  })
}
