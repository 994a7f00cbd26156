import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { areasAsked, authoritiesAsked } from '../../../catalogue/asked.ts'
import { known } from '../../../catalogue/explain.ts'
import type { Catalogue } from '../../../catalogue/live.ts'
import { Type } from 'typebox'
import { ERRORS, ProblemError, type ErrorCode } from '../../../errors.ts'
import { Day, listOf, ListOf, problems } from '../../schemas/common.ts'
import { areaToWire, authorityToWire, channelToWire, serviceToWire } from '../../wire/catalogue.ts'

const list = (item: string) => ListOf(Type.Ref(item), `Every ${item.toLowerCase()} asked for, in a stable order.`)

/** The catalogue, for everybody to read. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<{ catalogue: Catalogue }> = async (app, { catalogue }) => {
  app.get('/authorities', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listAuthorities',
      tags: ['catalogue'],
      summary: 'The authorities of today, or of a day',
      querystring: Type.Object({
        type: Type.Optional(Type.String({ description: 'Only this type.', examples: ['county'] })),
        region: Type.Optional(Type.String({ description: 'Only this region.', examples: ['West Midlands'] })),
        nation: Type.Optional(Type.String({ description: 'Only this nation.', examples: ['Wales'] })),
        on: Type.Optional(Day('Those in force on this day; today, if left out.', '2018-01-01')),
        include: Type.Optional(Type.Enum(['abolished'], {
          description: 'abolished: those that had ended by then as well.', examples: ['abolished']
        }))
      }, { additionalProperties: false }),
      response: { 200: list('Authority'), ...problems('invalid-period-range') }
    }
  }, async ({ query }) => {
    const { directory } = catalogue
    const wanted = authoritiesAsked(directory, query).filter((authority) =>
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

  app.get('/channels', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listChannels',
      tags: ['catalogue'],
      summary: 'The channel vocabulary, with digital class',
      response: { 200: list('Channel'), ...problems() }
    }
  }, async () => listOf(catalogue.directory.channels.map(channelToWire)))

  app.get('/areas', {
    config: { permission: 'public' },
    schema: {
      operationId: 'listAreas',
      tags: ['catalogue'],
      summary: 'The wards of an authority, past and present, or of a day',
      description: 'Those of a county are its districts’.',
      querystring: Type.Object(
        {
          authority: Type.String({ description: 'Slug, GSS code or name.', examples: ['solihull'] }),
          on: Type.Optional(Day('Those of this day; all there ever were, if left out.', '2018-01-01'))
        },
        { additionalProperties: false }
      ),
      response: { 200: list('Area'), ...problems('unknown-authority', 'invalid-period-range') }
    }
  }, async ({ query }) => {
    const { directory } = catalogue
    const authority = known(directory.authority(query.authority), 'unknown-authority', 'authority')
    const wanted = areasAsked(directory, authority, query.on)
    return listOf(wanted.map((area) => areaToWire(area, directory)))
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
